import { assertRule } from '../kernel/errors.ts';

/**
 * A stated time may run ahead of the transaction's time by the window, since both clocks are the
 * client's claims (O-2); at exactly the window it still may.
 * @throws ContractError `TIME_IN_FUTURE`.
 */
export function assertNotFuture(
  time: number,
  at: number,
  timeWindowSeconds: number,
  field: string,
): void {
  assertRule(time <= at + timeWindowSeconds * 1000, 'TIME_IN_FUTURE', field);
}
