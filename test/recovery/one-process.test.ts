/** A data directory is one process's: whoever comes second is told so, and disturbs nobody. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdDataDirectory } from '../../gateway/src/node/data-directory.ts';
import { Base, Scene } from '../faults/scene.ts';
import { runScript } from './command.ts';

const PATIENCE_MS = 60_000;

let base: Base;
beforeAll(async () => {
  base = await Base.create();
}, 120_000);
afterAll(() => base?.[Symbol.asyncDispose]());

const start = (data: string, port: number) =>
  runScript('start', ['--data', data, '--port', `${port}`, '--json']);

it('refuses a second gateway on the directory, and one on the port; the first goes on', {
  timeout: 300_000,
}, async () => {
  await using scene = await Scene.open(await base.copy());
  const load = await scene.startLoad();
  await load.awaitCommit(Date.now(), PATIENCE_MS);

  const second = await start(scene.data, 0);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(/ is in use by another gateway.*--data/);

  const elsewhere = await start(await base.copy(), scene.port);
  expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
  expect(elsewhere.stderr).toMatch(`port ${scene.port} of this machine is taken`);

  await load.awaitCommit(Date.now(), PATIENCE_MS);
  expect(scene.node.hasEnded).toBe(false);
  expect([...load.repeats.keys()]).not.toContain('NO_CONNECTION');
  await scene.checkAll();
  await scene.audit();
});

it('starts on nothing that is being copied', { timeout: 60_000 }, async () => {
  const data = await base.copy();
  using _held = holdDataDirectory(data);
  const { code, stderr } = await start(data, 0);
  expect(code).toBe(1);
  expect(stderr).toContain('is in use by another gateway, or is being copied');
});

it('says of a directory that it cannot make or use which one, and ends', {
  timeout: 60_000,
}, async () => {
  const file = join(base.directory, 'file');
  writeFileSync(file, '');
  // The kernel's own directories take no names of ours: not an error to try again.
  for (const data of ['/proc/tabellion', join(file, 'data')]) {
    const { code, stderr } = await start(data, 0);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot keep data in ${data}`);
  }
});

it('starts where the path is too long for a socket; back-ups then need it stopped', {
  timeout: 120_000,
}, async () => {
  const deep = join(base.directory, 'a'.repeat(100));
  mkdirSync(deep);
  const data = join(deep, 'data');
  const to = join(base.directory, 'copy-of-deep');
  const scene = await Scene.open(data);
  try {
    const running = await runScript('backup', ['--data', data, '--to', to]);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain('too long to reach its running gateway');
  } finally {
    await scene.node.end('SIGTERM');
  }
  const stopped = await runScript('backup', ['--data', data, '--to', to]);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(stopped.stdout).toContain('private keys');
});
