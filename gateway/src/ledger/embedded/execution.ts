/** One member's peer executes a proposal: the contract's answer and its read-write set. */
import { peer } from '@hyperledger/fabric-protos';
import {
  type NamespaceRwset,
  type Proposal,
  readBlock,
  readEnvelope,
  readRwset,
  utf8,
} from '@tabellion/proof';
import { LedgerError, type Signed } from '../port.ts';
import { encodeResponsePayload } from '../transaction.ts';
import { CHAINCODE_VERSION } from './definition.ts';
import type { HistoryEntry } from './query-session.ts';
import type { PrivateWrite } from './rwset.ts';
import { type Chaincode, createStub, type ShimResponse, type ShimStub } from './shim.ts';
import { ShimHandler } from './shim-handler.ts';
import { Simulator } from './simulator.ts';
import { publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';

/** `chaincode.executetimeout` of a Fabric peer, milliseconds. */
const EXECUTION_TIMEOUT = 30_000;
const ERROR_THRESHOLD = 400;

export interface ExecutionContext {
  readonly store: Store;
  readonly chaincode: string;
  readonly members: ReadonlySet<string>;
}

export interface Execution {
  readonly peer: string;
  /** `peer.ProposalResponsePayload` bytes. */
  readonly responsePayload: Uint8Array;
  readonly result: Uint8Array;
  readonly rwset: readonly NamespaceRwset[];
  readonly privateWrites: readonly PrivateWrite[];
}

/** @throws LedgerError `CONTRACT` with the contract's refusal, `ENDORSEMENT_FAILED` on a time-out. */
export async function executeProposal(
  context: ExecutionContext,
  member: { readonly mspId: string; readonly chaincode: Chaincode },
  proposal: Proposal,
  signed: Signed,
): Promise<Execution> {
  const simulator = new Simulator({ ...context, peer: member.mspId });
  const handler = new ShimHandler(simulator, (key) =>
    readHistory(context.store, context.chaincode, key),
  );
  const stub = createStub(handler, {
    channel: proposal.channel,
    txId: proposal.txId,
    input: chaincodeInput(proposal),
    signed: signedProposal(signed),
  });
  const response = await runContract(member.chaincode, stub, simulator, proposal.txId);
  if (response.status >= ERROR_THRESHOLD) {
    throw contractError(response.message ?? '', proposal.txId);
  }
  const rwset = simulator.finish();
  const encoded = rwset.encode();
  return {
    peer: member.mspId,
    responsePayload: encodeResponsePayload({
      proposalHash: proposal.proposalHash,
      chaincode: context.chaincode,
      version: CHAINCODE_VERSION,
      response: encodeResponse(response),
      rwset: encoded,
      event: encodeEvent(stub, context.chaincode, proposal.txId),
    }),
    result: Uint8Array.from(response.payload ?? []),
    rwset: readRwset(encoded),
    privateWrites: rwset.privateWrites(),
  };
}

async function runContract(
  chaincode: Chaincode,
  stub: ShimStub,
  simulator: Simulator,
  txId: string,
): Promise<ShimResponse> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LedgerError('ENDORSEMENT_FAILED', 'the contract does not end', { txId }));
    }, EXECUTION_TIMEOUT);
  });
  try {
    return await Promise.race([chaincode.Invoke(stub), timeout]);
  } catch (error) {
    simulator.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Contracts refuse with `CODE: text`; of Fabric only that text would arrive. */
function contractError(message: string, txId: string): LedgerError {
  const contractCode = /^([A-Z][A-Z0-9_]*): /.exec(message)?.[1];
  return new LedgerError('CONTRACT', message, contractCode ? { txId, contractCode } : { txId });
}

function chaincodeInput(proposal: Proposal): peer.ChaincodeInput {
  const input = new peer.ChaincodeInput();
  input.setArgsList([...proposal.invocation.args]);
  return input;
}

function signedProposal({ bytes, signature }: Signed): peer.SignedProposal {
  const message = new peer.SignedProposal();
  message.setProposalBytes(bytes);
  message.setSignature(signature);
  return message;
}

function encodeResponse({ status, message, payload }: ShimResponse): peer.Response {
  const response = new peer.Response();
  response.setStatus(status);
  response.setMessage(message ?? '');
  response.setPayload(Uint8Array.from(payload ?? []));
  return response;
}

function encodeEvent(stub: ShimStub, chaincode: string, txId: string): Uint8Array {
  const event = stub.chaincodeEvent;
  if (!event) return new Uint8Array();
  const message = new peer.ChaincodeEvent();
  message.setChaincodeId(chaincode);
  message.setTxId(txId);
  message.setEventName(event.getEventName());
  message.setPayload(Uint8Array.from(event.getPayload_asU8()));
  return message.serializeBinary();
}

function readHistory(store: Store, chaincode: string, key: string): HistoryEntry[] {
  return store.history(publicSpace(chaincode), utf8(key)).map((version) => {
    const block = readBlock(store.block(version.block)!);
    const envelope = readEnvelope(block.envelopes[version.transaction]!);
    const set = envelope.rwset.find(({ namespace }) => namespace === chaincode);
    const write = set?.writes.find((candidate) => candidate.key === key);
    if (!write) throw new Error('history names a transaction that does not write the key');
    const isDelete = write.isDelete || write.value.length === 0;
    return {
      txId: envelope.txId,
      value: write.value,
      isDelete,
      at: envelope.timestampMs,
      version,
    };
  });
}
