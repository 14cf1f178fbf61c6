/**
 * Where the entry of an address lies in a table, and what opens it. The bucket follows from the address alone,
 * for everybody and for ever. The handle, 32 bytes, opens the entry: in a table of the kind HASH anybody computes
 * it from the address; in one of the kind OPRF it is the output of the private evaluation, and takes the
 * operator's key.
 */
import { concatBytes, sha256, utf8 } from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import type { PrivateOutput } from '../voprf/key.ts';
import type { TableDocument } from './document.ts';

const HANDLE_BYTES = 32;
export const TAG_BYTES = 16;
export const SALT_BYTES = 32;

const HANDLE = utf8('tabellion/private/handle');
const BUCKET = utf8('tabellion/private/bucket');
const TAG = utf8('tabellion/private/tag');
const ENTRY = utf8('tabellion/private/entry');

/** What an entry is filed under; in a table of the kind OPRF, the second. */
export type EntryName = { readonly addressKey: Uint8Array } | PrivateOutput;

/**
 * @throws PrivateError `TABLE_INVALID` for a name that a table of the kind OPRF is not filed under; `KEY_UNKNOWN`
 * for the output of another key than the table's, which would find nothing there and say "no label".
 */
export function handleOf(
  name: EntryName,
  { kind, keyId }: Pick<TableDocument, 'kind' | 'keyId'>,
  salt: Uint8Array,
): Uint8Array {
  if (kind === 'HASH') return sha256(concatBytes(HANDLE, salt, name.addressKey));
  if (!('output' in name) || name.output.length !== HANDLE_BYTES) {
    throw new PrivateError('TABLE_INVALID', 'the table is filed under the outputs of a key');
  }
  if (name.keyId !== keyId) {
    throw new PrivateError('KEY_UNKNOWN', 'the table is filed under outputs of another key');
  }
  return name.output;
}

/**
 * The bucket to ask for, and all of the address that is sent. There is no salt in it, on purpose: under a salt
 * that changes with the table, whoever asks again would show further bits of the same address every time.
 */
export function prefixOf(
  addressKey: Uint8Array,
  { prefixBits }: Pick<TableDocument, 'prefixBits'>,
): number {
  const hash = sha256(concatBytes(BUCKET, addressKey));
  return ((hash[0]! << 16) | (hash[1]! << 8) | hash[2]!) >>> (24 - prefixBits);
}

/** Where one slot's content is found, and what opens it. */
export interface SlotKey {
  readonly tag: Uint8Array;
  readonly key: Uint8Array;
}

/** The keys of the slot that holds part `part` (from 0) of an entry. */
export function slotKey(handle: Uint8Array, salt: Uint8Array, part: number): SlotKey {
  const key = sha256(concatBytes(ENTRY, salt, handle, Uint8Array.of(part >> 8, part & 0xff)));
  return { tag: sha256(concatBytes(TAG, key)).subarray(0, TAG_BYTES), key };
}
