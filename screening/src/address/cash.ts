/** CashAddr of Bitcoin Cash, with its prefix or without. */
import { bech32 } from '@scure/base';
import { concatBytes } from '@tabellion/proof';
import type { ReadAddress } from './form.ts';
import { NETWORKS, type NetworkSet, selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const CHECKSUM_WORDS = 8;
/** By the three lowest bits of the version byte. */
const HASH_BYTES = [20, 24, 28, 32, 40, 48, 56, 64];
/** Types 2 and 3 say that a wallet takes tokens as well: the same scripts. */
const FORMS = ['p2pkh', 'p2sh', 'p2pkh', 'p2sh'] as const;

const prefixes: ReadonlyMap<string, NetworkSet> = new Map(
  NETWORKS.flatMap(({ cash }) =>
    cash === undefined ? [] : [[cash, selectNetworks((network) => network.cash === cash)]],
  ),
);

export function readCash(text: string): ReadAddress | AddressRefusal {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) {
    return refuse('ADDRESS_FORM', 'CashAddr is written in one case');
  }
  const colon = lower.indexOf(':');
  const body = lower.slice(colon + 1);
  for (let at = 0; at < body.length; at += 1) {
    if (!ALPHABET.includes(body[at]!)) {
      return refuseCharacter(text, colon + 1 + at, 'is no letter of CashAddr');
    }
  }
  const words = Array.from(body, (letter) => ALPHABET.indexOf(letter));
  const candidates = colon === -1 ? [...prefixes.keys()] : [lower.slice(0, colon)];
  const prefix = candidates.find((candidate) => isChecked(candidate, words));
  if (prefix === undefined)
    return refuse('ADDRESS_CHECKSUM', 'the CashAddr checksum does not match');
  return readWords(prefix, words.slice(0, -CHECKSUM_WORDS));
}

function readWords(prefix: string, words: number[]): ReadAddress | AddressRefusal {
  const bytes = bech32.fromWordsUnsafe(words);
  if (!bytes) return refuse('ADDRESS_FORM', 'CashAddr with bits left over');
  const version = bytes[0]!;
  const payload = bytes.subarray(1);
  const form = FORMS[version >> 3];
  const isFit =
    payload.length === HASH_BYTES[version & 7] &&
    (payload.length === 20 || (payload.length === 32 && form === 'p2sh'));
  if (form === undefined || !isFit) {
    return refuse('ADDRESS_UNSUPPORTED', `CashAddr version ${version} is none in use`);
  }
  return {
    form,
    family: form,
    payload,
    networks: prefixes.get(prefix)!,
    write: () => writeCash(prefix, form, payload),
  };
}

export function writeCash(prefix: string, form: 'p2pkh' | 'p2sh', payload: Uint8Array): string {
  const version = (form === 'p2pkh' ? 0 : 8) | HASH_BYTES.indexOf(payload.length);
  const words = bech32.toWords(concatBytes(Uint8Array.of(version), payload));
  const [high, low] = polymod(prefix, [...words, 0, 0, 0, 0, 0, 0, 0, 0]);
  const sum = [15, 10, 5, 0].flatMap((shift) => [(high >> shift) & 31]);
  sum.push(...[15, 10, 5, 0].map((shift) => (low >> shift) & 31));
  return `${prefix}:${[...words, ...sum].map((word) => ALPHABET[word]).join('')}`;
}

function isChecked(prefix: string, words: readonly number[]): boolean {
  const [high, low] = polymod(prefix, words);
  return high === 0 && low === 0;
}

const HALF = 2 ** 20;
const GENERATORS = [0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8, 0x1e4f43e470].map(
  (generator) => [Math.floor(generator / HALF), generator % HALF] as const,
);

/** The BCH code over GF(32) of the specification, its 40 bits in two halves of 20. */
function polymod(prefix: string, words: readonly number[]): [high: number, low: number] {
  let high = 0;
  let low = 1;
  const step = (word: number) => {
    const top = high >> 15;
    high = ((high & 0x7fff) << 5) | (low >> 15);
    low = ((low & 0x7fff) << 5) ^ word;
    for (const [bit, [generatorHigh, generatorLow]] of GENERATORS.entries()) {
      if (((top >> bit) & 1) === 0) continue;
      high ^= generatorHigh;
      low ^= generatorLow;
    }
  };
  for (let at = 0; at < prefix.length; at += 1) step(prefix.charCodeAt(at) & 31);
  step(0);
  for (const word of words) step(word);
  return [high, low ^ 1];
}
