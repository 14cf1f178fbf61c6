/** The one way in to Fabric's contract API, without its grip on the process. */
import { type Context, Contract } from 'fabric-contract-api';
import { ContractError } from './errors.ts';
import { silenceShim } from './shim-log.ts';

silenceShim();
removeShimListeners();

/**
 * Fabric's Node packages, as they load, register listeners that keep a process alive after an uncaught
 * exception or an unhandled rejection. A ledger must not go on in an unknown state.
 */
export function removeShimListeners(): void {
  for (const listener of process.listeners('uncaughtException')) {
    if (listener.name === 'bound _uncaughtException') process.off('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (listener.name === 'loggerUnhandledRejectionFn') process.off('unhandledRejection', listener);
  }
}

/**
 * Base of the contracts. The shim offers every method of the class itself as a transaction, whatever
 * its visibility, so a contract has nothing but transactions and `#private` names; helpers are functions.
 */
export class WordContract extends Contract {
  /** Fabric's own would log the arguments. */
  override unknownTransaction(): Promise<void> {
    return Promise.reject(new ContractError('UNKNOWN_TRANSACTION', 'there is no such transaction'));
  }
}

export type { Context };
export type Stub = Context['stub'];
