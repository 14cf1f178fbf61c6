/** XRP Ledger: classic addresses (r…) and X-addresses (XLS-5), in the ledger's own alphabet. */
import { base58xrp } from '@scure/base';
import { concatBytes } from '@tabellion/proof';
import { addChecksum, dropChecksum } from './base58.ts';
import type { ReadAddress } from './form.ts';
import { selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const ANY = selectNetworks(({ kind }) => kind === 'xrp');
const MAIN = selectNetworks(({ kind, test }) => kind === 'xrp' && test === undefined);
const TEST = selectNetworks(({ kind, test }) => kind === 'xrp' && test === true);

const STRAY = /[^rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz]/;

/** r… of 25 to 35 letters, or X… and T… of 46 or more: shorter ones are Dash and Tron. */
export const looksXrp = (text: string): boolean =>
  /^r[0-9a-zA-Z]{24,34}$|^[XT][0-9a-zA-Z]{45,47}$/.test(text);

export function readXrp(text: string): ReadAddress | AddressRefusal {
  const stray = text.search(STRAY);
  if (stray !== -1) return refuseCharacter(text, stray, 'is no letter of the XRP Ledger');
  const body = dropChecksum(base58xrp.decode(text));
  if (body === undefined) return refuse('ADDRESS_CHECKSUM', 'the base58 checksum does not match');
  if (body.length === 21 && body[0] === 0) return accept(text, body.subarray(1), ANY);
  return readTagged(text, body);
}

/**
 * Two bytes of network, the account, a flag, and the destination tag in 8 bytes, low byte first. The key
 * is the account's: a label on an exchange's account is found whatever the tag.
 */
function readTagged(text: string, body: Uint8Array): ReadAddress | AddressRefusal {
  const head = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  if (body.length !== 31 || (head !== 0x0544 && head !== 0x0493)) {
    return refuse('ADDRESS_FORM', 'neither a classic address nor an X-address');
  }
  const flag = body[22]!;
  const tag = body.subarray(23);
  if (flag > 1 || tag.subarray(flag === 1 ? 4 : 0).some((byte) => byte !== 0)) {
    return refuse('ADDRESS_UNSUPPORTED', 'an X-address with a tag of more than 32 bits');
  }
  return accept(text, body.subarray(2, 22), head === 0x0544 ? MAIN : TEST);
}

const accept = (text: string, payload: Uint8Array, networks: typeof ANY): ReadAddress => ({
  form: 'xrp',
  family: 'xrp',
  payload,
  networks,
  write: () => text,
});

export const writeXrp = (payload: Uint8Array): string =>
  base58xrp.encode(addChecksum(concatBytes(Uint8Array.of(0), payload)));
