/**
 * Before version 3 peers do not look at a proposal's time, so each member's chaincode server does, with
 * its own clock, before the contracts see it: an endorsement is refused, and no result depends on it.
 * Otherwise one proposal dated ahead would make everybody's later ones count as late (O-2).
 */
import { readTime } from '@tabellion/chaincode/kernel/clock';
import type { ChaincodeInterface } from 'fabric-shim';

/** In front of the refusal's text. */
export const CLOCK_SKEW = 'CLOCK_SKEW: ';

export function limitTime(
  chaincode: ChaincodeInterface,
  windowSeconds: number,
  now: () => number = Date.now,
): ChaincodeInterface {
  return {
    Init: (stub) => chaincode.Init(stub),
    Invoke: async (stub) => {
      const seconds = Math.abs(now() - readTime(stub)) / 1000;
      if (seconds <= windowSeconds) return chaincode.Invoke(stub);
      const text = `the proposal's time is ${Math.round(seconds)} s off, more than ${windowSeconds}`;
      return { status: 500, message: `${CLOCK_SKEW}${text}`, payload: new Uint8Array() };
    },
  };
}

/** `CHAINCODE_TIME_WINDOW_SECONDS`: the members' parameter; 900 if not set. */
export function readWindow(environment: NodeJS.ProcessEnv): number {
  const text = environment.CHAINCODE_TIME_WINDOW_SECONDS ?? '900';
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new Error(`CHAINCODE_TIME_WINDOW_SECONDS=${text} is no number of seconds`);
  }
  return Number(text);
}
