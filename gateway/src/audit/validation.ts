/**
 * Judges a transaction anew, as a Fabric v3 peer does at commit: form, creator, transaction ID,
 * endorsement policies, then what it read. Written apart from the ledger that committed it.
 */
import {
  concatBytes,
  type Envelope,
  evaluateSignaturePolicy,
  FabricError,
  type MemberIdentity,
  memberPeerPolicy,
  type NamespaceRwset,
  readCommittedEnvelope,
  readEnvelope,
  type Signatory,
  verifySignature,
} from '@tabellion/proof';
import { judgeReads } from './concurrency.ts';
import type { Configuration } from './configuration.ts';
import { LIFECYCLE, readPolicy } from './definition.ts';
import type { WorldState } from './world-state.ts';

export interface Ledger {
  readonly channel: string;
  readonly chaincode: string;
  readonly configuration: Configuration;
  /** What valid transactions before this one left. */
  readonly state: WorldState;
}

/** `code` is Fabric's name where the verdict has one; every other text means invalid as well. */
export type Judgement =
  | {
      readonly code: 'VALID';
      readonly envelope: Envelope;
      readonly creator: MemberIdentity;
      /** In an encoding that none of our clients writes, and every peer takes. */
      readonly isOdd: boolean;
    }
  | { readonly code: InvalidCode; readonly why: string };

export type InvalidCode =
  | 'BAD_PAYLOAD'
  | 'TARGET_CHAIN_NOT_FOUND'
  | 'BAD_CREATOR_SIGNATURE'
  | 'DUPLICATE_TXID'
  | 'INVALID_OTHER_REASON'
  | 'ILLEGAL_WRITESET'
  | 'INVALID_CHAINCODE'
  | 'ENDORSEMENT_POLICY_FAILURE'
  | 'MVCC_READ_CONFLICT'
  | 'PHANTOM_READ_CONFLICT';

const invalid = (code: InvalidCode, why: string): Judgement => ({ code, why });

export function judgeTransaction(bytes: Uint8Array, ledger: Ledger): Judgement {
  const exact = readBy(readEnvelope, bytes);
  const isOdd = exact instanceof FabricError;
  const envelope = isOdd ? readBy(readCommittedEnvelope, bytes) : exact;
  if (envelope instanceof FabricError) {
    return invalid('BAD_PAYLOAD', `${envelope.code}: ${envelope.message}`);
  }
  const { channel, creator, payloadBytes, signature, txId, event, rwset } = envelope;
  if (channel !== ledger.channel) return invalid('TARGET_CHAIN_NOT_FOUND', channel);
  const identity = ledger.configuration.identify(creator);
  if (identity === undefined) {
    return invalid('BAD_CREATOR_SIGNATURE', `the creator is nobody of ${creator.mspId}`);
  }
  if (!verifySignature(identity.certificate, payloadBytes, signature)) {
    return invalid('BAD_CREATOR_SIGNATURE', 'the creator did not sign this');
  }
  // Once its creator has signed it, a transaction takes its ID, valid or not.
  if (!ledger.state.addTransaction(txId)) return invalid('DUPLICATE_TXID', txId);
  if (event !== null && (event.txId !== txId || event.chaincode !== envelope.chaincode)) {
    return invalid('INVALID_OTHER_REASON', 'the event is of another transaction');
  }
  if (new Set(rwset.map(({ namespace }) => namespace)).size < rwset.length) {
    return invalid('ILLEGAL_WRITESET', 'a namespace stands twice');
  }
  const refusal = judgePolicies(envelope, ledger);
  if (refusal !== undefined) return refusal;
  const reads = judgeReads(rwset, ledger.state);
  if (reads !== 'VALID') return invalid(reads, 'what it read had changed');
  return { code: 'VALID', envelope, creator: identity, isOdd };
}

function readBy(read: (bytes: Uint8Array) => Envelope, bytes: Uint8Array): Envelope | FabricError {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof FabricError) return error;
    throw error;
  }
}

function judgePolicies(envelope: Envelope, ledger: Ledger): Judgement | undefined {
  const endorsers = listEndorsers(envelope, ledger.configuration);
  const named = endorsers.map(({ mspId }) => mspId).join(', ') || 'nobody';
  const sets = envelope.rwset.filter(
    (set) => set.namespace === envelope.chaincode || hasWrites(set),
  );
  for (const set of sets) {
    const { namespace, collections } = set;
    const holds = findNamespacePolicy(namespace, ledger);
    if (!holds) return invalid('INVALID_CHAINCODE', namespace);
    // What only writes into collections answers to these alone: so are definitions approved.
    if (!isPrivateOnly(set) && !holds(endorsers)) {
      return invalid('ENDORSEMENT_POLICY_FAILURE', `endorsed by ${named}`);
    }
    for (const { collection, writes, metadataWrites } of collections) {
      if (writes.length + metadataWrites.length === 0) continue;
      const owner = /^_implicit_org_(.+)$/.exec(collection)?.[1];
      const held =
        owner !== undefined &&
        ledger.configuration.isMember(owner) &&
        evaluateSignaturePolicy(memberPeerPolicy(owner), endorsers);
      if (!held) {
        return invalid('ENDORSEMENT_POLICY_FAILURE', `${collection} endorsed by ${named}`);
      }
    }
  }
  return undefined;
}

type PolicyHolds = (endorsers: readonly Signatory[]) => boolean;

/** What public writes of a namespace answer to; undefined where nothing is defined under that name. */
function findNamespacePolicy(namespace: string, ledger: Ledger): PolicyHolds | undefined {
  if (namespace === LIFECYCLE) return (endorsers) => isMajority(endorsers, ledger.configuration);
  const policy = namespace === ledger.chaincode ? readPolicy(ledger.state, namespace) : undefined;
  return policy && ((endorsers) => evaluateSignaturePolicy(policy, endorsers));
}

const isPrivateOnly = (set: NamespaceRwset): boolean =>
  set.writes.length === 0 && set.metadataWrites.length === 0 && hasWrites(set);

const hasWrites = ({ writes, metadataWrites, collections }: NamespaceRwset): boolean =>
  writes.length > 0 ||
  metadataWrites.length > 0 ||
  collections.some((one) => one.writes.length > 0 || one.metadataWrites.length > 0);

/** Endorsers whose certificate and signature hold, each identity once. */
function listEndorsers(envelope: Envelope, configuration: Configuration): Signatory[] {
  const counted = new Map<string, Signatory>();
  for (const { endorser, signature } of envelope.endorsements) {
    const identity = configuration.identify(endorser);
    const signed = concatBytes(envelope.responsePayloadBytes, endorser.bytes);
    if (identity !== undefined && verifySignature(identity.certificate, signed, signature)) {
      counted.set(identity.fingerprint, { mspId: identity.mspId, role: identity.role });
    }
  }
  return [...counted.values()];
}

/** Fabric's default for definitions: a majority of the members, each by a peer. */
function isMajority(endorsers: readonly Signatory[], { memberCount }: Configuration): boolean {
  const members = new Set(
    endorsers.filter(({ role }) => role === 'PEER').map(({ mspId }) => mspId),
  );
  return members.size > memberCount / 2;
}
