/** Who may sign on the channel, by the MSPs of its configuration. */
import {
  Msp,
  MspError,
  parseCertificate,
  type Role,
  readIdentity,
  type SerializedIdentity,
  toHex,
  verifySignature,
} from '@tabellion/proof';
import { LedgerError } from '../port.ts';
import type { MemberMsp } from './network.ts';
import type { SignatureMemo } from './signature-memo.ts';

export interface ChannelIdentity {
  readonly mspId: string;
  readonly role: Role;
  isSignatureValid(bytes: Uint8Array, signature: Uint8Array): boolean;
}

interface Remembered {
  readonly identity: ChannelIdentity;
  /** When its validity was last judged, milliseconds. */
  readonly at: number;
  readonly notAfter: number;
}

/** Identities that are remembered; a consortium's people and peers are fewer. */
const MAX_REMEMBERED = 10_000;
/** How long a judgement about the present stands, milliseconds. */
const REMEMBERED_FOR = 60_000;

export class ChannelIdentities {
  readonly #msps: ReadonlyMap<string, Msp>;
  readonly #committed = new Map<string, ChannelIdentity | null>();
  readonly #current = new Map<string, Remembered>();

  readonly #memo: SignatureMemo;

  constructor(members: readonly MemberMsp[], memo: SignatureMemo) {
    this.#memo = memo;
    this.#msps = new Map(
      members.map((member) => [member.mspId, new Msp(member, { embedded: true })]),
    );
  }

  /**
   * The identity of someone who acts now.
   * @throws LedgerError `UNKNOWN_MEMBER`, `IDENTITY_REFUSED`.
   */
  readCurrent(serialized: Uint8Array, now: number): ChannelIdentity {
    const id = toHex(serialized);
    const known = this.#current.get(id);
    if (known && now <= known.notAfter && Math.abs(now - known.at) < REMEMBERED_FOR) {
      return known.identity;
    }
    const identity = this.#validate(serialized, now);
    const { notAfter } = parseCertificate(decode(serialized).certificatePem);
    remember(this.#current, id, { identity, at: now, notAfter });
    return identity;
  }

  /**
   * The identity behind a signature in a block; null when it is refused. Expiry does not count here,
   * as on Fabric: a block must validate alike at any later time.
   */
  read(serialized: Uint8Array): ChannelIdentity | null {
    const id = toHex(serialized);
    const known = this.#committed.get(id);
    if (known !== undefined) return known;
    const identity = this.#readAtIssue(serialized);
    remember(this.#committed, id, identity);
    return identity;
  }

  #readAtIssue(serialized: Uint8Array): ChannelIdentity | null {
    try {
      const { certificatePem } = decode(serialized);
      return this.#validate(serialized, parseCertificate(certificatePem).notBefore + 1000);
    } catch {
      return null;
    }
  }

  #validate(serialized: Uint8Array, at: number): ChannelIdentity {
    const { mspId, certificatePem } = decode(serialized);
    const msp = this.#msps.get(mspId);
    if (!msp) throw new LedgerError('UNKNOWN_MEMBER', `no member has the MSP ${mspId}`);
    try {
      const { role, certificate } = msp.validate(certificatePem, at);
      return {
        mspId,
        role,
        isSignatureValid: (bytes, signature) => {
          if (this.#memo.knows(serialized, bytes, signature)) return true;
          const isGood = verifySignature(certificate, bytes, signature);
          if (isGood) this.#memo.remember(serialized, bytes, signature);
          return isGood;
        },
      };
    } catch (cause) {
      if (!(cause instanceof MspError)) throw cause;
      throw new LedgerError('IDENTITY_REFUSED', cause.code, { cause });
    }
  }
}

function remember<T>(cache: Map<string, T>, id: string, value: T): void {
  if (cache.size >= MAX_REMEMBERED) cache.clear();
  cache.set(id, value);
}

function decode(serialized: Uint8Array): SerializedIdentity {
  try {
    return readIdentity(serialized);
  } catch (cause) {
    throw new LedgerError('IDENTITY_REFUSED', 'not an identity', { cause });
  }
}
