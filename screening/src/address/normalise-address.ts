/**
 * An address as somebody wrote it, taken to its canonical text and to the key that it is looked up by, or
 * refused with the reason. Checksums are verified wherever the form has one; nothing is guessed, trimmed
 * or mended (LBL-1).
 */
import { networkId } from '@tabellion/proof';
import { readBase58 } from './base58.ts';
import { isForeignBech32, looksBech32, readBech32 } from './bech32.ts';
import { isBurn } from './burn.ts';
import { readCash } from './cash.ts';
import { readEvm } from './evm.ts';
import { type AddressForm, FAMILY, type Family, type ReadAddress } from './form.ts';
import { isNearlyOneCase } from './letter-case.ts';
import { looksMonero, readMonero } from './monero.ts';
import { type Network, networkOf } from './networks.ts';
import { type AddressRefusal, isRefusal, refuse, refuseCharacter } from './refusal.ts';
import { type ReservedVerdict, readReserved } from './reserved.ts';
import { findUnsupported } from './unsupported.ts';
import { looksXrp, readXrp } from './xrp.ts';

export interface NormalisedAddress {
  /**
   * Canonical text. It depends on the network where one address is written in several ways: with no network
   * given, base58 stays base58.
   */
  readonly address: string;
  readonly form: AddressForm;
  /** CAIP-2: what the address can belong to, likeliest first; the given network alone, if one was. */
  readonly networks: readonly string[];
  readonly family: Family;
  /** One byte for the family, then the bytes that the form stands for. */
  readonly key: Uint8Array;
  /** Null, precompile or burn address: nobody holds its key. */
  readonly burn: boolean;
  /** Set on a reserved test address. */
  readonly reserved: ReservedVerdict | undefined;
}

const MAX_LETTERS = 128;
const PREFIXED = /^(bitcoincash|bchtest):/i;
const BARE_CASH = /^[qpzr][0-9a-z]{41,}$/i;

/** The first that a text looks like decides. */
const READERS: readonly {
  readonly looks: (text: string) => boolean;
  readonly read: (text: string) => ReadAddress | AddressRefusal;
}[] = [
  { looks: (text) => /^0x/i.test(text), read: readEvm },
  { looks: (text) => looksBech32(text) && isNearlyOneCase(text), read: readBech32 },
  {
    looks: isForeignBech32,
    read: () => refuse('ADDRESS_UNSUPPORTED', 'bech32 of no network known here'),
  },
  { looks: (text) => PREFIXED.test(text), read: readCash },
  { looks: (text) => BARE_CASH.test(text) && isNearlyOneCase(text), read: readCash },
  { looks: looksXrp, read: readXrp },
  { looks: looksMonero, read: readMonero },
  { looks: (text) => /^[0-9A-Za-z]{25,44}$/.test(text), read: readBase58 },
];

/** @param network CAIP-2; the address is refused if it cannot be one of that network. */
export function normaliseAddress(
  text: string,
  network?: string,
): NormalisedAddress | AddressRefusal {
  const read = readText(text);
  if (isRefusal(read)) return read;
  if (network !== undefined) {
    const misfit = findMisfit(read, network);
    if (misfit !== undefined) return misfit;
  }
  return present(read, network);
}

function readText(text: string): ReadAddress | AddressRefusal {
  const stray = text.search(/[^!-~]/);
  if (stray !== -1) return refuseCharacter(text, stray, 'stands in no address');
  if (text.length > MAX_LETTERS) return findUnsupported(text) ?? refuse('ADDRESS_FORM', 'too long');
  const reader = READERS.find(({ looks }) => looks(text));
  if (reader === undefined) {
    return findUnsupported(text) ?? refuse('ADDRESS_FORM', 'no address form known here');
  }
  const result = reader.read(text);
  return isRefusal(result) ? (findUnsupported(text) ?? result) : result;
}

function findMisfit(read: ReadAddress, network: string): AddressRefusal | undefined {
  if (read.networks.all.includes(network)) return undefined;
  // EVM chains are numbered without end, and all write their addresses alike.
  if (read.family === 'evm' && /^eip155:[1-9][0-9]{0,31}$/.test(network)) return undefined;
  if (!networkId.safeParse(network).success) {
    return refuse('ADDRESS_NETWORK', 'the network is no CAIP-2 id');
  }
  const named = networkOf(network);
  return named === undefined && !network.startsWith('eip155:')
    ? refuse('ADDRESS_UNSUPPORTED', 'the addresses of this network are not known here')
    : refuse(
        'ADDRESS_NETWORK',
        `a ${read.form} address of this kind is none of ${named?.name ?? network}`,
      );
}

function present(read: ReadAddress, network: string | undefined): NormalisedAddress {
  const { family, form, payload } = read;
  const key = new Uint8Array(1 + payload.length);
  key[0] = FAMILY[family];
  key.set(payload, 1);
  const named: Network | undefined = network === undefined ? undefined : networkOf(network);
  return {
    address: read.write(named),
    form,
    networks: network === undefined ? read.networks.likely : [network],
    family,
    key,
    burn: isBurn(family, payload),
    reserved: readReserved(family, payload),
  };
}
