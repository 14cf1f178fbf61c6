/** Follows transfers and works out, going forward, how much of each came from the start. */
import { type Account, accountId, compareTransfers, type Transfer } from './model.ts';
import { followTaint, TAINT_RULES, type Tainted, type TaintRuleName } from './taint.ts';
import {
  type Direction,
  type EndReason,
  type Start,
  type Walk,
  type WalkLimits,
  type WalkNode,
  type WalkSource,
  walkTransfers,
} from './walk.ts';

export interface Followed extends Walk {
  /** Going back there is none: where something came from is no share of it. */
  readonly tainted: Tainted | undefined;
  /** Accounts not all of whose transfers were looked at: what they hold is not known in full. */
  readonly unread: readonly Account[];
}

export async function followTransfers(
  start: Start,
  direction: Direction,
  source: WalkSource,
  limits: WalkLimits,
  rule: TaintRuleName = 'haircut',
): Promise<Followed> {
  const walk = await walkTransfers(start, direction, source, limits);
  if (direction === 'BACK') return { ...walk, tainted: undefined, unread: [] };
  const followed = [...walk.nodes.values()].filter(({ end }) => isFollowed(end));
  const { transfers, unread } = await gather(walk, followed, source, limits.until);
  const ids = new Set(followed.map(({ account }) => accountId(account)));
  const origins = new Set(start.accounts.map(accountId));
  const first = new Set(start.transfers.map(({ id }) => id));
  const tainted = followTaint({
    rule: TAINT_RULES[rule],
    transfers,
    isSeed: ({ id, network, from, at }) =>
      first.has(id) ||
      (at >= limits.since && from.some((address) => origins.has(accountId({ network, address })))),
    isFollowed: (account) => ids.has(accountId(account)),
    isKnown: (account) => walk.nodes.has(accountId(account)),
  });
  const nodes = new Map<string, WalkNode>();
  for (const [id, node] of walk.nodes) {
    const rest = [...(tainted.pools.get(id)?.values() ?? [])].some(({ taint }) => taint > 0n);
    const end = node.end ?? (rest ? 'UNSPENT' : undefined);
    nodes.set(id, { ...node, end });
  }
  return { ...walk, nodes, tainted, unread };
}

/** Where following went on, in part at least. */
const isFollowed = (end: EndReason | undefined): boolean =>
  end === undefined || end === 'NODE_LIMIT' || end === 'NOT_OBSERVED';

/** With the graph's own transfers all that came into or left what is followed: they thin the taint. */
async function gather(
  walk: Walk,
  followed: readonly WalkNode[],
  { incoming, outgoing }: WalkSource,
  until: number,
): Promise<{ transfers: Transfer[]; unread: Account[] }> {
  const all = new Map(walk.transfers.map((transfer) => [transfer.id, transfer]));
  const unread: Account[] = [...walk.nodes.values()]
    .filter(({ end }) => end === 'READ_LIMIT')
    .map(({ account }) => account);
  for (const { account } of followed) {
    const read = [await incoming(account), await outgoing(account)];
    if (read.some((each) => typeof each === 'string')) unread.push(account);
    for (const transfer of read.flatMap((each) => (typeof each === 'string' ? [] : each))) {
      if (transfer.at <= until) all.set(transfer.id, transfer);
    }
  }
  return { transfers: [...all.values()].sort(compareTransfers), unread };
}
