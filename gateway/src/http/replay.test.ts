import { expect, it } from 'vitest';
import type { AnyEndpoint, Call } from './endpoint.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { answerOnce, type Memory } from './replay.ts';

const FULL = Object.assign(new Error('database or disk is full'), { errcode: 13 });

it('gives the true answer where it cannot be kept, and tells why it could not', async () => {
  const lost: unknown[] = [];
  const memory: Memory = {
    store: {
      begin: () => ({ state: 'new' }),
      finish: () => {
        throw FULL;
      },
    } as unknown as IdempotencyStore,
    onLost: (error) => lost.push(error),
  };
  let acts = 0;
  const endpoint = {
    handle: async () => {
      acts += 1;
      return { status: 201, body: { txId: 'ab' } };
    },
  } as unknown as AnyEndpoint;
  const call = {
    principal: { member: 'DeAgencyMSP', subject: 'system' },
    headers: { 'idempotency-key': 'one' },
  } as unknown as Call;
  const input = { value: undefined, digest: () => '00' };
  const reply = await answerOnce(endpoint, call, input, '/v1/evidence/acquire', memory);
  expect(reply).toEqual({ status: 201, body: { txId: 'ab' } });
  expect(lost).toEqual([FULL]);
  expect(acts).toBe(1);
});
