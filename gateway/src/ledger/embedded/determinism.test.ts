import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NondeterminismError, runDeterministically } from './determinism.ts';

const FORBIDDEN: Record<string, () => unknown> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  'Math.random': () => Math.random(),
  'performance.now': () => performance.now(),
  'process.hrtime': () => process.hrtime(),
  'process.hrtime.bigint': () => process.hrtime.bigint(),
  'crypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(1)),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'randomBytes of node:crypto': () => randomBytes(1),
  'randomUUID of node:crypto': () => randomUUID(),
  setTimeout: () => setTimeout(() => {}, 0),
  setInterval: () => clearInterval(setInterval(() => {}, 1000)),
  setImmediate: () => setImmediate(() => {}),
  'timers of node:timers/promises': () => sleep(1),
};

describe('runDeterministically', () => {
  it.each(Object.entries(FORBIDDEN))('forbids %s, also after waiting', async (_, use) => {
    await expect(runDeterministically(async () => use())).rejects.toThrow(NondeterminismError);
    const later = runDeterministically(async () => {
      await Promise.resolve();
      return use();
    });
    await expect(later).rejects.toThrow(NondeterminismError);
  });

  it('lets a contract reckon with times that it was given', async () => {
    const text = runDeterministically(async () => new Date(0).toISOString());
    await expect(text).resolves.toBe('1970-01-01T00:00:00.000Z');
    expect(new Date(0)).toBeInstanceOf(Date);
  });

  it.each(Object.entries(FORBIDDEN))('leaves %s to everybody else meanwhile', async (_, use) => {
    let end = () => {};
    const running = runDeterministically(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    expect(() => use()).not.toThrow();
    end();
    await running;
    expect(() => use()).not.toThrow();
  });
});
