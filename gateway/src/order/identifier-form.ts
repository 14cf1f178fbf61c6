/**
 * Whether what names a user or an account is well formed: one a line, or with a semicolon between, each with
 * its kind before a colon or without. What has no known form, such as a user name, is taken as it is.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { isRefusal, normaliseAddress } from '@tabellion/screening';

type Kind = 'EMAIL' | 'PHONE' | 'IPV4' | 'IPV6' | 'URL' | 'IMEI' | 'CRYPTO';

export interface FormFault {
  /** Which of them, from 1: what stands there is not repeated. */
  readonly entry: number;
  readonly text: string;
}

const LABELS: readonly (readonly [RegExp, Kind | 'IP'])[] = [
  [/^e-?mail$/, 'EMAIL'],
  [/^(phone|tel|telephone|mobile|msisdn)$/, 'PHONE'],
  [/^ip( ?address)?$/, 'IP'],
  [/^ipv4$/, 'IPV4'],
  [/^ipv6$/, 'IPV6'],
  [/^(url|link|website)$/, 'URL'],
  [/^imei$/, 'IMEI'],
  [/^(wallet|crypto|btc|eth|bitcoin|ethereum|crypto address)$/, 'CRYPTO'],
];

const EMAIL = /^[^\s@]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,63}$/u;
const E164 = /^\+[1-9]\d{6,14}$/;
const PORT = /:\d{1,5}$/;

const RULES: Readonly<
  Record<Kind, { readonly fits: (value: string) => boolean; readonly text: string }>
> = {
  EMAIL: { fits: (value) => EMAIL.test(value), text: 'is no e-mail address' },
  PHONE: {
    fits: (value) => E164.test(value),
    text: 'is no telephone number by E.164: + and country code, no blanks, 7 to 15 digits',
  },
  IPV4: {
    fits: (value) => isIPv4(value.replace(PORT, '')),
    text: 'is no single IPv4 address',
  },
  IPV6: {
    fits: (value) => isIPv6(/^\[(.*)\](?::\d{1,5})?$/.exec(value)?.[1] ?? value),
    text: 'is no single IPv6 address',
  },
  URL: {
    fits: (value) => /^https?:\/\/[^\s]+$/i.test(value) && URL.canParse(value),
    text: 'is no URL with http:// or https://',
  },
  IMEI: { fits: isImei, text: 'is no IMEI: 15 digits of which the last checks the others' },
  CRYPTO: {
    fits: (value) => !isRefusal(normaliseAddress(value)),
    text: 'is no address of a network that is known here, or its checksum fails',
  },
};

export function* listFormFaults(text: string): Generator<FormFault> {
  for (const [at, entry] of splitEntries(text).entries()) {
    const { kind, value } = readEntry(entry);
    if (kind !== undefined && !RULES[kind].fits(value))
      yield { entry: at + 1, text: RULES[kind].text };
  }
}

const splitEntries = (text: string): string[] =>
  text
    .split(/[\n;]|,\s/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function readEntry(entry: string): { readonly kind: Kind | undefined; readonly value: string } {
  const [, label = '', rest = ''] = /^([\p{L}\d -]{2,20})\s*[:=]\s*(.+)$/u.exec(entry) ?? [];
  const named = LABELS.find(([pattern]) => pattern.test(label.trim().toLowerCase()))?.[1];
  if (named === undefined) return { kind: guessKind(entry), value: entry };
  if (named !== 'IP') return { kind: named, value: rest };
  return { kind: rest.split(':').length > 2 ? 'IPV6' : 'IPV4', value: rest };
}

/** What it is meant to be, where nobody says so. */
function guessKind(value: string): Kind | undefined {
  if (value.includes('://') || /^www\./i.test(value)) return 'URL';
  if (/^[^\s@]+@\S*$/.test(value)) return value.startsWith('@') ? undefined : 'EMAIL';
  if (/^\d{1,4}(?:\.\d{1,4}){3}(?:[:/]\d+)?$/.test(value)) return 'IPV4';
  if (isIP(value) === 6 || /^\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,}\]?/i.test(value)) return 'IPV6';
  if (/^\d{15}$/.test(value)) return 'IMEI';
  if (/^\+[\d\s().-]+$/.test(value) || /^00\d[\d\s().-]{6,}$/.test(value)) return 'PHONE';
  // Other long texts may be anything; those of these forms have a checksum or a length that tells.
  const looksCrypto =
    /^0x[0-9a-f]{40}$/i.test(value) || /^(?:bc1|tb1|ltc1)[0-9a-z]{6,}$/i.test(value);
  return looksCrypto ? 'CRYPTO' : undefined;
}

/** Luhn's check over 15 digits. */
function isImei(value: string): boolean {
  if (!/^\d{15}$/.test(value)) return false;
  const sum = [...value].reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
