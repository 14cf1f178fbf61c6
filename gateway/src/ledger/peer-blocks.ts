/** The whole channel as one peer has it: for audits, which trust no gateway. */
import type { Signer } from './act.ts';
import { openClient, type PeerEndpoint } from './fabric/connection.ts';
import { deliverBlocks } from './fabric/deliver.ts';
import { LedgerError } from './port.ts';

/** A peer that reads from a slow disk needs seconds; one that says nothing for longer is away. */
const IDLE_MS = 60_000;

export interface PeerBlocksOptions {
  readonly peer: PeerEndpoint;
  readonly channel: string;
  readonly signer: Signer;
  readonly signal?: AbortSignal;
  readonly idleMs?: number;
}

/**
 * `common.Block` bytes from block 0 to the newest one that the peer has when it is asked.
 * @throws LedgerError `UNAVAILABLE`, `IDENTITY_REFUSED`: a chain is never silently a shorter one.
 */
export async function* readPeerBlocks(options: PeerBlocksOptions): AsyncGenerator<Uint8Array> {
  const { peer, channel, signer, signal, idleMs = IDLE_MS } = options;
  const client = openClient(peer);
  try {
    const request = { channel, signer, from: 0, toNewest: true, idleMs, ...(signal && { signal }) };
    for await (const { bytes } of deliverBlocks(client, request)) yield bytes;
    if (signal?.aborted) throw new LedgerError('STOPPED', 'reading was stopped');
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new LedgerError(error.code, `${peer.address}: ${error.message}`, { cause: error });
  } finally {
    client.close();
  }
}
