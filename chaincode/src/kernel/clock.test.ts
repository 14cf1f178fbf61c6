import { expect, it } from 'vitest';
import { readTime } from './clock.ts';

type Timestamp = ReturnType<Parameters<typeof readTime>[0]['getTxTimestamp']>;
const stub = (seconds: string, nanos: number) => ({
  getTxTimestamp: () => ({ seconds: { toString: () => seconds }, nanos }) as unknown as Timestamp,
});

it('reads whole milliseconds', () => {
  expect(readTime(stub('1790000000', 999_999_999))).toBe(1_790_000_000_999);
  expect(readTime(stub('0', 0))).toBe(0);
});
