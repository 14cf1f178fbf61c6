/**
 * Signatures that this process made itself or has found good: a transaction's are looked at when it is
 * submitted and again when it commits, and the second look need not repeat the arithmetic.
 */
import { createHash } from 'node:crypto';

const MAX_REMEMBERED = 50_000;

export class SignatureMemo {
  readonly #good = new Set<string>();

  remember(signer: Uint8Array, bytes: Uint8Array, signature: Uint8Array): void {
    if (this.#good.size >= MAX_REMEMBERED) this.#good.clear();
    this.#good.add(describe(signer, bytes, signature));
  }

  /** Whether it is known to be good; false says nothing. */
  knows(signer: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.#good.has(describe(signer, bytes, signature));
  }
}

/** The signature comes last and alone of variable length matters: signer and bytes have a fixed one. */
function describe(signer: Uint8Array, bytes: Uint8Array, signature: Uint8Array): string {
  const signed = createHash('sha256').update(bytes).digest();
  const by = createHash('sha256').update(signer).digest();
  return createHash('sha256').update(by).update(signed).update(signature).digest('base64');
}
