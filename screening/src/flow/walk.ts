/**
 * Following transfers hop by hop from where they start: which ones, to which accounts, and why it ended
 * where it did. Bounded, and the same for the same input (LBL-10).
 */
import {
  type Account,
  accountId,
  compareTransfers,
  receiverOf,
  sendersOf,
  type Transfer,
} from './model.ts';
import type { StopReason } from './stops.ts';

export type Direction = 'FORWARD' | 'BACK';

/** NODE_LIMIT: the account has too many transfers. READ_LIMIT: the question had read as much as one may. */
export type Unread = 'NODE_LIMIT' | 'READ_LIMIT';

/** What it once answered of an account it answers again. */
export interface WalkSource {
  /** Transfers paid from, or to, an account that were observed; or why they were not looked at. */
  outgoing(account: Account): Promise<readonly Transfer[] | Unread>;
  incoming(account: Account): Promise<readonly Transfer[] | Unread>;
  /** Why following ends at an account. */
  stopAt(account: Account): Promise<StopReason | 'READ_LIMIT' | undefined>;
}

export interface WalkLimits {
  readonly hops: number;
  readonly nodes: number;
  /** Most transfers in the graph. */
  readonly transfers: number;
  /** Only transfers of this time are followed, milliseconds since 1970, both inclusive. */
  readonly since: number;
  readonly until: number;
}

/**
 * Why it was not followed further from a node. HOP_LIMIT, NODE_LIMIT: there may be more. READ_LIMIT: what was
 * observed there was not read, because the question had read as much as one may. NOT_OBSERVED: no member
 * says that it observed a further transfer in the time asked for, which does not mean that there is none.
 * UNSPENT: transfers were observed, and part of the amount is still there as far as they show.
 */
export const END_REASONS = [
  'EXCHANGE',
  'SERVICE',
  'HOP_LIMIT',
  'NODE_LIMIT',
  'READ_LIMIT',
  'NOT_OBSERVED',
  'UNSPENT',
] as const;
export type EndReason = (typeof END_REASONS)[number];

export interface WalkNode {
  readonly account: Account;
  /** Fewest transfers from the start. */
  readonly hop: number;
  /** Going forward the earliest time at which something came, going back the latest at which it left. */
  readonly at: number;
  /** Undefined where following went on. */
  readonly end: EndReason | undefined;
}

export interface Walk {
  /** By `accountId`, in the order in which they were met. */
  readonly nodes: ReadonlyMap<string, WalkNode>;
  /** In the order of time. */
  readonly transfers: readonly Transfer[];
  /** Whether transfers that were observed are left out because of the limits. */
  readonly isCut: boolean;
}

interface Met {
  readonly account: Account;
  readonly hop: number;
  at: number;
  end: EndReason | undefined;
}

export interface Start {
  /** All of whose transfers are followed. */
  readonly accounts: readonly Account[];
  /** Followed themselves. */
  readonly transfers: readonly Transfer[];
}

export async function walkTransfers(
  start: Start,
  direction: Direction,
  source: WalkSource,
  limits: WalkLimits,
): Promise<Walk> {
  const isForward = direction === 'FORWARD';
  const nodes = new Map<string, Met>();
  const found = new Map<string, Transfer>();
  let isCut = false;
  const isSooner = (one: number, other: number) => (isForward ? one < other : one > other);
  const isTimely = ({ at }: Transfer) => at >= limits.since && at <= limits.until;

  /** FOLLOW also where it was met before, and later: more can have passed than was followed then. */
  const meet = (account: Account, hop: number, at: number): 'FOLLOW' | 'KNOWN' | 'NO_ROOM' => {
    const id = accountId(account);
    const known = nodes.get(id);
    if (known === undefined) {
      if (nodes.size >= limits.nodes) return 'NO_ROOM';
      nodes.set(id, { account, hop, at, end: undefined });
      return 'FOLLOW';
    }
    if (!isSooner(at, known.at)) return 'KNOWN';
    known.at = at;
    return 'FOLLOW';
  };

  /** Takes a transfer into the graph as far as there is room; returns whether there was. */
  const take = (transfer: Transfer, hop: number, follow: (account: Account) => void): boolean => {
    if (!found.has(transfer.id) && found.size >= limits.transfers) return false;
    let isWhole = true;
    for (const account of isForward ? [receiverOf(transfer)] : sendersOf(transfer)) {
      const met = meet(account, hop, transfer.at);
      if (met === 'NO_ROOM') isWhole = false;
      else found.set(transfer.id, transfer);
      if (met === 'FOLLOW') follow(account);
    }
    return isWhole;
  };

  /** Why it ends here, or the transfers that lead on, the nearest in time first. */
  const lookOn = async (
    { account, at }: Met,
    hop: number,
  ): Promise<EndReason | readonly Transfer[]> => {
    const stop = hop === 0 ? undefined : await source.stopAt(account);
    if (stop !== undefined) return stop;
    const all = await (isForward ? source.outgoing(account) : source.incoming(account));
    if (typeof all === 'string') return all;
    const further = all
      .filter((transfer) => isTimely(transfer) && !isSooner(transfer.at, at))
      .sort((one, other) => compareTransfers(one, other) * (isForward ? 1 : -1));
    if (further.length === 0) return 'NOT_OBSERVED';
    return hop < limits.hops ? further : 'HOP_LIMIT';
  };

  const expand = async (node: Met, hop: number, follow: (account: Account) => void) => {
    const on = await lookOn(node, hop);
    node.end = typeof on === 'string' ? on : undefined;
    if (on === 'HOP_LIMIT' || on === 'NODE_LIMIT' || on === 'READ_LIMIT') isCut = true;
    if (typeof on === 'string') return;
    for (const transfer of on) {
      if (take(transfer, hop + 1, follow)) continue;
      node.end = 'NODE_LIMIT';
      isCut = true;
    }
  };

  let frontier = new Map<string, Account>();
  const followIn = (group: Map<string, Account>) => (account: Account) =>
    void group.set(accountId(account), account);
  for (const account of start.accounts) {
    meet(account, 0, isForward ? limits.since : limits.until);
    followIn(frontier)(account);
  }
  for (const transfer of [...start.transfers].sort(compareTransfers)) {
    for (const account of isForward ? sendersOf(transfer) : [receiverOf(transfer)]) {
      meet(account, 0, transfer.at);
    }
    if (!take(transfer, 1, followIn(frontier))) isCut = true;
  }
  for (let hop = start.transfers.length > 0 ? 1 : 0; frontier.size > 0; hop += 1) {
    const next = new Map<string, Account>();
    for (const id of frontier.keys()) await expand(nodes.get(id)!, hop, followIn(next));
    frontier = next;
  }
  return { nodes, transfers: [...found.values()].sort(compareTransfers), isCut };
}
