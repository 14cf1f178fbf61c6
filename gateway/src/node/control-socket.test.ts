import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askControl, listenForControl } from './control-socket.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-control-'));
  path = join(directory, 'control.sock');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('answers what it was asked before it closes, and waits for nobody who asks nothing', async () => {
  const asked = Promise.withResolvers<void>();
  const control = await listenForControl(path, async ({ to }) => {
    asked.resolve();
    await sleep(100);
    return to;
  });
  const idle = connect(path);
  await once(idle, 'connect');
  const answer = askControl(path, { verb: 'backup', to: '/copy' });
  await asked.promise;
  await control.close();
  expect(await answer).toEqual({ done: '/copy' });
  await once(idle, 'close');
});

it('says why it could not', async () => {
  const control = await listenForControl(path, async () => {
    throw Object.assign(new Error('not empty'), { code: 'TARGET_NOT_EMPTY' });
  });
  expect(await askControl(path, { verb: 'backup', to: '/copy' })).toEqual({
    failed: { code: 'TARGET_NOT_EMPTY', message: 'not empty' },
  });
  await control.close();
});
