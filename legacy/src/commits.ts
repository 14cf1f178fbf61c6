/** What was committed lately, by transaction ID, as the blocks of the own peer tell. */
import { readBlock, validationCodeName } from '@tabellion/proof';
import { findTxId } from '../../gateway/src/ledger/committed.ts';
import type { CommitStatus } from '../../gateway/src/ledger/port.ts';

const REMEMBERED_BLOCKS = 256;

/** Every transaction of a block; of two with one ID, the first counts. @throws FabricError. */
export function readCommits(bytes: Uint8Array): ReadonlyMap<string, CommitStatus> {
  const { number, envelopes, validationCodes } = readBlock(bytes);
  const commits = new Map<string, CommitStatus>();
  for (const [position, envelope] of envelopes.entries()) {
    const txId = findTxId(envelope);
    if (txId === undefined) continue;
    const code = validationCodeName(validationCodes[position] ?? -1);
    if (!commits.has(txId)) commits.set(txId, { txId, code, block: number, position });
  }
  return commits;
}

export class Commits {
  readonly #blocks: ReadonlyMap<string, CommitStatus>[] = [];
  readonly #waiting = new Map<string, Set<(commit: CommitStatus) => void>>();

  /** Takes in the next block. */
  add(block: Uint8Array): void {
    const commits = readCommits(block);
    this.#blocks.push(commits);
    if (this.#blocks.length > REMEMBERED_BLOCKS) this.#blocks.shift();
    for (const [txId, commit] of commits) {
      for (const tell of this.#waiting.get(txId) ?? []) tell(commit);
      this.#waiting.delete(txId);
    }
  }

  find(txId: string): CommitStatus | undefined {
    return this.#blocks.find((commits) => commits.has(txId))?.get(txId);
  }

  /** `undefined` when the signal ends the wait. */
  async wait(txId: string, signal: AbortSignal): Promise<CommitStatus | undefined> {
    const found = this.find(txId);
    if (found || signal.aborted) return found;
    const { promise, resolve } = Promise.withResolvers<CommitStatus | undefined>();
    const waiting = this.#waiting.get(txId) ?? new Set();
    this.#waiting.set(txId, waiting.add(resolve));
    const end = () => resolve(undefined);
    signal.addEventListener('abort', end, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', end);
      waiting.delete(resolve);
      if (waiting.size === 0) this.#waiting.delete(txId);
    }
  }
}
