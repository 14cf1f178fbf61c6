/**
 * Collects the attestation of every batch of the members served, whoever signed it, once its block is
 * there: the peers that saw it commit answer now; years later their certificates may have expired.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseStrict } from '@tabellion/proof';
import type { Logger } from 'pino';
import { z } from 'zod';
import { makeDirectory, writeDurably } from '../identity/private-file.ts';
import type { ChaincodeEvent, LedgerPort } from '../ledger/port.ts';
import type { Attestations } from './attestations.ts';

const RETRY_MS = 1_000;

export interface AttestationFollowerOptions {
  /** Where it is kept how far the ledger was followed. */
  readonly directory: string;
  readonly ledger: Pick<LedgerPort, 'events'>;
  readonly members: readonly string[];
  readonly attestations: Pick<Attestations, 'get'>;
  readonly logger: Logger;
  readonly onFailure?: (error: unknown) => void;
}

/** Follows from where an earlier run came to; close it before the ledger. */
export async function followBatches(
  options: AttestationFollowerOptions,
): Promise<{ close(): Promise<void> }> {
  const stop = new AbortController();
  const { signal } = stop;
  await makeDirectory(options.directory);
  const following = followForEver(options, signal);
  return {
    async close() {
      stop.abort();
      await following;
    },
  };
}

async function followForEver(options: AttestationFollowerOptions, signal: AbortSignal) {
  const file = join(options.directory, 'next-block');
  while (!signal.aborted) {
    try {
      for await (const event of options.ledger.events(await readNext(file), { signal })) {
        if (signal.aborted) return;
        const batch = batchOf(event, options.members);
        if (batch === undefined) continue;
        await options.attestations.get(batch);
        // The block itself again: it may hold further batches.
        await writeDurably(file, String(event.block));
      }
    } catch (error) {
      if (signal.aborted) return;
      options.onFailure?.(error);
      options.logger.warn({ code: (error as { code?: string }).code }, 'attestation pending');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function readNext(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '0');
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** Digest of the batch that the event announces, if a served member anchored it. */
function batchOf({ name, payload }: ChaincodeEvent, members: readonly string[]) {
  if (name !== 'evidence:anchor') return undefined;
  const batch = announcedBatch.safeParse(parseOrUndefined(payload));
  // What enough members endorsed may be anything: it must not keep later batches waiting.
  if (!batch.success) return undefined;
  const { key, record } = batch.data;
  return members.includes(record.act.member) ? key.slice('batch/'.length) : undefined;
}

const announcedBatch = z.object({
  key: z.string().startsWith('batch/'),
  record: z.object({ act: z.object({ member: z.string() }) }),
});

function parseOrUndefined(bytes: Uint8Array): unknown {
  try {
    return parseStrict(bytes);
  } catch {
    return undefined;
  }
}
