/** What the ways of reaching a channel on Fabric have in common, whatever carries their calls. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@grpc/grpc-js';
import { common } from '@hyperledger/fabric-protos';
import type { Signer } from '../act.ts';
import {
  type ChaincodeEvent,
  type CommitStatus,
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type LedgerPort,
  type PreparedProposal,
  type ProposalRequest,
  type Signed,
  type WaitOptions,
} from '../port.ts';
import { buildProposal, NONCE_BYTES } from '../proposal.ts';
import type { PeerEndpoint } from './connection.ts';
import { deliverBlocks } from './deliver.ts';
import type { Endorser } from './endorser.ts';
import { readEvents } from './events.ts';
import { followBlocks, type OpenStream } from './follow.ts';
import type { PolicyMember } from './members.ts';

export interface FabricLedgerOptions {
  readonly channel: string;
  readonly chaincode: string;
  /** The member's own peer. */
  readonly peer: PeerEndpoint;
  /** The gateway's own identity; it reads blocks and asks for commit status. */
  readonly service: Signer;
  /** Whose endorsements count now. */
  readonly members: () => readonly PolicyMember[];
  /** Distinct members, one of them a state, that must endorse. */
  readonly endorsementThreshold: () => number;
  /** Is told of a member that came to another answer than the others from the same state. */
  readonly onDeviating?: (mspId: string, txId: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export abstract class ChannelLedger implements LedgerPort {
  readonly kind = 'fabric';
  readonly channel: string;
  readonly chaincode: string;
  readonly #options: FabricLedgerOptions;
  readonly #endorser: Endorser;
  readonly #blocks: Client;
  readonly #closing = new AbortController();

  /** @param blocks to the own peer's deliver service */
  protected constructor(options: FabricLedgerOptions, endorser: Endorser, blocks: Client) {
    this.channel = options.channel;
    this.chaincode = options.chaincode;
    this.#options = options;
    this.#endorser = endorser;
    this.#blocks = blocks;
  }

  abstract submit(payload: Signed): Promise<void>;
  abstract status(txId: string, options?: WaitOptions): Promise<CommitStatus>;

  /** Asks qscc of the own peer about this channel, as the service. */
  protected abstract queryLedger(
    transaction: string,
    ...args: readonly string[]
  ): Promise<Uint8Array>;

  async prepare(request: ProposalRequest): Promise<PreparedProposal> {
    const { channel, chaincode } = this;
    const nonce = randomBytes(NONCE_BYTES);
    const at = (this.#options.now ?? Date.now)();
    return buildProposal({ ...request, channel, chaincode, nonce, at });
  }

  async endorse(proposal: Signed, options?: EndorseOptions): Promise<EndorsedTransaction> {
    this.assertOpen();
    return this.#endorser.endorse(proposal, options);
  }

  async evaluate(proposal: Signed): Promise<Uint8Array> {
    this.assertOpen();
    return this.#endorser.evaluate(proposal);
  }

  async attest(proposal: Signed, options?: EndorseOptions): Promise<Uint8Array> {
    this.assertOpen();
    return this.#endorser.attest(proposal, options);
  }

  blocks(from: number, { signal }: WaitOptions = {}): AsyncIterable<Uint8Array> {
    const request = { channel: this.channel, signer: this.#options.service };
    const open: OpenStream = (next, until) =>
      deliverBlocks(this.#blocks, { ...request, from: next, signal: until });
    return followBlocks(open, from, this.untilClosed(signal));
  }

  async *events(from: number, options: WaitOptions = {}): AsyncIterable<ChaincodeEvent> {
    for await (const block of this.blocks(from, options)) yield* readEvents(block, this.chaincode);
  }

  async height(): Promise<number> {
    this.assertOpen();
    const info = await this.queryLedger('GetChainInfo');
    return common.BlockchainInfo.deserializeBinary(info).getHeight();
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  protected assertOpen(): void {
    if (this.#closing.signal.aborted) throw new LedgerError('STOPPED', 'the ledger was closed');
  }

  protected untilClosed(signal?: AbortSignal): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }
}
