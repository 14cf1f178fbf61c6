/** Acts one after the other without end, beside something that must not hinder them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { LedgerError, type LedgerPort } from '../../gateway/src/ledger/port.ts';
import { acquireWith } from './membership-scenes.ts';

export interface Stream {
  readonly done: number;
  /** Why acts were tried again. */
  readonly setbacks: readonly string[];
  /** @throws what is not for an act to try again. */
  end(): Promise<void>;
}

const PAUSE_MS = 100;

/** Acts one after the other; whoever acts tries again until the act is done, as a client would. */
export function keepActing(ledger: LedgerPort, signer: Signer): Stream {
  const setbacks: string[] = [];
  let done = 0;
  let ended = false;
  const acting = (async () => {
    while (!ended) {
      const code = await acquireWith(ledger, signer).catch((error) => {
        if (error instanceof LedgerError) return error.code;
        throw error;
      });
      if (code === 'VALID') done += 1;
      else setbacks.push(code);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    get done() {
      return done;
    },
    setbacks,
    end: () => {
      ended = true;
      return acting;
    },
  };
}
