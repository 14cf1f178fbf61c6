import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { explainFailure } from './explain-failure.ts';

const directory = mkdtempSync(join(tmpdir(), 'tabellion-explain-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('names the taken port and the way out', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => first.once('listening', resolve));
  const { port } = first.address() as { port: number };
  const second = createServer().listen(port, '127.0.0.1');
  const error = await new Promise<Error>((resolve) => second.once('error', resolve));
  first.close();
  const told = explainFailure(error, { directory, port });
  expect(told).toContain(`port ${port}`);
  expect(told).toContain('--port');
});

it('names the directory that cannot be made and the way out', () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const data = join(file, 'data');
  try {
    mkdirSync(data);
    expect.unreachable();
  } catch (error) {
    const told = explainFailure(error as Error, { directory: data, port: 1 });
    expect(told).toContain(data);
    expect(told).toContain('--data');
  }
});

it('says of a peer that it cannot be used, and nothing of the data directory', () => {
  const error = Object.assign(new Error('connection refused'), { code: 'UNAVAILABLE' });
  const told = explainFailure(error, { directory, port: 1, peer: 'localhost:7051' });
  expect(told).toContain('localhost:7051');
  expect(told).not.toContain('--data');
});

it('says that the disk is full, whoever met that and however deep it lies', () => {
  const errors = [
    Object.assign(new Error('write'), { code: 'ENOSPC', path: directory }),
    Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }),
    new Error('outer', { cause: Object.assign(new Error('quota'), { code: 'EDQUOT' }) }),
  ];
  for (const error of errors) {
    expect(explainFailure(error, { directory })).toContain(`the disk of ${directory} is full`);
  }
  const other = Object.assign(new Error('locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
  expect(explainFailure(other, { directory })).toBe('locked');
});

it('leaves any other reason as it is', () => {
  expect(explainFailure(new Error('so it is'), { directory, port: 1 })).toBe('so it is');
});
