/** Builds real, signed attestations from a plan; a wrong plan gives a soundly signed wrong attestation. */
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import {
  chaincode,
  chaincodeEvent,
  common,
  identities,
  kvrwset,
  proposal,
  proposalResponse,
  rwset,
  transaction,
} from '../src/fabric/message.ts';
import { computeProposalHash, computeTxId, concatBytes, utf8, type Version } from '../src/index.ts';
import type { KeyHolder } from './authority.ts';

export interface Signer extends KeyHolder {
  readonly mspId: string;
}

export interface PlannedNamespace {
  readonly namespace: string;
  readonly reads?: readonly { readonly key: string; readonly version: Version | null }[];
  readonly writes?: readonly { readonly key: string; readonly value: Uint8Array }[];
  readonly ranges?: readonly {
    readonly startKey: string;
    readonly endKey: string;
    readonly exhausted?: boolean;
  }[];
  readonly collections?: readonly string[];
}

export interface AttestationPlan {
  readonly headerType: number;
  readonly channel: string;
  readonly chaincode: string;
  readonly args: readonly Uint8Array[];
  readonly transient: Readonly<Record<string, Uint8Array>>;
  readonly timestampMs: number;
  readonly nonce: Uint8Array;
  readonly creator: Signer;
  readonly status: number;
  readonly payload: Uint8Array;
  readonly namespaces: readonly PlannedNamespace[];
  readonly event: string | null;
  readonly endorsers: readonly Signer[];
  readonly highS: boolean;
  /** Instead of the computed ones. */
  readonly txId?: string;
  readonly proposalHash?: Uint8Array;
  readonly signature: Uint8Array;
}

function serializeIdentity({ mspId, certificatePem }: Signer): Uint8Array {
  const identity = new identities.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(utf8(certificatePem));
  return identity.serializeBinary();
}

/** `common.Envelope` bytes. */
export function buildAttestation(plan: AttestationPlan): Uint8Array {
  const header = buildHeader(plan);
  const asked = buildQuestion(plan);
  const proposalHash =
    plan.proposalHash ??
    computeProposalHash(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), asked);
  const answer = buildAnswer(plan, proposalHash);
  const endorsed = new transaction.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(answer);
  for (const endorser of plan.endorsers) {
    const bytes = serializeIdentity(endorser);
    const endorsement = new proposalResponse.Endorsement();
    endorsement.setEndorser(bytes);
    const signed = concatBytes(answer, bytes);
    endorsement.setSignature(plan.highS ? endorser.signHigh(signed) : endorser.sign(signed));
    endorsed.addEndorsements(endorsement);
  }
  const actionPayload = new transaction.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(asked);
  actionPayload.setAction(endorsed);
  const action = new transaction.TransactionAction();
  action.setHeader(header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const body = new transaction.Transaction();
  body.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(body.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(plan.signature);
  return envelope.serializeBinary();
}

function chaincodeId(name: string) {
  const id = new chaincode.ChaincodeID();
  id.setName(name);
  return id;
}

function buildHeader(plan: AttestationPlan) {
  const creator = serializeIdentity(plan.creator);
  const extension = new proposal.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId(plan.chaincode));
  const time = new timestamp.Timestamp();
  time.setSeconds(Math.floor(plan.timestampMs / 1000));
  time.setNanos((plan.timestampMs % 1000) * 1_000_000);
  const channel = new common.ChannelHeader();
  channel.setType(plan.headerType as 3);
  channel.setChannelId(plan.channel);
  channel.setTxId(plan.txId ?? computeTxId(plan.nonce, creator));
  channel.setTimestamp(time);
  channel.setExtension$(extension.serializeBinary());
  const signature = new common.SignatureHeader();
  signature.setCreator(creator);
  signature.setNonce(plan.nonce);
  const header = new common.Header();
  header.setChannelHeader(channel.serializeBinary());
  header.setSignatureHeader(signature.serializeBinary());
  return header;
}

function buildQuestion(plan: AttestationPlan): Uint8Array {
  const input = new chaincode.ChaincodeInput();
  input.setArgsList([...plan.args]);
  const spec = new chaincode.ChaincodeSpec();
  spec.setType(chaincode.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(chaincodeId(plan.chaincode));
  spec.setInput(input);
  const invocation = new chaincode.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new proposal.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  for (const [name, value] of Object.entries(plan.transient)) {
    payload.getTransientmapMap().set(name, value);
  }
  return payload.serializeBinary();
}

function buildAnswer(plan: AttestationPlan, proposalHash: Uint8Array): Uint8Array {
  const response = new proposalResponse.Response();
  response.setStatus(plan.status);
  response.setPayload(plan.payload);
  const action = new proposal.ChaincodeAction();
  action.setChaincodeId(chaincodeId(plan.chaincode));
  action.setResponse(response);
  action.setResults(buildRwset(plan.namespaces));
  if (plan.event !== null) {
    const event = new chaincodeEvent.ChaincodeEvent();
    event.setChaincodeId(plan.chaincode);
    event.setEventName(plan.event);
    action.setEvents(event.serializeBinary());
  }
  const answer = new proposalResponse.ProposalResponsePayload();
  answer.setProposalHash(proposalHash);
  answer.setExtension$(action.serializeBinary());
  return answer.serializeBinary();
}

function buildRwset(namespaces: readonly PlannedNamespace[]): Uint8Array {
  const whole = new rwset.TxReadWriteSet();
  for (const planned of namespaces) {
    const set = new kvrwset.KVRWSet();
    for (const { key, version } of planned.reads ?? []) {
      const read = new kvrwset.KVRead();
      read.setKey(key);
      if (version) read.setVersion(buildVersion(version));
      set.addReads(read);
    }
    for (const { key, value } of planned.writes ?? []) {
      const write = new kvrwset.KVWrite();
      write.setKey(key);
      write.setValue(value);
      set.addWrites(write);
    }
    for (const { startKey, endKey, exhausted = false } of planned.ranges ?? []) {
      const range = new kvrwset.RangeQueryInfo();
      range.setStartKey(startKey);
      range.setEndKey(endKey);
      range.setItrExhausted(exhausted);
      set.addRangeQueriesInfo(range);
    }
    const namespace = new rwset.NsReadWriteSet();
    namespace.setNamespace(planned.namespace);
    namespace.setRwset(set.serializeBinary());
    for (const name of planned.collections ?? []) {
      const collection = new rwset.CollectionHashedReadWriteSet();
      collection.setCollectionName(name);
      namespace.addCollectionHashedRwset(collection);
    }
    whole.addNsRwset(namespace);
  }
  return whole.serializeBinary();
}

function buildVersion({ block, transaction: position }: Version) {
  const version = new kvrwset.Version();
  version.setBlockNum(block);
  version.setTxNum(position);
  return version;
}
