import type { Stub } from './shim.ts';

/**
 * The proposal's time in whole milliseconds since 1970: the client's claim, equal for all endorsers and
 * checked by their peers against the time window (O-2). The only clock that a contract has.
 */
export function readTime(stub: Pick<Stub, 'getTxTimestamp'>): number {
  const { seconds, nanos } = stub.getTxTimestamp();
  return Number(seconds.toString()) * 1000 + (nanos - (nanos % 1_000_000)) / 1_000_000;
}
