import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AnchorJournalInput } from '@tabellion/chaincode/evidence/record';
import { fromHex, leafHash, rootFromPath, sha256, toHex, utf8 } from '@tabellion/proof';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type JournalLedger, startJournalAnchorer } from './anchorer.ts';
import type { JournalFact } from './entry.ts';
import { createJournal } from './journal.ts';
import { type JournalStore, OF_GUEST, openJournalStore } from './store.ts';

let directory: string;
let file: string;
let store: JournalStore;
let time = 1_000_000;
const now = () => time;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-journal-'));
  file = join(directory, 'journal.sqlite');
  store = openJournalStore(file);
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true, force: true });
});

const read = (object: string, member = 'A'): JournalFact => ({
  kind: 'READ',
  member,
  who: 'w',
  role: 'auditor',
  operation: 'showBatch',
  objects: [object],
});

it('lies in a file that is the owner’s alone', async () => {
  for (const name of [file, `${file}-wal`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
});

/** A ledger that keeps the chain rule of `evidence:anchorJournal` and can lose an answer. */
function makeLedger() {
  const records = new Map<string, { input: AnchorJournalInput; digest: string }[]>();
  let silent = false;
  const of = (member: string) => records.get(member) ?? [];
  const ledger: JournalLedger = {
    members: ['A'],
    refresh: async () => undefined,
    head: (member) => {
      const last = of(member).at(-1);
      return last && { sequence: last.input.sequence, digest: last.digest };
    },
    findRoot: (member, root) => of(member).find(({ input }) => input.root === root)?.digest,
    async anchor(member, input) {
      const head = ledger.head(member);
      if (input.sequence !== (head?.sequence ?? 0) + 1) throw new Error('CHAIN_CONFLICT');
      if (input.previous !== (head?.digest ?? null)) throw new Error('CHAIN_CONFLICT');
      const digest = toHex(sha256(utf8(JSON.stringify(input))));
      records.set(member, [...of(member), { input, digest }]);
      if (silent) throw Object.assign(new Error('no answer'), { code: 'UNKNOWN' });
      return digest;
    },
  };
  return { ledger, of, loseAnswers: (on: boolean) => (silent = on) };
}

const start = (ledger: JournalLedger, maxEntries = 100) =>
  startJournalAnchorer(store, ledger, {
    maxAgeMs: 60_000,
    maxEntries,
    now,
    logger: pino({ level: 'silent' }),
  });

it('has an entry on disk before it resolves, in one group with its neighbours', async () => {
  const journal = createJournal(store, now);
  const pending = [journal.record(read('a')), journal.record(read('b'))];
  const other = openJournalStore(file);
  expect(other.entries('A', 1, 10)).toHaveLength(0);
  await pending[0];
  expect(other.entries('A', 1, 10)).toHaveLength(2);
  await pending[1];
  other.close();
});

it('rejects every entry of a group that could not be written', async () => {
  const journal = createJournal(
    {
      ...store,
      append: () => {
        throw new Error('disk full');
      },
    },
    now,
  );
  const pending = [journal.record(read('a')), journal.record(read('b'))];
  const outcomes = await Promise.allSettled(pending);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('counts positions for each member and goes on after a restart', async () => {
  const journal = createJournal(store, now);
  await Promise.all([journal.record(read('a')), journal.record(read('b', 'B'))]);
  await journal.close();
  store = openJournalStore(file);
  const reopened = createJournal(store, now);
  await reopened.record(read('c'));
  const objects = reopened
    .list('A', 1, 10)
    .map(({ position, entry }) => [position, entry.kind === 'READ' && entry.objects[0]]);
  expect(objects).toEqual([
    [1, 'a'],
    [2, 'c'],
  ]);
});

it('finds the entries of one grant by an index, in a journal from before there was one too', async () => {
  const journal = createJournal(store, now);
  const guest = (grant: string, member = 'A'): JournalFact => ({
    ...read('item/1', member),
    who: `grant/${grant}`,
    role: null,
  });
  for (const fact of [guest('1'), read('x'), guest('2'), guest('1', 'B'), guest('1')]) {
    await journal.record(fact);
  }
  const positions = (from: number, limit: number) =>
    journal.listOfGuest('A', 'grant/1', from, limit).map(({ position }) => position);
  expect(positions(1, 10)).toEqual([1, 4]);
  expect(positions(2, 10)).toEqual([4]);
  expect(positions(1, 1)).toEqual([1]);
  // What is no grant stands in no index, and is not found by this way.
  expect(journal.listOfGuest('A', 'w', 1, 10)).toEqual([]);
  await journal.close();

  const older = new DatabaseSync(file);
  older.exec('DROP INDEX entry_of_guest');
  older.close();
  store = openJournalStore(file);
  const plan = new DatabaseSync(file, { readOnly: true });
  const steps = plan.prepare(`EXPLAIN QUERY PLAN ${OF_GUEST}`).all('A', 'grant/1', 1, 10);
  plan.close();
  expect(JSON.stringify(steps)).toContain('USING INDEX entry_of_guest');
  expect(store.entriesOfGuest('A', 'grant/1', 1, 10).length).toBe(2);
});

it('anchors by size and by age, and proves every entry under the root', async () => {
  const journal = createJournal(store, now);
  const { ledger, of } = makeLedger();
  const anchorer = start(ledger, 3);
  for (const object of ['a', 'b', 'c', 'd']) await journal.record(read(object));
  await anchorer.run();
  expect(of('A').map(({ input }) => input.size)).toEqual([3]);
  await anchorer.run();
  expect(of('A')).toHaveLength(1);
  expect(journal.prove('A', 4)).toBeUndefined();
  time += 60_001;
  await anchorer.run();
  expect(of('A').map(({ input }) => input.size)).toEqual([3, 1]);
  expect(of('A')[1]!.input.previous).toBe(of('A')[0]!.digest);

  for (const position of [1, 2, 3]) {
    const { entry, index, size, hashes, batch } = journal.prove('A', position)!;
    const root = rootFromPath({ leaf: leafHash(entry), index, size, hashes });
    expect(toHex(root)).toBe(of('A')[0]!.input.root);
    expect(batch).toBe(of('A')[0]!.digest);
  }
  expect(fromHex(journal.prove('A', 4)!.batch)).toHaveLength(32);
  await anchorer.close();
});

it('submits the very same batch after a restart, and never twice', async () => {
  const journal = createJournal(store, now);
  const { ledger, of, loseAnswers } = makeLedger();
  await journal.record(read('a'));
  loseAnswers(true);
  const before = start(ledger);
  await before.run(true);
  await before.close();
  expect(of('A')).toHaveLength(1);
  expect(journal.list('A', 1, 1)[0]!.batch).toBeNull();

  await journal.record(read('b'));
  await journal.close();
  store = openJournalStore(file);
  loseAnswers(false);
  const after = start(ledger);
  await after.run(true);
  expect(of('A')).toHaveLength(1);
  await after.run(true);
  expect(of('A').map(({ input }) => [input.sequence, input.size])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(createJournal(store, now).list('A', 1, 1)[0]!.batch).toBe(of('A')[0]!.digest);
  await after.close();
});

it('anchors what waits before it closes, if the ledger takes it in time', async () => {
  const journal = createJournal(store, now);
  const { ledger, of } = makeLedger();
  await journal.record(read('a'));
  await start(ledger).close(10_000);
  expect(of('A').map(({ input }) => input.size)).toEqual([1]);

  await journal.record(read('b'));
  let takes: () => void = () => undefined;
  const slow: JournalLedger = {
    ...ledger,
    members: ['A', 'B'],
    refresh: () => new Promise((resolve) => (takes = resolve)),
  };
  await journal.record(read('c', 'B'));
  const closing = start(slow).close(20);
  setTimeout(() => takes(), 100);
  await closing;
  expect(of('A')).toHaveLength(2);
  expect(of('B')).toHaveLength(0);
});
