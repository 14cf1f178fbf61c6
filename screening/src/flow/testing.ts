/** Transfers for tests. */
import type { Account, Transfer } from './model.ts';
import { accountId, receiverOf, sendersOf } from './model.ts';
import type { WalkLimits, WalkSource } from './walk.ts';

export const CHAIN = 'eip155:1';
export const at = (address: string): Account => ({ network: CHAIN, address });

/** `A B,C 10 @3`: B and C pay 10 to A at time 3. */
export function move(
  from: string,
  to: string,
  amount: number | bigint,
  time: number,
  more: Partial<Transfer> = {},
): Transfer {
  const transaction = `${from}-${to}-${amount}-${time}`;
  return {
    id: `${CHAIN}/${transaction}/0`,
    network: CHAIN,
    transaction,
    index: 0,
    from: from.split(','),
    to,
    asset: 'native',
    amount: BigInt(amount),
    at: time,
    observations: [],
    contradictions: [],
    ...more,
  };
}

export function sourceOf(
  transfers: readonly Transfer[],
  stops: Readonly<Record<string, 'EXCHANGE' | 'SERVICE'>> = {},
): WalkSource {
  const isOf = (accounts: Account[], account: Account) =>
    accounts.some((each) => accountId(each) === accountId(account));
  return {
    outgoing: async (account) => transfers.filter((transfer) => isOf(sendersOf(transfer), account)),
    incoming: async (account) =>
      transfers.filter((transfer) => isOf([receiverOf(transfer)], account)),
    stopAt: async ({ address }) => stops[address],
  };
}

export const LIMITS: WalkLimits = {
  ...{ hops: 10, nodes: 1000, transfers: 5000 },
  ...{ since: 0, until: Number.MAX_SAFE_INTEGER },
};
