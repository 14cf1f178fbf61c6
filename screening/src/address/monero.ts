/**
 * Monero: base58 in blocks of its own, Keccak checksum. Whom a payment went to is not to be seen on its
 * chain; here an address is a checked text, and its two public keys are what it is looked up by, so that
 * an integrated address leads to the standard one it was made of.
 */

import { base58xmr } from '@scure/base';
import { concatBytes, equalBytes } from '@tabellion/proof';
import type { AddressForm, ReadAddress } from './form.ts';
import { keccak256 } from './keccak.ts';
import { type Network, type NetworkSet, selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const KEYS = 64;
const PAYMENT_ID = 8;

const only = (name: string) => selectNetworks((network) => network.name === name);
const FORMS: readonly AddressForm[] = ['monero', 'monero-integrated', 'monero-subaddress'];
const VERSIONS: ReadonlyMap<number, { readonly form: AddressForm; readonly networks: NetworkSet }> =
  new Map(
    (
      [
        ['Monero', [18, 19, 42]],
        ['Monero testnet', [53, 54, 63]],
        ['Monero stagenet', [24, 25, 36]],
      ] as const
    ).flatMap(([name, versions]) =>
      versions.map((version, at) => [version, { form: FORMS[at]!, networks: only(name) }] as const),
    ),
  );

/** 95 letters, 106 with a payment id. */
export const looksMonero = (text: string): boolean => text.length === 95 || text.length === 106;

export function readMonero(text: string): ReadAddress | AddressRefusal {
  const stray = text.search(/[^1-9A-HJ-NP-Za-km-z]/);
  if (stray !== -1) return refuseCharacter(text, stray, 'is no letter of base58');
  const bytes = decodeBlocks(text);
  if (bytes === undefined || !equalBytes(checksum(bytes.subarray(0, -4)), bytes.subarray(-4))) {
    return refuse('ADDRESS_CHECKSUM', "Monero's checksum does not match");
  }
  const known = VERSIONS.get(bytes[0]!);
  if (known === undefined) {
    return refuse('ADDRESS_UNSUPPORTED', `version ${bytes[0]} is of no Monero network known here`);
  }
  const { form, networks } = known;
  const length = 1 + KEYS + (form === 'monero-integrated' ? PAYMENT_ID : 0) + 4;
  if (bytes.length !== length)
    return refuse('ADDRESS_FORM', `a ${form} address has ${length} bytes`);
  return {
    form,
    family: 'monero',
    payload: bytes.subarray(1, 1 + KEYS),
    networks,
    write: () => text,
  };
}

/** A block that is too great for its bytes was never written by the encoding. */
function decodeBlocks(text: string): Uint8Array | undefined {
  try {
    const bytes = base58xmr.decode(text);
    return base58xmr.encode(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const checksum = (body: Uint8Array) => keccak256(body).subarray(0, 4);

/** A standard address of the network. */
export function writeMonero(keys: Uint8Array, network: Network): string {
  const standard = [...VERSIONS].find(
    ([, { form, networks }]) => form === 'monero' && networks.all.includes(network.id),
  );
  const body = concatBytes(Uint8Array.of(standard![0]), keys);
  return base58xmr.encode(concatBytes(body, checksum(body)));
}
