/**
 * The steps that judge an attestation: an endorsed, never submitted read of one record (design: every
 * endorser answered exactly this question, on this channel, with this record).
 */
import { concatBytes, equalBytes, fromUtf8 } from '../bytes/encoding.ts';
import { type Envelope, readEnvelope } from '../fabric/envelope.ts';
import type { NamespaceRwset, Version } from '../fabric/rwset.ts';
import { verifySignature } from '../x509/certificate.ts';
import type { MemberIdentity } from '../x509/msp.ts';
import type { Trust } from './record.ts';
import { demand } from './refusal.ts';
import { openMembers, type TrustedMember, thresholdOf } from './trust.ts';

const OK = 200;

export interface ReadTerms {
  /** Milliseconds since 1970: the time at which certificates must hold. */
  readonly now: number;
  /** The contract function whose endorsed answer it must be. */
  readonly readFunction: string;
  /** The key that must have been asked for, from the record; without it, whichever was. */
  readonly keyOf?: (record: Uint8Array) => string;
  /** With which its nonce must begin, where one was set. */
  readonly challenge?: Uint8Array | undefined;
  /** From {@link openMembers}, where many attestations are judged under one trust file. */
  readonly members?: ReadonlyMap<string, TrustedMember>;
}

export interface TrustedRead {
  readonly key: string;
  readonly record: Uint8Array;
  /** Where the record stands. */
  readonly place: Version;
  /** By the clock of whoever asked. */
  readonly attestedAt: number;
  readonly endorsers: readonly string[];
}

/** Every step below, in order: the record that an attestation attests. @throws Refusal. */
export function checkRead(
  bytes: Uint8Array,
  trust: Trust,
  { now, readFunction, keyOf, challenge, members = openMembers(trust) }: ReadTerms,
): TrustedRead {
  const attestation = readAttestation(bytes);
  const endorsers = checkEndorsers(attestation, trust, members, now);
  checkSignatures(attestation, endorsers);
  checkLedger(attestation, trust);
  checkQuestion(attestation, readFunction, challenge);
  const record = attestation.response.payload;
  const key = checkAnswer(attestation, record, keyOf ?? (() => fromUtf8(attestation.args[1]!)));
  const place = checkReads(attestation, trust, key);
  const { timestampMs: attestedAt } = attestation;
  return { key, record, place, attestedAt, endorsers: endorsers.map(({ mspId }) => mspId) };
}

/**
 * Decodes every nested message, each the only encoding of itself, and recomputes transaction ID and
 * proposal hash. An attestation was never submitted, so nobody signed the envelope.
 */
export function readAttestation(bytes: Uint8Array): Envelope {
  const attestation = readEnvelope(bytes);
  demand(attestation.signature.length === 0, 'NOT_CANONICAL');
  return attestation;
}

/**
 * Exactly as many endorsements as the definition asks for that the attestation read, in ascending order of distinct members, each by a peer whose
 * certificate holds now and held at the claimed time, and one of them a state's.
 */
export function checkEndorsers(
  attestation: Envelope,
  trust: Trust,
  members: ReadonlyMap<string, TrustedMember>,
  now: number,
): readonly MemberIdentity[] {
  const { endorsements, timestampMs } = attestation;
  const endorsementThreshold = thresholdOf(trust, findDefinition(attestation, trust));
  const ids = endorsements.map(({ endorser }) => endorser.mspId);
  demand(new Set(ids).size >= endorsementThreshold, 'TOO_FEW_ENDORSERS');
  const isAscending = ids.every((id, position) => position === 0 || ids[position - 1]! < id);
  demand(isAscending && ids.length === endorsementThreshold, 'NOT_CANONICAL');
  const endorsers = endorsements.map(({ endorser }) => {
    const member = members.get(endorser.mspId);
    demand(member !== undefined, 'UNKNOWN_MEMBER');
    member.msp.validate(endorser, now);
    const identity = member.msp.validate(endorser, timestampMs);
    demand(identity.role === 'PEER', 'NOT_A_PEER');
    return identity;
  });
  demand(
    ids.some((id) => members.get(id)?.state),
    'NO_STATE_ENDORSED',
  );
  return endorsers;
}

/** Each endorser signed this answer followed by its own identity, in strict DER with low s. */
export function checkSignatures(
  { endorsements, responsePayloadBytes }: Envelope,
  endorsers: readonly MemberIdentity[],
): void {
  endorsements.forEach(({ endorser, signature }, position) => {
    const signed = concatBytes(responsePayloadBytes, endorser.bytes);
    const { certificate } = endorsers[position]!;
    demand(verifySignature(certificate, signed, signature), 'SIGNATURE_INVALID');
  });
}

export function checkLedger({ channel, chaincode }: Envelope, trust: Trust): void {
  demand(channel === trust.channel, 'WRONG_CHANNEL');
  demand(chaincode === trust.chaincode, 'WRONG_CHAINCODE');
}

/** The read function with one argument; a challenge, where one was set, begins the nonce. */
export function checkQuestion(
  { args, nonce }: Envelope,
  readFunction: string,
  challenge: Uint8Array | undefined,
): void {
  const [name, ...rest] = args;
  const isRead = name !== undefined && fromUtf8(name) === readFunction;
  demand(isRead && rest.length === 1, 'WRONG_FUNCTION');
  if (challenge !== undefined) {
    const answered = equalBytes(nonce.subarray(0, challenge.length), challenge);
    demand(challenge.length > 0 && answered, 'CHALLENGE_MISMATCH');
  }
}

/** The answer is the record, and the key asked for is the one that follows from it. Returns the key. */
export function checkAnswer(
  { args, response }: Envelope,
  record: Uint8Array,
  keyOf: (record: Uint8Array) => string,
): string {
  const isRecord = response.status === OK && equalBytes(response.payload, record);
  demand(isRecord, 'RESPONSE_MISMATCH');
  const key = keyOf(record);
  demand(fromUtf8(args[1]!) === key, 'KEY_MISMATCH');
  return key;
}

/**
 * The answer came from the ledger and nowhere else: one versioned read of exactly that key, one of the
 * contract's definition in an accepted version, under which the endorsers count, nothing besides. Returns where the record stands.
 */
export function checkReads(attestation: Envelope, trust: Trust, key: string): Version {
  return checkAccess(attestation, trust, (own) => {
    const record = onlyRead(own);
    demand(record.key === key, 'KEY_MISMATCH');
    return record.version;
  });
}

/**
 * As {@link checkReads}, where an answer rests on more than one key.
 * @param judge says where the record stands, or refuses what was read in the contract's own names.
 */
export function checkAccess(
  attestation: Envelope,
  trust: Trust,
  judge: (own: NamespaceRwset) => Version,
): Version {
  const { rwset, event, chaincode, endorsements } = attestation;
  const [lifecycle, own, ...more] = rwset;
  demand(
    lifecycle?.namespace === '_lifecycle' && own?.namespace === chaincode,
    'UNEXPECTED_ACCESS',
  );
  demand(more.length === 0 && event === null, 'UNEXPECTED_ACCESS');
  const definition = onlyRead(lifecycle);
  const version = judge(own);
  const accepted = findDefinition(attestation, trust);
  const isSequence = definition.key === `namespaces/fields/${chaincode}/Sequence`;
  demand(isSequence && accepted !== undefined, 'DEFINITION_NOT_TRUSTED');
  const counted = accepted.members;
  const areCounted = endorsements.every(
    ({ endorser }) => counted?.includes(endorser.mspId) ?? true,
  );
  demand(areCounted, 'UNKNOWN_MEMBER');
  return version;
}

/** The accepted definition of the contract that was read, if it is one. */
function findDefinition({ rwset }: Envelope, { definitions }: Trust) {
  const version = rwset.find(({ namespace }) => namespace === '_lifecycle')?.reads[0]?.version;
  return definitions.find(
    ({ block, transaction }) => block === version?.block && transaction === version.transaction,
  );
}

function onlyRead(set: NamespaceRwset): { readonly key: string; readonly version: Version } {
  const [read, ...more] = set.reads;
  const others = [set.rangeQueries, set.writes, set.metadataWrites, set.collections, more];
  demand(
    others.every((list) => list.length === 0),
    'UNEXPECTED_ACCESS',
  );
  const version = read?.version;
  demand(read !== undefined && version !== null && version !== undefined, 'UNEXPECTED_ACCESS');
  return { key: read.key, version };
}
