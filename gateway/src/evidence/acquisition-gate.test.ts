import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AcquisitionGate } from './acquisition-gate.ts';
import type { LedgerReader } from './ledger-reader.ts';
import { ACQUISITION } from './testing.ts';

const MEMBER = 'DeAgencyMSP';

/** A ledger with one acquisition of one member. */
function setUp() {
  const state = { closed: false, contexts: 0, looks: 0, failing: false };
  const reader = {
    readContext: async () => {
      state.contexts += 1;
      if (state.failing) throw new Error('no ledger');
      return {
        acquisition: { act: { member: MEMBER }, startedAt: 5 },
        head: { closed: state.closed },
        parameters: { batchMaxItems: 7, timeWindowSeconds: 2 },
      };
    },
    isClosed: async () => {
      state.looks += 1;
      if (state.failing) throw new Error('no ledger');
      return state.closed;
    },
  } as unknown as LedgerReader;
  const gate = new AcquisitionGate();
  return { state, ask: (member = MEMBER) => gate.ask(member, reader, ACQUISITION) };
}

it('reads the terms once, for however many ask at once', async () => {
  const { state, ask } = setUp();
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask()));
  expect(state).toMatchObject({ contexts: 1, looks: 0 });
  expect(answers[99]).toEqual({
    terms: { bounds: { startedAt: 5, endedAt: undefined, windowMs: 2000 }, batchMaxItems: 7 },
    isClosed: false,
  });
});

it('sees soon that it was closed', async () => {
  const { state, ask } = setUp();
  await ask();
  state.closed = true;
  while (!(await ask()).isClosed) await delay(5);
  expect(state).toMatchObject({ contexts: 1, looks: 1 });
});

it('takes no failure for an answer, and asks again after one', async () => {
  const { state, ask } = setUp();
  state.failing = true;
  await expect(ask()).rejects.toThrow('no ledger');
  state.failing = false;
  await ask();
  await delay(60);
  state.failing = true;
  await expect(ask()).rejects.toThrow('no ledger');
  state.failing = false;
  state.closed = true;
  expect((await ask()).isClosed).toBe(true);
});

it('refuses another member each time', async () => {
  const { ask } = setUp();
  for (const _ of [1, 2]) {
    await expect(ask('CnAgencyMSP')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  }
});
