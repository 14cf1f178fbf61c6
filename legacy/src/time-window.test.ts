import type { ChaincodeStub } from 'fabric-shim';
import { describe, expect, it } from 'vitest';
import { limitTime, readWindow } from './time-window.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

/** Invokes with a proposal that is so many seconds off. */
async function invoke(seconds: number) {
  let reached = 0;
  const chaincode = limitTime(
    {
      Init: async () => ({ status: 200 }),
      Invoke: async () => {
        reached += 1;
        return { status: 200 };
      },
    },
    900,
    () => NOW,
  );
  const at = NOW / 1000 + seconds;
  const stub = { getTxTimestamp: () => ({ seconds: at, nanos: 0 }) };
  return { answer: await chaincode.Invoke(stub as unknown as ChaincodeStub), reached };
}

describe('the time window', () => {
  it('lets the contracts see what is inside it', async () => {
    for (const seconds of [-900, 0, 900]) {
      expect(await invoke(seconds)).toEqual({ answer: { status: 200 }, reached: 1 });
    }
  });

  it('refuses what is older or dated ahead, and the contracts do not see it', async () => {
    for (const seconds of [-901, 901, 2_000_000_000]) {
      const { answer, reached } = await invoke(seconds);
      expect(answer).toMatchObject({
        status: 500,
        message: expect.stringMatching(/^CLOCK_SKEW: /),
      });
      expect(reached).toBe(0);
    }
  });

  it('is the members’ parameter', () => {
    expect(readWindow({})).toBe(900);
    expect(readWindow({ CHAINCODE_TIME_WINDOW_SECONDS: '60' })).toBe(60);
    for (const text of ['0', '-1', '1.5', 'an hour', '']) {
      expect(() => readWindow({ CHAINCODE_TIME_WINDOW_SECONDS: text })).toThrow();
    }
  });
});
