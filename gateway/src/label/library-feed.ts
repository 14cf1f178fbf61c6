/** Keeps the library in memory level with the ledger: every act on labels, and every label's manifest. */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { Projection } from '../projection/projection.ts';
import { addInTurns } from './index/add-in-turns.ts';
import type { LabelState } from './index/change-log.ts';
import { type IndexedLabel, LabelIndex } from './index/label-index.ts';
import type { LedgerPoint } from './index/ledger-point.ts';
import { type Level, Library } from './index/library.ts';
import { readSnapshot } from './index/snapshot-read.ts';
import { writeSnapshot } from './index/snapshot-write.ts';
import { type BatchPorts, readBatch } from './read-batch.ts';
import { digestOf, type LabelAct, type LabelResponse, type LabelView } from './view.ts';

export interface LibraryFeedOptions extends BatchPorts {
  readonly projection: Projection;
  readonly view: LabelView;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Where the library is kept between two runs. */
  readonly snapshot: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface LibraryFeed {
  readonly library: Library;
  /** Whether a batch on the ledger cannot be taken in because its manifest is not here. */
  readonly isIncomplete: boolean;
  /** Digest of the batch record with that number in the index. */
  batchOf(number: number): string;
  /** Number of a batch in the index; undefined where it has none, as one that is void. */
  numberOf(digest: string): number | undefined;
  readonly index: LabelIndex;
  /** Called whenever the library came level with the ledger; returns how to stop that. */
  onLevel(tell: () => void): () => void;
  close(): Promise<void>;
}

/** The index is level again at least so often, for as long as the ledger can be read, milliseconds. */
const LEVEL_MS = 1000;
/** Without that for so long, nothing can be said of an address, milliseconds. */
const MAX_AGE_MS = 30_000;
/** Acts taken at once. */
const PAGE = 500;
/** After a failure, which may be a large file that is damaged, milliseconds. */
const RETRY_MS = 10_000;
/** In place of the number of a batch that has none. */
const VOID = -1;
/** A snapshot is worth its writing after so many labels. */
const SNAPSHOT_LABELS = 50_000;

class LibraryGap extends Error {}

interface Taken {
  readonly index: LabelIndex;
  readonly library: Library;
  /** By number. */
  readonly batches: string[];
  readonly numbers: Map<string, number>;
  /** Place of the last act taken in. */
  after: readonly [block: number, position: number];
  height: number;
}

export function startLibraryFeed(options: LibraryFeedOptions): LibraryFeed {
  const { projection, view, logger, now } = options;
  const stop = new AbortController();
  let taken = begin(now);
  /** Labels in the snapshot on disk. */
  let kept = 0;
  /** Whether it waits for a manifest. */
  let gap = false;
  const followers = new Set<() => void>();

  const fail = (error: unknown, what: string) => {
    options.onFailure?.(error);
    logger.error({ code: (error as { code?: string }).code }, what);
  };

  /** What an earlier run left, if it is of this ledger and whole; else all is read anew. */
  const restore = async () => {
    const genesis = view.genesis();
    if (genesis === undefined) return;
    try {
      const { index, level } = await readSnapshot(options.snapshot, genesis);
      if (level.height > projection.height) throw new Error('ahead of the ledger');
      taken = goOn(index, level, view.listPlaces(level.height), now);
      kept = index.size;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return;
      logger.warn({ code: (error as { code?: string }).code }, 'the label library is made anew');
      await rm(options.snapshot, { force: true });
    }
  };

  const keep = async () => {
    const genesis = view.genesis();
    const { index, library } = taken;
    if (genesis === undefined || library.level === undefined || index.size === kept) return;
    await writeSnapshot(options.snapshot, { index, level: library.level, genesis });
    kept = index.size;
  };

  const announce = (digest: string, record: LabelBatchRecord, point: LedgerPoint) => {
    const { index, batches, numbers } = taken;
    const manifest = Buffer.from(record.manifest, 'hex');
    const number = index.announce({ ...point, manifest, size: record.size });
    batches[number] = digest;
    numbers.set(digest, number);
    return number;
  };

  const takeBatch = async (digest: string, record: LabelBatchRecord, point: LedgerPoint) => {
    const labels: IndexedLabel[] = [];
    const found = await readBatch(options, digest, record, {
      label: ({ key, offset, length }) => void labels.push({ key, offset, length }),
    });
    if (found === 'ABSENT') {
      if (!view.isWithheld(digest)) throw new LibraryGap('a manifest is not here');
      // Until the height at which it was found to be kept back nothing can be said; from there on it can.
      announce(digest, record, point);
      return;
    }
    if (found === 'VOID') {
      taken.numbers.set(digest, VOID);
      return;
    }
    await addInTurns(taken.index, announce(digest, record, point), labels);
  };

  const takeAct = async ({ block, position, record, key }: LabelAct) => {
    // A height counts blocks: the act is there once its own block is.
    const point = { height: block + 1, position };
    const digest = digestOf({ record, key });
    if (record.type !== 'tabellion.label-batch') {
      const batch = taken.numbers.get(digest);
      if (batch === undefined) throw new Error('an act speaks of a batch that is not there');
      const label = record.type === 'tabellion.label-miss' ? undefined : record.label;
      const target = label === undefined ? { batch } : { batch, index: label.index };
      const state = stateOf(record);
      if (batch !== VOID && state !== undefined) taken.index.change(target, { ...point, state });
    } else if (record.content === 'TRANSFERS') {
      // No labels: `flow/transfer-feed.ts` takes them in.
      taken.numbers.set(digest, VOID);
    } else await takeBatch(digest, record, point);
    taken.after = [block, position];
  };

  const catchUp = async () => {
    // Read first: what the acts below hold may be newer, never older.
    const { height } = projection;
    if (height < taken.height) taken = begin(now);
    for (;;) {
      const acts = view.listActs(taken.after, PAGE);
      for (const act of acts) await takeAct(act);
      if (acts.length < PAGE) break;
      await delay(0);
    }
    taken.height = height;
    taken.library.advance(height);
    for (const tell of followers) tell();
    gap = false;
    if (taken.index.size - kept >= SNAPSHOT_LABELS) await keep();
  };

  const follow = async () => {
    await restore();
    while (!stop.signal.aborted) {
      try {
        await catchUp();
        const patience = AbortSignal.any([stop.signal, AbortSignal.timeout(LEVEL_MS)]);
        await projection.waitForHeight(taken.height + 1, patience);
      } catch (error) {
        // A manifest that is not here yet comes as a file: no failure of ours, and looked for again.
        if (error instanceof LibraryGap) {
          if (!gap) logger.warn('the label library waits for a manifest');
          gap = true;
        } else {
          gap = false;
          fail(error, 'the label library waits');
        }
        await delay(gap ? LEVEL_MS : RETRY_MS, undefined, { signal: stop.signal }).catch(
          () => undefined,
        );
      }
    }
  };
  const following = follow();

  return {
    get library() {
      return taken.library;
    },
    get isIncomplete() {
      return gap;
    },
    batchOf: (number) => taken.batches[number]!,
    numberOf(digest) {
      const number = taken.numbers.get(digest);
      return number === VOID ? undefined : number;
    },
    get index() {
      return taken.index;
    },
    onLevel(tell) {
      followers.add(tell);
      return () => void followers.delete(tell);
    },
    async close() {
      stop.abort();
      await following;
      await keep().catch((error: unknown) => fail(error, 'the label library was not kept'));
    },
  };
}

function begin(now: () => number): Taken {
  const index = new LabelIndex();
  return {
    index,
    library: new Library({ index, maxAgeMs: MAX_AGE_MS, now }),
    batches: [],
    numbers: new Map(),
    after: [-1, -1],
    height: 0,
  };
}

/** What a snapshot holds is taken; what came after it is still to be. */
function goOn(
  index: LabelIndex,
  level: Level,
  known: readonly { readonly digest: string; readonly height: number; readonly position: number }[],
  now: () => number,
): Taken {
  const batches: string[] = [];
  const numbers = new Map<string, number>();
  for (const { digest, height, position } of known) {
    const next = batches.length < index.batches ? index.batchOf(batches.length) : undefined;
    const isNext = next?.height === height && next.position === position;
    numbers.set(digest, isNext ? batches.length : VOID);
    if (isNext) batches.push(digest);
  }
  if (batches.length !== index.batches) throw new Error('batches that the ledger does not have');
  const library = new Library({ index, maxAgeMs: MAX_AGE_MS, now });
  // Acts of void batches between the last taken in and the level are looked at once more.
  const { last } = index;
  const after =
    last === undefined ? ([-1, -1] as const) : ([last.height - 1, last.position] as const);
  return { index, library, batches, numbers, after, height: level.height };
}

/** Undefined where nothing changes yet. */
export function stateOf(record: LabelResponse['record']): LabelState | undefined {
  switch (record.type) {
    case 'tabellion.label-miss':
      return record.outcome === 'WITHHELD' ? 'WITHHELD' : undefined;
    case 'tabellion.corroboration':
      return 'CORROBORATED';
    case 'tabellion.opinion':
      return 'OPINED';
    case 'tabellion.sighting':
      return 'SIGHTED';
    case 'tabellion.dispute':
      return 'DISPUTED';
    case 'tabellion.dispute-answer':
      return 'ANSWERED';
    case 'tabellion.withdrawal':
      return record.replacedBy === undefined ? 'WITHDRAWN' : 'CORRECTED';
  }
}
