/** The ledger port on a real Fabric network, through the Gateway service of the member's own peer. */
import type { Network } from '@hyperledger/fabric-gateway';
import type { Signer } from '../act.ts';
import {
  type CommitStatus,
  LedgerError,
  type LedgerPort,
  type Signed,
  type WaitOptions,
} from '../port.ts';
import { readTxId } from '../transaction.ts';
import { ChannelLedger, type FabricLedgerOptions } from './channel-ledger.ts';
import { type Connection, openConnection } from './connection.ts';
import { Endorser } from './endorser.ts';
import { explainEndorsement, explainSubmission } from './error.ts';
import { GatewayPeers } from './gateway-peers.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { encodePrepared } from './message.ts';
import { createPositions } from './positions.ts';
import { Recent } from './recent.ts';
import { awaitStatus, type StatusContext } from './status.ts';

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

class FabricLedger extends ChannelLedger {
  readonly #service: Signer;
  readonly #connection: Connection;
  readonly #network: Network;
  readonly #limit: Limiter;
  readonly #status: StatusContext;
  readonly #submitted = new Recent(REMEMBERED);

  constructor(options: FabricLedgerOptions, connection: Connection) {
    const { channel, service } = options;
    const { gateway, client } = connection;
    const limit = createLimiter(CALLS_IN_FLIGHT);
    const peers = new GatewayPeers({ gateway, limit, own: service.mspId });
    super(options, new Endorser({ ...options, peers }), client);
    this.#service = service;
    this.#connection = connection;
    this.#network = gateway.getNetwork(channel);
    this.#limit = limit;
    this.#status = {
      ...{ channel, gateway, identity: service.creator },
      limit: createLimiter(WAITS_IN_FLIGHT),
      findPosition: createPositions((block) => this.queryLedger('GetBlockByNumber', String(block))),
    };
  }

  async submit(payload: Signed): Promise<void> {
    this.assertOpen();
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
    this.assertOpen();
    return awaitStatus(this.#status, txId, this.untilClosed(signal));
  }

  override async close(): Promise<void> {
    await super.close();
    this.#connection.close();
  }

  protected async queryLedger(
    transaction: string,
    ...args: readonly string[]
  ): Promise<Uint8Array> {
    const proposal = this.#network.getContract('qscc').newProposal(transaction, {
      arguments: [this.channel, ...args],
      endorsingOrganizations: [this.#service.mspId],
    });
    return this.#limit(() => proposal.evaluate()).catch((error) => {
      throw explainEndorsement(error, proposal.getTransactionId());
    });
  }
}

const isDuplicate = (error: unknown) =>
  error instanceof LedgerError && error.code === 'DUPLICATE_TRANSACTION';
