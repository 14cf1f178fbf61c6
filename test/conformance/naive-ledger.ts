/**
 * A ledger as one would write it in an afternoon: a map behind the port. It runs the same contract,
 * and the suite must find it out.
 */
import { createHash } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import { computeTxId, readProposal, readTransaction } from '@tabellion/proof';
import { createChaincode, createStub } from '../../gateway/src/ledger/embedded/shim.ts';
import type { ShimHandler } from '../../gateway/src/ledger/embedded/shim-handler.ts';
import {
  type ChaincodeEvent,
  type CommitStatus,
  type EndorsedTransaction,
  LedgerError,
  type LedgerPort,
  type PreparedProposal,
  type Signed,
} from '../../gateway/src/ledger/port.ts';
import {
  cutProposal,
  encodeResponsePayload,
  encodeTransaction,
} from '../../gateway/src/ledger/transaction.ts';
import { contracts } from './contract.ts';

interface Change {
  readonly txId: string;
  readonly value: string;
}

export class NaiveLedger implements LedgerPort {
  readonly kind = 'embedded';
  readonly channel = 'evidence';
  readonly chaincode = 'tabellion';
  readonly #state = new Map<string, string>();
  readonly #history = new Map<string, Change[]>();
  readonly #statuses = new Map<string, CommitStatus>();
  readonly #events: ChaincodeEvent[] = [];
  readonly #chaincode = createChaincode(contracts, 'tabellion');

  async prepare(): Promise<PreparedProposal> {
    throw new Error('the suite builds its own proposals');
  }

  /** Executes and writes at once: what could go wrong? */
  async endorse({ bytes, signature }: Signed): Promise<EndorsedTransaction> {
    const proposal = readProposal(bytes);
    const txId = computeTxId(proposal.nonce, proposal.creator.bytes);
    const input = new peer.ChaincodeInput();
    input.setArgsList([...proposal.invocation.args]);
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(bytes);
    signed.setSignature(signature);
    const handler = this.#handler(txId) as unknown as ShimHandler;
    const stub = createStub(handler, { channel: this.channel, txId, input, signed });
    const answer = await this.#chaincode.Invoke(stub);
    if (answer.status !== 200) {
      const message = answer.message ?? '';
      const contractCode = /^[A-Z_]+(?=: )/.exec(message)?.[0] ?? 'NONE';
      throw new LedgerError('CONTRACT', message, { txId, contractCode });
    }
    const { chaincodeEvent } = stub;
    if (chaincodeEvent) {
      const payload = chaincodeEvent.getPayload_asU8();
      this.#events.push({ block: 0, txId, name: chaincodeEvent.getEventName(), payload });
    }
    const response = new peer.Response();
    response.setStatus(200);
    response.setPayload(Uint8Array.from(answer.payload ?? []));
    const responsePayload = encodeResponsePayload({
      proposalHash: proposal.proposalHash,
      chaincode: this.chaincode,
      version: '1',
      response,
      rwset: new Uint8Array(),
      event: new Uint8Array(),
    });
    const endorser = { endorser: proposal.creator.bytes, signature };
    const payload = encodeTransaction(cutProposal(bytes), responsePayload, [endorser]);
    return { txId, payload, result: Uint8Array.from(answer.payload ?? []) };
  }

  async submit({ bytes }: Signed): Promise<void> {
    const { txId } = readTransaction(bytes);
    const block = this.#statuses.size;
    this.#statuses.set(txId, { txId, code: 'VALID', block, position: 0 });
  }

  async status(txId: string): Promise<CommitStatus> {
    const status = this.#statuses.get(txId);
    if (!status) throw new LedgerError('UNKNOWN', 'not submitted', { txId });
    return status;
  }

  async evaluate(proposal: Signed): Promise<Uint8Array> {
    return (await this.endorse(proposal)).result;
  }

  async attest(proposal: Signed): Promise<Uint8Array> {
    return (await this.endorse(proposal)).payload;
  }

  async *blocks(): AsyncGenerator<Uint8Array> {}

  async *events(): AsyncGenerator<ChaincodeEvent> {
    yield* this.#events;
  }

  async height(): Promise<number> {
    return this.#statuses.size;
  }

  async close(): Promise<void> {}

  #handler(txId: string) {
    const find = async (collection: string, key: string) =>
      Buffer.from(this.#state.get(collection + key) ?? '');
    const write = async (collection: string, key: string, value: Uint8Array) => {
      const text = Buffer.from(value).toString();
      this.#state.set(collection + key, text);
      this.#history.set(key, [...(this.#history.get(key) ?? []), { txId, value: text }]);
      return Buffer.alloc(0);
    };
    return {
      handleGetState: find,
      handlePutState: write,
      handleDeleteState: async (collection: string, key: string) => {
        this.#state.delete(collection + key);
      },
      handleGetPrivateDataHash: async (collection: string, key: string) =>
        createHash('sha256')
          .update(await find(collection, key))
          .digest(),
      handleGetStateByRange: async (_: string, start: string, end: string) => {
        // In the order of JavaScript's strings.
        const keys = [...this.#state.keys()].filter((key) => key >= start && key < end).sort();
        const items = keys.map((key) => ({ key, value: Buffer.from(this.#state.get(key)!) }));
        return { iterator: iterate(items) };
      },
      handleGetHistoryForKey: async (key: string) =>
        iterate(
          (this.#history.get(key) ?? []).map((change) => ({
            ...change,
            isDelete: false,
            value: Buffer.from(change.value),
          })),
        ),
      handlePutStateMetadata: async () => Buffer.alloc(0),
      handleGetStateMetadata: async () => ({}),
    };
  }
}

function iterate<T>(items: readonly T[]) {
  const values = items.values();
  return {
    async next() {
      const { done, value } = values.next();
      return done ? { done: true } : { done: false, value };
    },
    async close() {},
  };
}
