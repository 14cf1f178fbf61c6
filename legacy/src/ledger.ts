/**
 * The ledger port for channels whose peers have no Gateway service: Fabric 2.2 to 2.5 with Raft. The
 * older SDK carries proposals and transactions to the members' peers and the ordering nodes; what is
 * signed, compared and concluded is the same as everywhere else.
 */
import type { Client } from 'fabric-common';
import {
  ChannelLedger,
  type FabricLedgerOptions,
} from '../../gateway/src/ledger/fabric/channel-ledger.ts';
import { openClient } from '../../gateway/src/ledger/fabric/connection.ts';
import { Endorser } from '../../gateway/src/ledger/fabric/endorser.ts';
import { createLimiter } from '../../gateway/src/ledger/fabric/limiter.ts';
import { awaitKnown } from '../../gateway/src/ledger/fabric/wait.ts';
import {
  type CommitStatus,
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type LedgerPort,
  type Signed,
  type WaitOptions,
} from '../../gateway/src/ledger/port.ts';
import { readTxId } from '../../gateway/src/ledger/transaction.ts';
import { type ChannelNodes, readChannelNodes } from './channel-nodes.ts';
import { Commits, readCommits } from './commits.ts';
import { MemberPeers } from './member-peers.ts';
import { Ordering } from './ordering.ts';
import { loadSdk } from './sdk.ts';
import { Submissions } from './submissions.ts';
import { querySystem } from './system-query.ts';

export interface LegacyLedgerOptions extends FabricLedgerOptions {
  /** Where the nodes are, for those that the channel's configuration does not say or says otherwise. */
  readonly nodes?: Partial<ChannelNodes>;
}

const CALLS_IN_FLIGHT = 250;
/** After so long without its block the peer is asked for the transaction itself, milliseconds. */
const BLOCK_WAIT_MS = 5000;

/** @throws LedgerError `UNAVAILABLE` where the older SDK is not installed or the own peer is away. */
export async function openLegacyLedger(options: LegacyLedgerOptions): Promise<LedgerPort> {
  const client = (await loadSdk()).newClient('tabellion');
  const { peers, orderers } = await findNodes(client, options);
  const ledger = new LegacyLedger(options, {
    peers: openPeers(client, options, peers),
    ordering: new Ordering(client, orderers),
    blocks: openClient(options.peer),
  });
  try {
    await ledger.follow();
    return ledger;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** The own peer says where the others are. */
async function findNodes(client: Client, options: LegacyLedgerOptions): Promise<ChannelNodes> {
  const { service, peer, nodes } = options;
  const own = new Map([[service.mspId, peer]]);
  const peers = openPeers(client, options, own);
  try {
    const found = readChannelNodes(await querySystem(peers, options, 'cscc', 'GetConfigBlock'));
    const orderers = nodes?.orderers ?? found.orderers;
    if (orderers.length === 0) {
      throw new LedgerError('UNAVAILABLE', 'the channel’s configuration names no ordering node');
    }
    return { peers: new Map([...found.peers, ...(nodes?.peers ?? []), ...own]), orderers };
  } finally {
    peers.close();
  }
}

function openPeers(client: Client, options: LegacyLedgerOptions, peers: ChannelNodes['peers']) {
  const limit = createLimiter(CALLS_IN_FLIGHT);
  return new MemberPeers(client, { ...options, peers, own: options.service.mspId, limit });
}

interface Connections {
  readonly peers: MemberPeers;
  readonly ordering: Ordering;
  /** To the own peer's deliver service. */
  readonly blocks: ReturnType<typeof openClient>;
}

class LegacyLedger extends ChannelLedger {
  readonly #options: LegacyLedgerOptions;
  readonly #connections: Connections;
  readonly #commits = new Commits();
  readonly #submissions = new Submissions();

  constructor(options: LegacyLedgerOptions, connections: Connections) {
    const { peers, blocks } = connections;
    super(options, new Endorser({ ...options, peers }), blocks);
    this.#options = options;
    this.#connections = connections;
  }

  /** Takes in every block from now on. */
  async follow(): Promise<void> {
    const height = await this.height();
    void (async () => {
      for await (const block of this.blocks(height)) this.#commits.add(block);
      // What the stream does not tell, `status` asks the peer.
    })().catch(() => undefined);
  }

  override async endorse(proposal: Signed, options?: EndorseOptions): Promise<EndorsedTransaction> {
    const endorsed = await super.endorse(proposal, options);
    // The endorsing peers have looked whether it was committed before.
    this.#submissions.expect(endorsed.txId);
    return endorsed;
  }

  /**
   * Raft orders a transaction as often as it is submitted, and the peers then mark the second as
   * invalid: so it is for this side to say that it was submitted before.
   */
  async submit(payload: Signed): Promise<void> {
    this.assertOpen();
    const txId = readTxId(payload);
    const isCommitted = async () => (await this.#findCommitted(txId)) !== undefined;
    await this.#submissions.run(txId, isCommitted, () =>
      this.#connections.ordering.submit(payload, txId),
    );
  }

  async status(txId: string, { signal }: WaitOptions = {}): Promise<CommitStatus> {
    this.assertOpen();
    const until = this.untilClosed(signal);
    let isFirst = this.#submissions.has(txId);
    return awaitKnown(
      async () => {
        const known = isFirst ? undefined : await this.#findCommitted(txId);
        isFirst = false;
        const wait = AbortSignal.any([until, AbortSignal.timeout(BLOCK_WAIT_MS)]);
        const commit = known ?? (await this.#commits.wait(txId, wait));
        if (commit) return commit;
        throw new LedgerError('UNAVAILABLE', 'no block holds it yet', { txId });
      },
      txId,
      until,
    );
  }

  override async close(): Promise<void> {
    await super.close();
    const { peers, ordering, blocks } = this.#connections;
    peers.close();
    ordering.close();
    blocks.close();
  }

  protected queryLedger(transaction: string, ...args: readonly string[]): Promise<Uint8Array> {
    return querySystem(this.#connections.peers, this.#options, 'qscc', transaction, ...args);
  }

  async #findCommitted(txId: string): Promise<CommitStatus | undefined> {
    const found = this.#commits.find(txId);
    if (found) return found;
    try {
      return readCommits(await this.queryLedger('GetBlockByTxID', txId)).get(txId);
    } catch (error) {
      if (error instanceof LedgerError && isUnheardOf(error)) return undefined;
      throw error;
    }
  }
}

/** What qscc says of a transaction ID that no block holds, from Fabric 2.2 on. */
const isUnheardOf = ({ message }: LedgerError) =>
  /no such transaction ID|entry not found in index|not found/i.test(message);
