/**
 * Base58 in Bitcoin's alphabet: base58check of Bitcoin's kind and of Tron, and Solana's 32 bytes, which
 * carry no checksum. Decoded once; the length tells which it is.
 */
import { base58 } from '@scure/base';
import { concatBytes, equalBytes, sha256 } from '@tabellion/proof';
import { writeCash } from './cash.ts';
import type { ReadAddress } from './form.ts';
import { isNearlyOneCase } from './letter-case.ts';
import { NETWORKS, type Network, type NetworkSet, selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const STRAY = /[^1-9A-HJ-NP-Za-km-z]/;
const HASH_BYTES = 20;
const TRON_VERSION = 0x41;
const TRON = selectNetworks(({ kind }) => kind === 'tron');
const SOLANA = selectNetworks(({ kind }) => kind === 'solana');

type HashForm = 'p2pkh' | 'p2sh';
/** By version; one of two bytes is above 255, so that neither width is taken for the other. */
const versions = new Map<number, { readonly form: HashForm; readonly networks: NetworkSet }>(
  (['p2pkh', 'p2sh'] as const).flatMap((form) => {
    const used = new Set(NETWORKS.flatMap((network) => network[form] ?? []));
    return Array.from(used, (version) => {
      const networks = selectNetworks((network) => network[form]?.includes(version) === true);
      return [version, { form, networks }] as const;
    });
  }),
);

export function readBase58(text: string): ReadAddress | AddressRefusal {
  const stray = text.search(STRAY);
  if (stray !== -1) return refuseCharacter(text, stray, 'is no letter of base58');
  const bytes = base58.decode(text);
  if (bytes.length === 32) return readSolana(text, bytes);
  if (bytes.length !== HASH_BYTES + 5 && bytes.length !== HASH_BYTES + 6) {
    return refuse('ADDRESS_FORM', `base58 of ${bytes.length} bytes is no address known here`);
  }
  const body = dropChecksum(bytes);
  if (body === undefined) return refuse('ADDRESS_CHECKSUM', 'the base58 checksum does not match');
  const payload = body.subarray(body.length - HASH_BYTES);
  const isWide = body.length === HASH_BYTES + 2;
  const version = isWide ? (body[0]! << 8) | body[1]! : body[0]!;
  if (!isWide && version === TRON_VERSION) {
    return { form: 'tron', family: 'tron', payload, networks: TRON, write: () => text };
  }
  const known = versions.get(version);
  if (known === undefined || isWide !== version > 255) {
    return refuse('ADDRESS_UNSUPPORTED', `base58 version ${version} is of no network known here`);
  }
  const { form, networks } = known;
  return {
    form,
    family: form,
    payload,
    networks,
    // Base58 writes the same bytes in one way only: what was read need not be written anew.
    write: (network) =>
      network === undefined || isWrittenUnder(network, form, version)
        ? text
        : writeHash(network, form, payload),
  };
}

/** Addresses of Solana's own programs and accounts are a word, padded: 1nc1nerator111…, 111…. */
const PADDED = /1{8}/;

/**
 * Nothing but the letters tells an address of Solana from a mistyped one of another kind, such as the
 * bech32 of a network not known here. Of evenly drawn keys one in 230 million has at most one letter of a
 * case and is refused; of the 13,581 addresses of Solana's public token list none, the rarer case having
 * seven letters or more in all but the padded.
 */
function readSolana(text: string, payload: Uint8Array): ReadAddress | AddressRefusal {
  if (isNearlyOneCase(text) && !PADDED.test(text)) {
    return refuse('ADDRESS_FORM', 'an address of Solana mixes upper and lower case');
  }
  return { form: 'solana', family: 'solana', payload, networks: SOLANA, write: () => text };
}

const isWrittenUnder = (network: Network, form: HashForm, version: number): boolean =>
  network.cash === undefined && network[form]?.[0] === version;

/** In the network's own way: CashAddr for Bitcoin Cash, M… for Litecoin. */
export function writeHash(network: Network, form: HashForm, payload: Uint8Array): string {
  if (network.cash !== undefined) return writeCash(network.cash, form, payload);
  return writeBase58(network[form]![0]!, payload);
}

/** Base58check under a version of one byte, or of two when above 255. */
export function writeBase58(version: number, payload: Uint8Array): string {
  const head = version > 255 ? [version >> 8, version & 255] : [version];
  return base58.encode(addChecksum(concatBytes(Uint8Array.from(head), payload)));
}

/** Tron's version over 20 bytes. */
export const writeTron = (payload: Uint8Array): string => writeBase58(TRON_VERSION, payload);

const checksum = (body: Uint8Array) => sha256(sha256(body)).subarray(0, 4);

export const addChecksum = (body: Uint8Array): Uint8Array => concatBytes(body, checksum(body));

/** What stands before the last four bytes, if those are its double SHA-256. */
export function dropChecksum(bytes: Uint8Array): Uint8Array | undefined {
  const body = bytes.subarray(0, -4);
  return equalBytes(checksum(body), bytes.subarray(-4)) ? body : undefined;
}
