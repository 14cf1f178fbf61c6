/** Whatever changes in a ledger's files is noticed, and the file and block that it hit are named. */
import {
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockFile, emptyBlockFile } from '../../gateway/src/ledger/embedded/store/block-file.ts';
import { openStore } from '../../gateway/src/ledger/embedded/store/open-store.ts';
import { checkFiles, type FilesReport } from '../../gateway/src/ledger/stored-files.ts';
import {
  append,
  type Corruption,
  createRandom,
  cutAt,
  drop,
  flipBit,
  flipRandomBits,
  loseSectors,
  readBytes,
  remove,
  repeat,
  replaceBy,
} from './corruptions.ts';
import { type KeptLedger, keepLedger, listFrames } from './kept-ledger.ts';

const SLOW = 240_000;
const SEED = 20_260_722;
const DATABASES = ['state.sqlite', 'private.sqlite'] as const;

let kept: KeptLedger;

beforeAll(async () => {
  kept = await keepLedger();
}, SLOW);
afterAll(() => kept.remove());

async function corrupt(source: string, { apply }: Corruption): Promise<FilesReport> {
  const directory = kept.fresh();
  cpSync(source, directory, { recursive: true });
  try {
    apply(directory);
    return await checkFiles(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Expected = (corruption: Corruption, report: FilesReport) => boolean;

/** Titles of the corruptions that were not reported as expected, with what was. */
async function listMissed(
  source: string,
  corruptions: readonly Corruption[],
  isExpected: Expected,
): Promise<string[]> {
  const missed: string[] = [];
  for (const corruption of corruptions) {
    const report = await corrupt(source, corruption);
    if (isExpected(corruption, report)) continue;
    missed.push(`${corruption.title} → ${JSON.stringify([report.damage, report.notes])}`);
  }
  return missed;
}

const isFileNamed: Expected = ({ file }, { damage }) => damage.some((one) => one.file === file);

/** The first finding is of the block that holds the first changed byte; of none in the file's header. */
function isBlockNamed(frames: readonly number[]): Expected {
  return ({ offset }, { damage }) => {
    const [first] = damage;
    if (first?.file !== 'blocks') return false;
    const holder = frames.findLastIndex((start) => start <= offset!);
    return holder === -1 ? first.offset === 0 : first.block === holder;
  };
}

describe('copies that nothing happened to', () => {
  it.each(['closed', 'killed', 'older'] as const)('%s: is clean', async (name) => {
    const report = await checkFiles(kept[name]);
    expect(report).toMatchObject({ outcome: 'CLEAN', closed: name !== 'killed', damage: [] });
    expect(report.notes.map(({ code }) => code)).toEqual(
      name === 'killed' ? ['LEDGER_NOT_CLOSED'] : [],
    );
    expect(report.height).toBe(listFrames(kept[name]).length - 1);
  });

  it('were of some dozens of blocks, and of private values', async () => {
    expect((await checkFiles(kept.closed)).height).toBeGreaterThan(30);
    const report = await corrupt(kept.killed, replaceBy('private.sqlite', kept.older));
    expect(report.damage.filter(({ code }) => code === 'VALUE_MISSING')).toHaveLength(3);
  });
});

describe.each(['closed', 'killed'] as const)('the file of blocks, %s', (name) => {
  const random = createRandom(SEED);

  it(
    'bits, sectors',
    async () => {
      const bytes = readBytes(kept[name], 'blocks');
      const frames = listFrames(kept[name]);
      const header = frames[random(frames.length - 1)]!;
      const last = { from: frames.at(-2)!, to: bytes.length };
      const corruptions = [
        ...flipRandomBits('blocks', bytes, { count: 30 }, random),
        ...flipRandomBits('blocks', bytes, { count: 5, to: 64 }, random),
        ...flipRandomBits('blocks', bytes, { count: 10, from: header, to: header + 64 }, random),
        ...flipRandomBits('blocks', bytes, { count: 5, ...last }, random),
        ...loseSectors('blocks', bytes, 10, random),
      ];
      const missed = await listMissed(kept[name], corruptions, isBlockNamed(frames));
      expect(missed).toEqual([]);
    },
    SLOW,
  );

  it(
    'cut off at every border and within',
    async () => {
      const bytes = readBytes(kept[name], 'blocks');
      const frames = listFrames(kept[name]);
      const within = frames.slice(0, -1).map((start, index) => {
        return start + 1 + random(frames[index + 1]! - start - 1);
      });
      const cuts = [...frames.slice(0, -1), ...within, 0, 63];
      const corruptions = cuts.map((length) => cutAt('blocks', bytes, length));
      const missed = await listMissed(kept[name], corruptions, isBlockNamed(frames));
      expect(missed).toEqual([]);
    },
    SLOW,
  );

  it(
    'blocks twice, blocks gone',
    async () => {
      const bytes = readBytes(kept[name], 'blocks');
      const frames = listFrames(kept[name]);
      const picked = [0, 1, 7, 20, frames.length - 2];
      const places = picked.map((at) => [frames[at]!, frames[at + 1]!] as const);
      const corruptions = [
        ...places.map((place) => repeat('blocks', bytes, ...place)),
        ...places.map((place) => drop('blocks', bytes, ...place)),
      ];
      // Blocks may begin with the same bytes: the first that differs lies in the block's header.
      const missed = await listMissed(kept[name], corruptions, isBlockNamed(frames));
      expect(missed).toEqual([]);
    },
    SLOW,
  );
});

describe('of a ledger that was closed, every byte', () => {
  const random = createRandom(SEED + 1);

  it.each(DATABASES)(
    'of %s: bits, sectors, cuts, garbage',
    async (file) => {
      const bytes = readBytes(kept.closed, file);
      const corruptions = [
        ...flipRandomBits(file, bytes, { count: 30 }, random),
        ...flipRandomBits(file, bytes, { count: 5, to: 100 }, random),
        ...loseSectors(file, bytes, 5, random),
        ...[0, 1, 511, 4096, bytes.length - 1].map((length) => cutAt(file, bytes, length)),
        append(file, bytes, Buffer.alloc(700, 7), 'garbage'),
      ];
      expect(await listMissed(kept.closed, corruptions, isFileNamed)).toEqual([]);
    },
    SLOW,
  );

  it(
    'of seal.json',
    async () => {
      const bytes = readBytes(kept.closed, 'seal.json');
      const offsets = Array.from({ length: 60 }, () => random(bytes.length));
      const corruptions = [
        ...offsets.map((offset) => flipBit('seal.json', bytes, offset, random(8))),
        ...[0, 1, bytes.length - 1].map((length) => cutAt('seal.json', bytes, length)),
        append('seal.json', bytes, Buffer.from('\n'), 'a line end'),
      ];
      expect(await listMissed(kept.closed, corruptions, isFileNamed)).toEqual([]);
    },
    SLOW,
  );

  it('garbage after the blocks, in the lock and in a file that is none of the ledger', async () => {
    const blocks = readBytes(kept.closed, 'blocks');
    const corruptions = [
      append('blocks', blocks, Buffer.alloc(700, 7), 'garbage'),
      append('lock', Buffer.alloc(0), Buffer.alloc(700, 7), 'garbage'),
      append('other', Buffer.alloc(0), Buffer.from('x'), 'a byte'),
      append('state.sqlite-wal', Buffer.alloc(0), Buffer.alloc(700, 7), 'garbage'),
    ];
    const missed = await listMissed(kept.closed, corruptions, ({ file }, { damage }) =>
      damage.some((one) => one.file === file),
    );
    expect(missed).toEqual([]);
  });
});

describe('files that come back older or not at all', () => {
  it.each(['blocks', 'state.sqlite', 'private.sqlite', 'seal.json'])('%s', async (file) => {
    const corruptions = [replaceBy(file, kept.older), remove(file)];
    expect(await listMissed(kept.closed, corruptions, isFileNamed)).toEqual([]);
  });

  it('names the seal alone where it alone is older', async () => {
    const { damage } = await corrupt(kept.closed, replaceBy('seal.json', kept.older));
    expect(new Set(damage.map(({ file }) => file))).toEqual(new Set(['seal.json']));
  });

  it('names the block from which on they are lost', async () => {
    const { damage } = await corrupt(kept.closed, replaceBy('blocks', kept.older));
    const block = listFrames(kept.older).length - 1;
    expect(damage).toContainEqual(
      expect.objectContaining({ code: 'BLOCKS_LOST', file: 'blocks', block }),
    );
  });

  it('after a kill, an older state is no damage: it is made again from the blocks', async () => {
    for (const change of [remove('state.sqlite-wal'), remove('state.sqlite')]) {
      const { notes, outcome } = await corrupt(kept.killed, change);
      expect([outcome, notes.map(({ code }) => code)]).toEqual([
        'CLEAN',
        ['LEDGER_NOT_CLOSED', 'STATE_BEHIND'],
      ]);
    }
  });
});

describe('after a kill, what rows hold', () => {
  const random = createRandom(SEED + 2);
  /** Every row in the database itself, nothing noted of its bytes. */
  const unsealed = () => {
    const directory = kept.fresh();
    cpSync(kept.closed, directory, { recursive: true });
    cpSync(join(kept.killed, 'seal.json'), join(directory, 'seal.json'));
    return directory;
  };

  /** Offsets within values that stand in a file once, whole. */
  function findValues(bytes: Buffer, values: readonly Buffer[]): number[] {
    return values.flatMap((value) => {
      const at = bytes.indexOf(value);
      const isOnce = at !== -1 && bytes.indexOf(value, at + 1) === -1;
      return isOnce ? [at + random(value.length)] : [];
    });
  }

  it(
    'of the state',
    async () => {
      const source = unsealed();
      const bytes = readBytes(source, 'state.sqlite');
      const ids = listFrames(source)
        .slice(0, -1)
        .map((_, block) => block);
      const digests = ids.map((block) => digestOfFrame(source, block));
      const offsets = findValues(bytes, digests);
      expect(offsets.length).toBeGreaterThan(20);
      const corruptions = offsets.map((offset) =>
        flipBit('state.sqlite', bytes, offset, random(8)),
      );
      const missed = await listMissed(source, corruptions, (_, { damage }) =>
        damage.some(
          ({ code, file, table }) =>
            code === 'STATE_DIFFERS' && file === 'state.sqlite' && table === 'block',
        ),
      );
      expect(missed).toEqual([]);
      // Records: text that stands in the state and in nothing else of the file.
      const record = bytes.indexOf('"startedAt"');
      expect(record).toBeGreaterThan(0);
      const { damage } = await corrupt(source, flipBit('state.sqlite', bytes, record + 3, 0));
      expect(damage[0]).toMatchObject({
        ...{ code: 'STATE_DIFFERS', table: 'state', detail: 'another value' },
        key: expect.stringContaining('tabellion acquisition/') as string,
        block: expect.any(Number) as number,
      });
    },
    SLOW,
  );

  it(
    'of private values: key, value and version',
    async () => {
      const source = unsealed();
      const bytes = readBytes(source, 'private.sqlite');
      const at = bytes.indexOf('_implicit_org_');
      const rows: number[] = [];
      for (let next = at; next !== -1; next = bytes.indexOf('act/', next + 1)) rows.push(next);
      expect(rows.length).toBeGreaterThan(5);
      const corruptions = rows.slice(1).flatMap((row) => [
        // The key, `act/` and 64 digits; version and value, which follow it.
        flipBit('private.sqlite', bytes, row + random(68), random(7)),
        flipBit('private.sqlite', bytes, row + 68 + random(33), random(8)),
      ]);
      const missed = await listMissed(source, corruptions, (_, { damage }) =>
        damage.some(({ file }) => file === 'private.sqlite'),
      );
      expect(missed).toEqual([]);
    },
    SLOW,
  );
});

describe('opening', () => {
  const random = createRandom(SEED + 3);

  async function open(source: string, { apply }: Corruption): Promise<unknown> {
    const directory = kept.fresh();
    cpSync(source, directory, { recursive: true });
    apply(directory);
    try {
      await (await openStore(directory)).close();
      return await checkFiles(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  it.each(['closed', 'killed'] as const)(
    'a %s ledger is refused where a block changed or is gone, with the place',
    async (name) => {
      const bytes = readBytes(kept[name], 'blocks');
      const frames = listFrames(kept[name]);
      const corruptions = [
        ...flipRandomBits('blocks', bytes, { count: 10 }, random),
        ...[0, 5, frames.length - 2].map((at) => cutAt('blocks', bytes, frames[at]!)),
        ...[0, 5, frames.length - 2].map((at) => cutAt('blocks', bytes, frames[at]! + 100)),
      ];
      for (const corruption of corruptions) {
        const block = frames.findLastIndex((start) => start <= corruption.offset!);
        const error = await open(kept[name], corruption).catch((cause: unknown) => cause);
        expect(error, corruption.title).toMatchObject({
          code: 'DAMAGED',
          place: { file: 'blocks', ...(block === -1 ? {} : { block }) },
          message: expect.stringMatching(/restore its directory from a backup/) as string,
        });
      }
    },
    SLOW,
  );

  it('is refused where another file is damaged that nothing can be made again from', async () => {
    const random = createRandom(SEED + 4);
    const bytes = readBytes(kept.closed, 'private.sqlite');
    const corruptions = [
      ...flipRandomBits('private.sqlite', bytes, { count: 5 }, random),
      ...['blocks', 'private.sqlite', 'seal.json'].map(remove),
      flipBit('seal.json', readBytes(kept.closed, 'seal.json'), 40, 1),
      append('blocks', readBytes(kept.closed, 'blocks'), Buffer.alloc(99), 'garbage'),
    ];
    for (const corruption of corruptions) {
      const error = await open(kept.closed, corruption).catch((cause: unknown) => cause);
      const { file } = corruption;
      expect(error, corruption.title).toMatchObject({ code: 'DAMAGED', place: { file } });
    }
  });

  it('makes a damaged state again', async () => {
    const bytes = readBytes(kept.closed, 'state.sqlite');
    const corruptions = [
      ...flipRandomBits('state.sqlite', bytes, { count: 5 }, random),
      flipBit('state.sqlite', bytes, 3, 1),
      cutAt('state.sqlite', bytes, 5000),
      replaceBy('state.sqlite', kept.older),
      remove('state.sqlite'),
    ];
    for (const corruption of corruptions) {
      const report = await open(kept.closed, corruption);
      expect(report, corruption.title).toMatchObject({ outcome: 'CLEAN', closed: true });
    }
  });

  it('catches up a state that lost its last blocks', async () => {
    const wal = readBytes(kept.killed, 'state.sqlite-wal');
    const corruptions = [
      remove('state.sqlite-wal'),
      remove('state.sqlite'),
      ...flipRandomBits('state.sqlite-wal', wal, { count: 5 }, random),
    ];
    for (const corruption of corruptions) {
      const report = await open(kept.killed, corruption);
      expect(report, corruption.title).toMatchObject({ outcome: 'CLEAN', closed: true });
    }
  });

  it('cuts off a tail that was never acknowledged, and nothing else', async () => {
    const bytes = readBytes(kept.killed, 'blocks');
    const frames = listFrames(kept.killed);
    const part = bytes.subarray(frames.at(-2), frames.at(-2)! + 3000);
    const tails = [Buffer.alloc(5000), part.subarray(0, 30), Buffer.alloc(64, 9)];
    for (const tail of tails) {
      const corruption = append('blocks', bytes, tail, 'an unfinished block');
      expect(await corrupt(kept.killed, corruption)).toMatchObject({
        outcome: 'CLEAN',
        notes: [{ code: 'LEDGER_NOT_CLOSED' }, { code: 'BLOCK_UNFINISHED', file: 'blocks' }],
      });
      const report = await open(kept.killed, corruption);
      expect(report).toMatchObject({ outcome: 'CLEAN', height: frames.length - 1 });
    }
    // A whole header says which block it is of: this one was there already.
    const again = append('blocks', bytes, part, 'the last block again');
    await expect(open(kept.killed, again)).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

describe('a small file of blocks', () => {
  it(
    'notices every bit, in the block that holds it',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'tabellion-frames-'));
      const path = join(directory, 'blocks');
      try {
        const random = createRandom(SEED + 5);
        writeFileSync(path, emptyBlockFile());
        const made = new BlockFile(path, 'write');
        expect([...made.frames()]).toEqual([]);
        for (let number = 0; number < 8; number += 1) {
          const block = Buffer.from(Array.from({ length: number * 30 }, () => random(256)));
          await made.append(number, block);
        }
        made.close();
        const frames = listFrames(directory);
        const bytes = readFileSync(path);
        const file = openSync(path, 'r+');
        const missed: string[] = [];
        for (let offset = 0; offset < bytes.length; offset += 1) {
          for (let bit = 0; bit < 8; bit += 1) {
            writeSync(file, Buffer.of(bytes[offset]! ^ (1 << bit)), 0, 1, offset);
            const found = readHeight(path);
            const expected = frames.findLastIndex((start) => start <= offset);
            if (found !== expected) missed.push(`bit ${bit} of byte ${offset}: block ${found}`);
          }
          writeSync(file, bytes, offset, 1, offset);
        }
        expect(missed).toEqual([]);
        expect(readHeight(path)).toBe(8);
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
    SLOW,
  );

  /** Whole blocks; -1 where the file is not one of these at all. */
  function readHeight(path: string): number {
    let file: BlockFile;
    try {
      file = new BlockFile(path, 'read');
    } catch {
      return -1;
    }
    const frames = file.frames();
    try {
      for (;;) {
        const { done, value } = frames.next();
        if (done) return value.height;
      }
    } finally {
      file.close();
    }
  }
});

/** SHA-256 of a block, as the state repeats it. */
function digestOfFrame(directory: string, block: number): Buffer {
  const start = listFrames(directory)[block]!;
  return readBytes(directory, 'blocks').subarray(start + 16, start + 48);
}
