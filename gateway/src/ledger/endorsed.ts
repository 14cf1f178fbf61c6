/**
 * Whether a transaction carries what members' peers signed, and enough of them: who submits it may have
 * written its reads and writes himself. The ledger judges that again at commit, and finally; here nothing
 * is refused, only not relied on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  concatBytes,
  openMembers,
  type Transaction,
  type Trust,
  type TrustedMember,
  thresholdOf,
  verifySignature,
} from '@tabellion/proof';

/** For so long who may endorse is taken to be as it was. */
const KEEP_MS = 10_000;
/** No submission waits longer to learn whom to trust: it goes on as one that is not relied on. */
const PATIENCE_MS = 500;

export type IsEndorsed = (transaction: Transaction) => Promise<boolean>;

interface Opened {
  readonly at: number;
  readonly trust: Trust;
  readonly members: ReadonlyMap<string, TrustedMember>;
}

export interface EndorsementSource {
  trust(): Promise<Trust>;
  now(): number;
}

/** False also where it cannot be told, because the ledger does not say whom to trust. */
export function createEndorsementCheck({ trust, now }: EndorsementSource): IsEndorsed {
  let opened: Promise<Opened> | undefined;
  let until = 0;
  const open = async (at: number): Promise<Opened> => {
    const current = await trust();
    return { at, trust: current, members: openMembers(current) };
  };
  return async (transaction) => {
    const at = now();
    if (opened === undefined || at >= until) {
      opened = open(at);
      until = at + KEEP_MS;
    }
    try {
      const known = await Promise.race([opened, sleep(PATIENCE_MS, undefined, { ref: false })]);
      return known !== undefined && areEnough(transaction, known);
    } catch {
      opened = undefined;
      return false;
    }
  };
}

function areEnough(
  { endorsements, responsePayloadBytes }: Transaction,
  { at, trust, members }: Opened,
): boolean {
  const counted = trust.definitions.at(-1)?.members;
  const signed = new Set(
    endorsements
      .filter(({ endorser, signature }) => {
        const member = members.get(endorser.mspId);
        if (!member || !(counted?.includes(endorser.mspId) ?? true)) return false;
        return isBy(
          member,
          endorser,
          concatBytes(responsePayloadBytes, endorser.bytes),
          signature,
          at,
        );
      })
      .map(({ endorser }) => endorser.mspId),
  );
  return signed.size >= thresholdOf(trust) && [...signed].some((id) => members.get(id)?.state);
}

function isBy(
  { msp }: TrustedMember,
  endorser: Transaction['endorsements'][number]['endorser'],
  bytes: Uint8Array,
  signature: Uint8Array,
  at: number,
): boolean {
  try {
    const { role, certificate } = msp.validate(endorser, at);
    return role === 'PEER' && verifySignature(certificate, bytes, signature);
  } catch {
    return false;
  }
}
