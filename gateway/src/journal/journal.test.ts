import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AnchorJournalInput } from '@tabellion/chaincode/evidence/record';
import {
  fromBase64url,
  fromHex,
  groupBytes,
  leafHash,
  rootFromPath,
  sha256,
  toHex,
  utf8,
} from '@tabellion/proof';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Signer } from '../ledger/act.ts';
import { type JournalLedger, startJournalAnchorer } from './anchorer.ts';
import type { JournalFact } from './entry.ts';
import { createJournal, type Journal } from './journal.ts';
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

/** Signs with the bytes themselves, so that a test sees what was signed. */
const sealer: Signer = {
  ...{ mspId: 'A', certificate: 'certificate of A', creator: new Uint8Array() },
  sign: async (bytes) => bytes,
};
const open = (opened: JournalStore) =>
  createJournal(opened, { now, sealerOf: (member) => (member === 'A' ? sealer : undefined) });

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
    maxCommittedAgeMs: 5000,
    maxEntries,
    now,
    logger: pino({ level: 'silent' }),
  });

it('has an entry on disk before it resolves, in one group with its neighbours', async () => {
  const journal = open(store);
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
    { now, sealerOf: () => undefined },
  );
  const pending = [journal.record(read('a')), journal.record(read('b'))];
  const outcomes = await Promise.allSettled(pending);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('counts positions for each member and goes on after a restart', async () => {
  const journal = open(store);
  await Promise.all([journal.record(read('a')), journal.record(read('b', 'B'))]);
  await journal.close();
  store = openJournalStore(file);
  const reopened = open(store);
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
  const journal = open(store);
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
  const journal = open(store);
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
  const journal = open(store);
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
  expect(open(store).list('A', 1, 1)[0]!.batch).toBe(of('A')[0]!.digest);
  await after.close();
});

it('anchors what waits before it closes, if the ledger takes it in time', async () => {
  const journal = open(store);
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

const screening = (member = 'A'): JournalFact => ({
  ...{ kind: 'SCREENING', member, who: 'w', role: 'analyst', operation: 'screenAddresses' },
  ...{ purpose: 'p', queries: 1, commitment: 'c'.repeat(64), answers: 'd'.repeat(64) },
  ...{ ledger: 'e'.repeat(64), height: 7 },
});

it('signs once for what of a member came to the disk together, and says where each stands in it', async () => {
  const journal = open(store);
  await journal.record(read('before'));
  const pending = [
    journal.recordSealed(screening()),
    journal.record(read('between')),
    journal.record(read('other', 'B')),
    journal.recordSealed(screening()),
  ] as const;
  const [one, , , other] = await Promise.all(pending);
  expect([one.position, other.position]).toEqual([2, 4]);
  expect(one.seal.signature).toBe(other.seal.signature);
  for (const { entry, position, seal } of [one, other]) {
    expect(seal).toMatchObject({ first: 2, size: 3, certificate: 'certificate of A' });
    const path = {
      index: position - seal.first,
      size: seal.size,
      hashes: seal.hashes.map(fromHex),
    };
    const root = toHex(rootFromPath({ leaf: leafHash(entry), ...path }));
    const signed = groupBytes({ member: 'A', first: 2, size: 3, root });
    expect(fromBase64url(seal.signature)).toEqual(signed);
  }
});

it('gives nothing unsigned where a signature is to be, but keeps the entry', async () => {
  const journal = open(store);
  await expect(journal.recordSealed(screening('B'))).rejects.toThrow();
  expect(journal.find('B', 1)?.entry.kind).toBe('SCREENING');
});

it('seals what it can where it cannot seal another member’s of the same moment', async () => {
  const journal = open(store);
  const outcomes = await Promise.allSettled([
    journal.recordSealed(screening('B')),
    journal.recordSealed(screening('A')),
    journal.record(read('x', 'B')),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

it('anchors a screening soon, other entries in their time, and nothing where nothing waits', async () => {
  const journal = open(store);
  const { ledger, of } = makeLedger();
  const anchorer = start(ledger);
  await journal.record(read('a'));
  time += 5001;
  await anchorer.run();
  expect(of('A')).toHaveLength(0);
  await journal.recordSealed(screening(), utf8('asked'));
  await anchorer.run();
  expect(of('A')).toHaveLength(0);
  time += 5001;
  await anchorer.run();
  expect(of('A').map(({ input }) => input.size)).toEqual([2]);
  time += 3_600_000;
  await anchorer.run();
  await anchorer.run(true);
  expect(of('A')).toHaveLength(1);
  await anchorer.close();
});

it('erases what old entries commit to, down to the bytes in its files, and keeps the entries', async () => {
  const journal = open(store);
  const asked = (address: string) => journal.recordSealed(screening(), utf8(address));
  await Promise.all(Array.from({ length: 2500 }, (_, count) => asked(`old-address-${count}`)));
  const { position, entry } = await asked('old-address');
  time += 1000;
  await asked('young-address');
  expect(await journal.erase(time)).toBe(2501);
  expect(journal.open('A', position)).toBeUndefined();
  expect(journal.find('A', position)?.bytes).toEqual(entry);
  expect(Buffer.from(journal.open('A', position + 1)!).toString()).toBe('young-address');
  const bytes = await Promise.all([file, `${file}-wal`].map((name) => readFile(name, 'latin1')));
  expect(bytes.join('')).toContain('young-address');
  expect(bytes.join('')).not.toContain('old-address');
  expect(await journal.erase(time)).toBe(0);
});

it('takes out of its files what was erased and left there, by itself or by an earlier process', async () => {
  const old = async (journal: Journal, address: string) => {
    await journal.recordSealed(screening(), utf8(address));
    time += 1000;
  };
  const holds = async (text: string) => {
    const bytes = await Promise.all([file, `${file}-wal`].map((name) => readFile(name, 'latin1')));
    return bytes.join('').includes(text);
  };
  const journal = open(store);
  await old(journal, 'first-address');
  // Somebody reads, so that the log cannot be emptied.
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entry').get();
  await expect(journal.erase(time)).rejects.toThrow('still in the write-ahead log');
  expect(await holds('first-address')).toBe(true);
  reader.exec('COMMIT');
  expect(await journal.erase(time)).toBe(0);
  expect(await holds('first-address')).toBe(false);

  await old(journal, 'second-address');
  // The process ends right after that.
  expect(store.eraseOpenings(time, 10)).toBe(1);
  expect(await holds('second-address')).toBe(true);
  expect(await open(store).erase(time)).toBe(0);
  expect(await holds('second-address')).toBe(false);
  reader.close();
});

it('asks a ledger that takes nothing again after a while, and not at every turn', async () => {
  const journal = open(store);
  const { ledger } = makeLedger();
  let asked = 0;
  const anchorer = start({
    ...ledger,
    anchor: () => {
      asked += 1;
      return Promise.reject(new Error('takes nothing'));
    },
  });
  await journal.recordSealed(screening(), utf8('asked'));
  time += 5001;
  await anchorer.run();
  await anchorer.run();
  expect(asked).toBe(1);
  time += 15_001;
  await anchorer.run();
  expect(asked).toBe(2);
  await anchorer.close();
});
