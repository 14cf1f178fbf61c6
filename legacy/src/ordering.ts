/**
 * Hands transactions to ordering nodes. One that takes it is enough, since Raft's nodes are trusted not
 * to lie: any of them passes it on to their leader. Where one fails, the next is asked.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BroadcastResponse, Client, Committer } from 'fabric-common';
import type { PeerEndpoint } from '../../gateway/src/ledger/fabric/connection.ts';
import { LedgerError, type Signed } from '../../gateway/src/ledger/port.ts';
import { describeEndpoint, NodeLink } from './node-link.ts';

/** What a node says that found fault with the transaction itself and passed it on to nobody. */
const REFUSED: readonly string[] = ['BAD_REQUEST', 'FORBIDDEN', 'REQUEST_ENTITY_TOO_LARGE'];

/** The nodes take nothing while they elect a leader: by default that is 5 to 10 s. */
const PATIENCE_MS = 12_000;
const RETRY_MS = 200;

interface Refusal extends BroadcastResponse {
  readonly address: string;
}

export class Ordering {
  readonly #links: readonly { readonly address: string; readonly link: NodeLink<Committer> }[];
  readonly #patience: number;
  #turn = 0;

  constructor(client: Client, orderers: readonly PeerEndpoint[], patience = PATIENCE_MS) {
    this.#patience = patience;
    this.#links = orderers.map((orderer) => {
      const { address } = orderer;
      const committer = client.newCommitter(address);
      return { address, link: new NodeLink(committer, describeEndpoint(client, orderer)) };
    });
  }

  /**
   * Resolves when a node has taken it. To submit it twice does no harm: the second is found invalid.
   * @throws LedgerError `NOT_ACCEPTED` where every node that was asked refused it; `UNKNOWN` where one
   *   of them may have passed it on before it failed.
   */
  async submit(signed: Signed, txId: string): Promise<void> {
    const deadline = Date.now() + this.#patience;
    for (;;) {
      const refusals = await this.#offer(signed);
      if (!refusals) return;
      const isFinal = refusals.every(({ status }) => REFUSED.includes(status));
      if (isFinal || Date.now() > deadline) {
        const text = refusals.map((one) =>
          `${one.address}: ${one.status} ${one.info ?? ''}`.trim(),
        );
        throw new LedgerError(isFinal ? 'NOT_ACCEPTED' : 'UNKNOWN', text.join('; '), { txId });
      }
      await sleep(RETRY_MS);
    }
  }

  close(): void {
    for (const { link } of this.#links) link.close();
  }

  /** What the nodes said one after the other; undefined as soon as one takes it. */
  async #offer(signed: Signed): Promise<readonly Refusal[] | undefined> {
    const refusals: Refusal[] = [];
    for (const { address, link } of this.#inTurn()) {
      const outcome = await broadcast(link, signed);
      if (outcome.status === 'SUCCESS') return undefined;
      refusals.push({ address, ...outcome });
    }
    return refusals;
  }

  /** Each is the first to be asked as often as the others. */
  #inTurn() {
    const start = this.#links.length === 0 ? 0 : this.#turn++ % this.#links.length;
    return [...this.#links.slice(start), ...this.#links.slice(0, start)];
  }
}

async function broadcast(
  link: NodeLink<Committer>,
  { bytes, signature }: Signed,
): Promise<BroadcastResponse> {
  try {
    const committer = await link.open();
    return await committer.sendBroadcast({ payload: bytes, signature });
  } catch (error) {
    return { status: 'NO_ANSWER', info: (error as Error).message };
  }
}
