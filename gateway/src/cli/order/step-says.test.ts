import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { readSays } from './step-says.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const context = { now: () => NOW } as Context;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-says-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function write(says: object): Promise<string> {
  const file = join(directory, 'says.json');
  await writeFile(file, JSON.stringify(says));
  return file;
}

it.each([
  'receive',
  'takeNotice',
] as const)('takes the time of %s as people write it, or now', async (verb) => {
  expect(await readSays(context, verb, {})).toEqual({ receivedAt: NOW });
  const received = '2026-11-23T19:00:00+08:00';
  const said = { receivedAt: NOW - 3_600_000 };
  expect(await readSays(context, verb, { received })).toEqual(said);
  const input = await write({ receivedAt: received });
  expect(await readSays(context, verb, { input })).toEqual(said);
  await expect(readSays(context, verb, { received: 'yesterday' })).rejects.toThrow('is not a time');
});

it('takes a new deadline as people write it', async () => {
  const due = '2026-11-23T12:00:00Z';
  const deadline = { clock: 'produce', due: NOW };
  expect(await readSays(context, 'maintain', { clock: 'produce', due })).toEqual({ deadline });
  const input = await write({ deadline: { clock: 'produce', due } });
  expect(await readSays(context, 'maintain', { input })).toEqual({ deadline });
  expect(await readSays(context, 'maintain', {})).toEqual({});
  await expect(readSays(context, 'maintain', { due })).rejects.toMatchObject({ code: 'USAGE' });
});

it('lets an option say otherwise than the file', async () => {
  const input = await write({ extent: 'PART', acquisitions: ['0a'.repeat(16)] });
  expect(await readSays(context, 'execute', { input, extent: 'WHOLE' })).toEqual({
    ...{ extent: 'WHOLE', acquisitions: ['0a'.repeat(16)] },
  });
  expect(await readSays(context, 'deliver', { extent: 'WHOLE' })).toEqual({
    ...{ extent: 'WHOLE', acquisitions: [] },
  });
});
