/** The ledger port on a real Fabric network, through the Gateway service of the member's own peer. */
import { randomBytes } from 'node:crypto';
import type { Network } from '@hyperledger/fabric-gateway';
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
import { readTxId } from '../transaction.ts';
import { type Connection, openConnection, type PeerEndpoint } from './connection.ts';
import { deliverBlocks } from './deliver.ts';
import { Endorser } from './endorser.ts';
import { explainEndorsement, explainSubmission } from './error.ts';
import { readEvents } from './events.ts';
import { followBlocks, type OpenStream } from './follow.ts';
import { GatewayPeers } from './gateway-peers.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { PolicyMember } from './members.ts';
import { encodePrepared } from './message.ts';
import { createPositions } from './positions.ts';
import { Recent } from './recent.ts';
import { awaitStatus, type StatusContext } from './status.ts';

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

/**
 * Together below the peers' `limits.concurrency.gatewayService` (500), which other clients need too.
 * Waits for commits are counted apart, so that they cannot keep calls from being made.
 */
const CALLS_IN_FLIGHT = 250;
const WAITS_IN_FLIGHT = 150;
/** Submissions remembered to tell a repeated one. */
const REMEMBERED = 10_000;

export function openFabricLedger(options: FabricLedgerOptions): LedgerPort {
  return new FabricLedger(options, openConnection(options.peer, options.service));
}

class FabricLedger implements LedgerPort {
  readonly kind = 'fabric';
  readonly channel: string;
  readonly chaincode: string;
  readonly #options: FabricLedgerOptions;
  readonly #connection: Connection;
  readonly #network: Network;
  readonly #limit: Limiter;
  readonly #endorser: Endorser;
  readonly #status: StatusContext;
  readonly #submitted = new Recent(REMEMBERED);
  readonly #closing = new AbortController();

  constructor(options: FabricLedgerOptions, connection: Connection) {
    const { channel, chaincode, service } = options;
    const { gateway } = connection;
    const limit = createLimiter(CALLS_IN_FLIGHT);
    this.channel = channel;
    this.chaincode = chaincode;
    this.#options = options;
    this.#connection = connection;
    this.#network = gateway.getNetwork(channel);
    this.#limit = limit;
    const peers = new GatewayPeers({ gateway, limit, own: service.mspId });
    this.#endorser = new Endorser({ ...options, peers });
    this.#status = {
      ...{ channel, gateway, identity: service.creator },
      limit: createLimiter(WAITS_IN_FLIGHT),
      findPosition: createPositions((block) => this.#query('GetBlockByNumber', String(block))),
    };
  }

  async prepare(request: ProposalRequest): Promise<PreparedProposal> {
    const { channel, chaincode } = this;
    const nonce = randomBytes(NONCE_BYTES);
    const at = (this.#options.now ?? Date.now)();
    return buildProposal({ ...request, channel, chaincode, nonce, at });
  }

  async endorse(proposal: Signed, options?: EndorseOptions): Promise<EndorsedTransaction> {
    this.#assertOpen();
    return this.#endorser.endorse(proposal, options);
  }

  async submit(payload: Signed): Promise<void> {
    this.#assertOpen();
    const txId = readTxId(payload);
    const { gateway } = this.#connection;
    const bytes = encodePrepared(txId, payload);
    const transaction = gateway.newSignedTransaction(bytes, payload.signature);
    const isFirst = this.#submitted.add(txId);
    try {
      await this.#limit(() => transaction.submit());
    } catch (error) {
      const explained = explainSubmission(error, txId);
      // A slow ordering node says "already processed" to a first submission too, when the others have
      // ordered it meanwhile; the peer's gateway takes that for a failure, though it is a success.
      if (!(isFirst && isDuplicate(explained))) throw explained;
    }
  }

  async status(txId: string, { signal }: WaitOptions = {}): Promise<CommitStatus> {
    this.#assertOpen();
    return awaitStatus(this.#status, txId, this.#untilClosed(signal));
  }

  async evaluate(proposal: Signed): Promise<Uint8Array> {
    this.#assertOpen();
    return this.#endorser.evaluate(proposal);
  }

  async attest(proposal: Signed, options?: EndorseOptions): Promise<Uint8Array> {
    this.#assertOpen();
    return this.#endorser.attest(proposal, options);
  }

  blocks(from: number, { signal }: WaitOptions = {}): AsyncIterable<Uint8Array> {
    const { client } = this.#connection;
    const request = { channel: this.channel, signer: this.#options.service };
    const open: OpenStream = (next, until) =>
      deliverBlocks(client, { ...request, from: next, signal: until });
    return followBlocks(open, from, this.#untilClosed(signal));
  }

  async *events(from: number, options: WaitOptions = {}): AsyncIterable<ChaincodeEvent> {
    for await (const block of this.blocks(from, options)) yield* readEvents(block, this.chaincode);
  }

  async height(): Promise<number> {
    this.#assertOpen();
    const info = await this.#query('GetChainInfo');
    return common.BlockchainInfo.deserializeBinary(info).getHeight();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection.close();
  }

  /** Asks the peer's own system chaincode for blocks, as the service. */
  async #query(transaction: string, ...args: string[]): Promise<Uint8Array> {
    const proposal = this.#network.getContract('qscc').newProposal(transaction, {
      arguments: [this.channel, ...args],
      endorsingOrganizations: [this.#options.service.mspId],
    });
    return this.#limit(() => proposal.evaluate()).catch((error) => {
      throw explainEndorsement(error, proposal.getTransactionId());
    });
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new LedgerError('STOPPED', 'the ledger was closed');
  }

  #untilClosed(signal?: AbortSignal): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }
}

const isDuplicate = (error: unknown) =>
  error instanceof LedgerError && error.code === 'DUPLICATE_TRANSACTION';
