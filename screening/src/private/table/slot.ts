/**
 * One slot: a tag to find it by, and a part of an entry under ChaCha20-Poly1305 (RFC 8439). To whoever has
 * not the handle, it cannot be told from the random bytes of a slot that holds nothing.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { type SlotKey, TAG_BYTES } from './handle.ts';

const AUTHENTICATOR_BYTES = 16;
export const SLOT_OVERHEAD = TAG_BYTES + AUTHENTICATOR_BYTES;

// Every key seals one slot: the salt in its derivation is drawn anew for each table.
const NONCE = new Uint8Array(12);

/** Seals a content of `slot.length - SLOT_OVERHEAD` bytes into the slot. */
export function sealSlot(slot: Uint8Array, { tag, key }: SlotKey, content: Uint8Array): void {
  slot.set(tag);
  slot.set(chacha20poly1305(key, NONCE).encrypt(content), TAG_BYTES);
}

/** Undefined if it does not open. */
export function openSlot(slot: Uint8Array, { key }: SlotKey): Uint8Array | undefined {
  try {
    return chacha20poly1305(key, NONCE).decrypt(slot.subarray(TAG_BYTES));
  } catch {
    return undefined;
  }
}
