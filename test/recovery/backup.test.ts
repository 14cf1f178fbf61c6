/** `scripts/backup`: of a node under load, of one that was killed, and what it refuses. */
import { mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backUpStopped } from '../../gateway/src/node/backup.ts';
import { Base, Scene } from '../faults/scene.ts';
import { runScript } from './command.ts';
import { checkTold, rememberTold } from './told.ts';

const PATIENCE_MS = 60_000;
const ITEMS = 200;

let base: Base;
beforeAll(async () => {
  base = await Base.create();
}, 120_000);
afterAll(() => base?.[Symbol.asyncDispose]());

const backUp = (data: string, to: string) =>
  runScript('backup', ['--data', data, '--to', to, '--json']);

/** Files that others than their owner may use. */
const exposed = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path).mode & 0o077) !== 0);

it('copies a node that goes on meanwhile; the copy has what was acknowledged, and is clean', {
  timeout: 240_000,
}, async () => {
  const data = await base.copy();
  await using scene = await Scene.open(data);
  const load = await scene.startLoad();
  await expect.poll(() => load.acknowledged.size, { timeout: PATIENCE_MS }).toBeGreaterThan(ITEMS);
  const told = rememberTold(load);
  const copy = join(data, '..', 'copy');
  const { code, stdout, stderr } = await backUp(data, copy);
  expect(code, stderr).toBe(0);
  const { height } = JSON.parse(stdout) as { height: number };
  expect(height).toBeGreaterThan(3);
  expect(exposed(copy)).toEqual([]);

  // The copy is another's node from now on, while the first goes on.
  await using restored = await Scene.open(copy);
  await checkTold(told, restored.gateway);
  await restored.startLoad();
  await restored.load.awaitCommit(Date.now(), PATIENCE_MS);
  await restored.checkAll();
  await restored.audit();
  await scene.checkAll();
  await scene.audit();
});

it('copies what a killed node left', {
  timeout: 240_000,
}, async () => {
  const data = await base.copy();
  await using scene = await Scene.open(data);
  const load = await scene.startLoad();
  await expect.poll(() => load.acknowledged.size, { timeout: PATIENCE_MS }).toBeGreaterThan(ITEMS);
  await scene.node.end('SIGKILL');
  load.abandon();
  const copy = join(data, '..', 'copy');
  const { code, stderr } = await backUp(data, copy);
  expect(code, stderr).toBe(0);
  await using restored = await Scene.open(copy);
  await checkTold(rememberTold(load), restored.gateway);
  await restored.audit();
});

it('replaces nothing, and says of what it cannot copy why', { timeout: 120_000 }, async () => {
  const data = await base.copy();
  const full = join(data, '..', 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'mine'), '');
  const empty = join(data, '..', 'empty');
  mkdirSync(empty);
  for (const [from, to, text] of [
    [data, full, 'not empty'],
    [data, join(data, 'copy'), 'lie in one another'],
    [empty, join(data, '..', 'copy'), 'not the data directory of a gateway'],
  ] as const) {
    const { code, stderr } = await backUp(from, to);
    expect(code).toBe(1);
    expect(stderr).toContain(text);
  }
  expect(readdirSync(full)).toEqual(['mine']);
  expect((await backUp(data, empty)).code).toBe(0);
  const left = readdirSync(join(data, '..')).filter((name) => name.includes('unfinished'));
  expect(left).toEqual([]);
});

it.each(['gateway/manifests', 'ledger/blocks'])('makes no copy without %s, where that is a link', {
  timeout: 60_000,
}, async (part) => {
  const data = await base.copy();
  const elsewhere = join(data, '..', 'elsewhere');
  renameSync(join(data, part), elsewhere);
  symlinkSync(elsewhere, join(data, part));
  const to = join(data, '..', 'copy');
  await expect(backUpStopped(data, to)).rejects.toMatchObject({
    code: 'LINKED',
    message: expect.stringContaining(join(data, part)) as string,
  });
  expect(readdirSync(join(data, '..')).sort()).toEqual(['data', 'elsewhere']);
});

it('refuses a place within the data, also by way of a link', { timeout: 60_000 }, async () => {
  const data = await base.copy();
  const link = join(data, '..', 'link');
  symlinkSync(data, link);
  for (const to of [join(data, 'copy'), join(link, 'deeper', 'copy'), link]) {
    await expect(backUpStopped(data, to)).rejects.toMatchObject({ code: 'TARGET_INSIDE' });
  }
  expect(readdirSync(data)).not.toContain('copy');
});
