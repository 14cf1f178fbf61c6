/** For this folder's tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type PayloadFile, readBag } from './read-bag.ts';
import type { ReadLimits } from './read-budget.ts';

/** A fresh directory, removed when the running test ends. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-bag-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function read(path: string, limits?: Partial<ReadLimits>) {
  const files: PayloadFile[] = [];
  const summary = await readBag(path, (file) => files.push(file), limits);
  return { summary, files };
}
export const expectRefusal = async (path: string, code: string, limits?: Partial<ReadLimits>) =>
  expect(await read(path, limits).catch(({ code: told }) => told)).toBe(code);
