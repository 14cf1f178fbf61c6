/** What is on the disk between two openings: copies, erased values, failed writes, the first format. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../../../../test/conformance/client.ts';
import { contracts } from '../../../../../test/conformance/contract.ts';
import {
  createTestConsortium,
  TEST_MEMBERS,
  type TestConsortium,
} from '../../../../../test/conformance/embedded-network.ts';
import type { Signer } from '../../act.ts';
import { openLedgerBlocks } from '../../stored-blocks.ts';
import { checkFiles } from '../../stored-files.ts';
import { type EmbeddedLedger, openEmbeddedLedger } from '../ledger.ts';
import { BlockFile } from './block-file.ts';
import { PrivateStore } from './private-store.ts';
import { openSeal, writeSeal } from './seal.ts';

let consortium: TestConsortium;
let person: Signer;
let directory: string;
const opened: EmbeddedLedger[] = [];

beforeEach(async () => {
  consortium = await createTestConsortium();
  person = await consortium.enrol('AlphaMSP');
  directory = join(consortium.directory, 'ledger');
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const ledger of opened.splice(0)) await ledger.close();
  await consortium.remove();
});

async function open(from = directory): Promise<{ ledger: EmbeddedLedger; client: Client }> {
  const ledger = await openEmbeddedLedger({ directory: from, network: consortium.network });
  ledger.install(contracts);
  opened.push(ledger);
  const client = await Client.create({
    port: ledger,
    members: TEST_MEMBERS,
    person: async () => person,
    stranger: async () => person,
    close: async () => {},
  });
  return { ledger, client };
}

const readMark = async (client: Client, key: string): Promise<string> => {
  const call = { fn: 'readMark', args: [key, 'BetaMSP'], endorsers: ['BetaMSP'] };
  return Buffer.from((await client.endorse(call)).result).toString();
};

/** A value that no block and no argument holds. */
async function keepSecret(client: Client, value: string): Promise<void> {
  const transient = { value: Buffer.from(value) };
  await client.invoke({ fn: 'markFromTransient', args: ['m', 'BetaMSP'], transient });
}

/** Names of the files that hold these bytes. */
const filesWith = (text: string): string[] =>
  readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(text));

describe('a copy of a ledger that is being written', () => {
  it('is whole, sealed, and of one moment', async () => {
    const { client, ledger } = await open();
    await client.run('mark', 'm', 'BetaMSP', 'secret');
    const copy = join(consortium.directory, 'copy');
    const write = (n: number) => client.run('mark', `later-${n}`, 'BetaMSP', 'later');
    const writing = Array.from({ length: 20 }, (_, n) => write(n));
    const { height } = await ledger.snapshot(copy);
    await Promise.all([...writing, write(20)]);
    expect(await ledger.height()).toBeGreaterThan(height);
    await ledger.close();

    expect(await checkFiles(copy)).toMatchObject({ outcome: 'CLEAN', closed: true, height });
    const again = await open(copy);
    expect(await again.ledger.height()).toBe(height);
    expect(await readMark(again.client, 'm')).toBe('secret');
    await again.client.run('put', 'a', 'x');
    await again.ledger.close();
    expect(await checkFiles(copy)).toMatchObject({ outcome: 'CLEAN', height: height + 1 });
  });

  it('is not made of a block that changed', async () => {
    const { client, ledger } = await open();
    await client.run('put', 'a', 'x');
    const file = join(directory, 'blocks');
    const bytes = readFileSync(file);
    bytes[bytes.length - 9]! ^= 1;
    // In place: the ledger has the file open.
    writeFileSync(file, bytes, { flag: 'r+' });
    const block = (await ledger.height()) - 1;
    await expect(ledger.snapshot(join(consortium.directory, 'copy'))).rejects.toMatchObject({
      code: 'DAMAGED',
      place: { file: 'blocks', block },
    });
    await expect(ledger.blocks(block)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'DAMAGED',
    });
  });
});

describe('private values', () => {
  it.each([
    ['replaced', 'markFromTransient', 'another'],
    ['deleted', 'unmark', ''],
    ['purged', 'purgeMark', ''],
  ])('that are %s are in no file any more', async (_, fn, now) => {
    const { client, ledger } = await open();
    await keepSecret(client, 'top-secret');
    expect(filesWith('top-secret')).toEqual(['private.sqlite']);
    if (now === '') await client.run(fn, 'm', 'BetaMSP');
    else await keepSecret(client, now);
    expect(filesWith('top-secret')).toEqual([]);
    expect(await readMark(client, 'm')).toBe(now);
    await ledger.close();
    expect(await checkFiles(directory)).toMatchObject({ outcome: 'CLEAN', notes: [] });
  });

  it('of a block that could not be written do not count', async () => {
    const { client, ledger } = await open();
    await keepSecret(client, 'first');
    vi.spyOn(BlockFile.prototype, 'append').mockRejectedValueOnce(new Error('EIO: fdatasync'));
    const stopped = { code: 'STOPPED' };
    await expect(keepSecret(client, 'second')).rejects.toMatchObject(stopped);
    // The next write would succeed: it is not tried.
    await expect(client.run('put', 'a', 'x')).rejects.toMatchObject(stopped);
    const height = await ledger.height().catch(() => 'stopped');
    expect(height).toBe('stopped');
    expect(filesWith('second')).toEqual(['private.sqlite']);
    await ledger.close();
    expect(await checkFiles(directory)).toMatchObject({
      ...{ outcome: 'CLEAN', closed: false },
      notes: [{ code: 'LEDGER_NOT_CLOSED' }, { code: 'VALUES_UNUSED', detail: '1 rows' }],
    });

    const again = await open();
    expect(await readMark(again.client, 'm')).toBe('first');
    expect(filesWith('second')).toEqual([]);
  });
});

describe('a ledger in its first session, never closed', () => {
  it('is not made anew over private values that outlived its blocks', async () => {
    const { client } = await open();
    await keepSecret(client, 'top-secret');
    const left = join(consortium.directory, 'left');
    cpSync(directory, left, { recursive: true });
    for (const name of ['blocks', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm']) {
      rmSync(join(left, name), { force: true });
    }
    const damage = { code: 'DAMAGED', place: { file: 'blocks' } };
    await expect(open(left)).rejects.toMatchObject(damage);
    expect(readdirSync(left)).not.toContain('blocks');
    expect(readFileSync(join(left, 'private.sqlite')).includes('top-secret')).toBe(true);
  });

  it('is made anew where nothing but its first files is there', async () => {
    const { ledger } = await open();
    await ledger.close();
    const left = join(consortium.directory, 'left');
    mkdirSync(left);
    new PrivateStore(join(left, 'private.sqlite')).close();
    await writeSeal(left, openSeal(0));
    const again = await open(left);
    await again.client.run('put', 'a', 'x');

    // What only the log of the state still tells of was there.
    const logged = join(consortium.directory, 'logged');
    mkdirSync(logged);
    new PrivateStore(join(logged, 'private.sqlite')).close();
    await writeSeal(logged, openSeal(0));
    writeFileSync(join(logged, 'state.sqlite-wal'), 'log');
    const damage = { code: 'DAMAGED', place: { file: 'blocks' } };
    await expect(open(logged)).rejects.toMatchObject(damage);
  });
});

it('tells what to do with a lock file that holds bytes, and opens once it was done', async () => {
  const { ledger } = await open();
  await ledger.close();
  writeFileSync(join(directory, 'lock'), 'x'.repeat(5000));
  const message = expect.stringMatching(/empty it, and start again$/);
  await expect(open()).rejects.toMatchObject({ code: 'DAMAGED', message });
  writeFileSync(join(directory, 'lock'), '');
  await open();
});

describe('a ledger in one SQLite file, as the first version kept it', () => {
  it('is brought to the files of today', async () => {
    const { client, ledger } = await open();
    const { txId } = await client.run('mark', 'm', 'BetaMSP', 'secret');
    const facts = ledger.facts();
    const height = await ledger.height();
    await ledger.close();
    await keepAsFirst();
    expect(readdirSync(directory)).toEqual(['ledger.sqlite']);
    const notYet = { code: 'UNAVAILABLE', message: expect.stringContaining('once') as string };
    await expect(checkFiles(directory)).rejects.toMatchObject(notYet);

    const again = await open();
    expect(await again.ledger.height()).toBe(height);
    expect(again.ledger.facts()).toEqual(facts);
    expect(await again.ledger.status(txId)).toMatchObject({ code: 'VALID' });
    expect(await readMark(again.client, 'm')).toBe('secret');
    await again.client.run('put', 'a', 'x');
    await again.ledger.close();
    expect(await checkFiles(directory)).toMatchObject({ outcome: 'CLEAN', closed: true });
    expect(readdirSync(directory)).not.toContain('ledger.sqlite');
  });

  /** Only the columns that the conversion reads: all else it makes again. */
  async function keepAsFirst(): Promise<void> {
    const path = join(consortium.directory, 'ledger.sqlite');
    const first = new DatabaseSync(path);
    first.exec(`CREATE TABLE block (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      CREATE TABLE state (space TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, metadata BLOB,
        block INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (space, key)
      ) STRICT, WITHOUT ROWID; PRAGMA user_version = 1;`);
    const insert = first.prepare('INSERT INTO block VALUES (?, ?)');
    let number = 0;
    for await (const bytes of openLedgerBlocks(directory)) {
      insert.run(number, bytes);
      number += 1;
    }
    const privates = new DatabaseSync(join(directory, 'private.sqlite'));
    const put = first.prepare('INSERT INTO state VALUES (?, ?, ?, NULL, ?, ?)');
    for (const row of privates.prepare('SELECT * FROM value').all()) {
      put.run(row.space!, row.key!, row.value!, row.block!, row.position!);
    }
    privates.close();
    first.close();
    rmSync(directory, { recursive: true });
    cpSync(path, join(directory, 'ledger.sqlite'), { recursive: true });
  }
});
