/**
 * Anchors the digests of a list without its files. The list itself is anchored with them, as the item
 * that shows where they come from; of its files no more is stated than it says: no media type, no time.
 */

import { type AnchorStateOptions, openAnchorState } from '../anchor-state.ts';
import { pathBytes } from '../byte-path.ts';
import { drawSalt, encodeCommitment } from '../commitment.ts';
import { type DrainPorts, drainBatches } from '../drain.ts';
import type { ConfirmedBatch, Totals } from '../pending-items.ts';
import { ProgressMeter, type ProgressState } from '../progress.ts';
import type { KnownItems } from '../tree/known-items.ts';
import type { ListedFile } from './listed-file.ts';

export interface AnchorListOptions extends AnchorStateOptions {
  /** The list's own name, digest and size. */
  readonly list: SizedFile;
  readonly exhibit?: string;
  readonly seal?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: ProgressState) => void;
}

export type SizedFile = ListedFile & { readonly size: number };

export interface AnchorListResult {
  readonly acquisition: string;
  /** Anchored by this run, in order. */
  readonly batches: readonly ConfirmedBatch[];
  /** Items taken in by this run, the list among them. */
  readonly added: number;
  /** Taken in by an earlier run. */
  readonly known: number;
  /** Everything of this acquisition that this state has anchored. */
  readonly totals: Totals;
}

/**
 * @param listed every file with its size.
 * @throws EvidenceError, LedgerError, or the signal's reason; the same call then goes on where it was.
 */
export async function anchorList(
  listed: KnownItems,
  options: AnchorListOptions,
  ports: DrainPorts,
): Promise<AnchorListResult> {
  const { acquisition, list, exhibit, seal, signal } = options;
  const { items, collectedAt } = await openAnchorState(options, ports.reader);
  const meter = new ProgressMeter(options.onProgress ?? (() => undefined));
  const result = { added: 0, known: 0 };
  const add = ({ name, size, sha256, sha1, md5 }: SizedFile) => {
    const stamp = `listed:${sha256}:${size}`;
    if (items.findSource(name, stamp) === 'present') {
      result.known += 1;
      return;
    }
    const facts = {
      kind: 'file' as const,
      digest: { sha256, ...(sha1 !== undefined && { sha1 }), ...(md5 !== undefined && { md5 }) },
      size,
      path: pathBytes(name).toString('base64url'),
      ...(exhibit !== undefined && { exhibit }),
      ...(seal !== undefined && { seal }),
    };
    const commitment = encodeCommitment(facts, drawSalt());
    items.add({ source: { name, stamp }, size, collectedAt: collectedAt(), commitment });
    result.added += 1;
  };
  try {
    add(list);
    for (const file of listed.latest()) {
      signal?.throwIfAborted();
      add({ ...file, size: file.size! });
      meter.addFile(0);
    }
    meter.tell();
    items.seal();
    const batches: ConfirmedBatch[] = [];
    await drainBatches(items, ports, {
      ...(signal !== undefined && { signal }),
      onAnchored: (batch) => batches.push(batch),
    });
    return { acquisition, batches, ...result, totals: items.totals() };
  } finally {
    items.close();
  }
}
