/** One ledger read from several places at once: what they have in common is audited, once. */
import { blockHeaderHash, equalBytes, readBlock } from '@tabellion/proof';
import { AuditBreak } from './break.ts';

export interface BlockSource {
  /** How the report calls it. */
  readonly name: string;
  /** `common.Block` bytes, from block 0 on. */
  readonly blocks: AsyncIterable<Uint8Array>;
}

export interface SourceHeight {
  readonly name: string;
  /** Number of blocks that it gave. */
  readonly height: number;
}

export interface ComparedSources {
  /**
   * Of the first source, and where it ends before others, of the next that goes on. After each block,
   * once it was judged, the others' are held to it.
   */
  readonly blocks: AsyncIterable<Uint8Array>;
  /** So far; in the order of the sources. */
  heights(): readonly SourceHeight[];
}

/**
 * Where the other sources end earlier or later they are only at another height, which `heights` shows.
 * @throws AuditBreak `PEERS_DISAGREE` from `blocks`.
 */
export function compareSources(sources: readonly BlockSource[]): ComparedSources {
  const heights = sources.map(({ name }) => ({ name, height: 0 }));
  return {
    blocks: readTogether(sources, (index) => {
      heights[index]!.height += 1;
    }),
    heights: () => heights,
  };
}

async function* readTogether(
  sources: readonly BlockSource[],
  count: (index: number) => void,
): AsyncGenerator<Uint8Array> {
  const readers = sources.map(({ name, blocks }) => ({
    ...{ name, iterator: blocks[Symbol.asyncIterator]() },
    ended: false,
  }));
  const next = async (index: number): Promise<Uint8Array | undefined> => {
    const reader = readers[index]!;
    if (reader.ended) return undefined;
    const { done, value } = await reader.iterator.next();
    reader.ended = done === true;
    if (!done) count(index);
    return done ? undefined : value;
  };
  try {
    let leading = 0;
    for (let number = 0; ; number += 1) {
      let first = await next(leading);
      // A source that stops early must not keep from the audit what the others have.
      while (first === undefined && leading < readers.length - 1) {
        leading += 1;
        first = await next(leading);
      }
      if (first === undefined) break;
      yield first;
      for (const [index, { name }] of readers.entries()) {
        const other = index > leading ? await next(index) : undefined;
        const difference = other && findDifference(first, other);
        if (difference === undefined) continue;
        const detail = `${difference} at ${name} than at ${readers[leading]!.name}`;
        throw new AuditBreak('PEERS_DISAGREE', { block: number }, detail);
      }
    }
  } finally {
    await Promise.all(readers.map(({ iterator }) => iterator.return?.()));
  }
}

/**
 * Header, transactions and validation codes are the same everywhere. The other metadata are not: each
 * peer keeps the signatures of those orderers that it heard.
 */
function findDifference(first: Uint8Array, other: Uint8Array): string | undefined {
  if (equalBytes(first, other)) return undefined;
  const a = readBlock(first);
  let b: ReturnType<typeof readBlock>;
  try {
    b = readBlock(other);
  } catch {
    return 'the block cannot be read';
  }
  if (!equalBytes(blockHeaderHash(a), blockHeaderHash(b))) return 'another header';
  const sameData =
    a.envelopes.length === b.envelopes.length &&
    a.envelopes.every((envelope, index) => equalBytes(envelope, b.envelopes[index]!));
  if (!sameData) return 'other transactions';
  const sameCodes =
    a.validationCodes.length === b.validationCodes.length &&
    a.validationCodes.every((code, index) => code === b.validationCodes[index]);
  return sameCodes ? undefined : 'other validation codes';
}
