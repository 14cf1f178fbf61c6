/** Follows observed transfers from an address or a transaction, as the ledger and the library stand. */
import {
  type Account,
  accountId,
  type Direction,
  type Followed,
  followTransfers,
  presumeTransfers,
  type Rebuttal,
  type Start,
  sendersOf,
  type TaintRuleName,
  type Transfer,
} from '@tabellion/screening';
import { Problem } from '../http/problem.ts';
import type { LabelManifestStore } from '../label/manifest-store.ts';
import {
  isCovered,
  listPresumptions,
  listRebuttals,
  type Presumption,
  showPresumption,
} from '../label/presumption.ts';
import type { Screen, ShownLabel } from '../label/screen.ts';
import type { LabelView } from '../label/view.ts';
import type { Projection } from '../projection/projection.ts';
import { createRecords } from '../projection/records.ts';
import { type AccountLabels, createLabelReader, createStops } from './flow-labels.ts';
import { type Observations, readObservations } from './observations.ts';
import { type FlowAnswer, type Presumed, showFlow } from './show-flow.ts';
import type { TransferFeed } from './transfer-feed.ts';
import { createTurns } from './turns.ts';

export interface FlowQuery {
  readonly network: string;
  /** One of the two, canonical. */
  readonly address?: string | undefined;
  readonly transaction?: string | undefined;
  readonly direction: Direction;
  readonly hops: number;
  readonly nodes: number;
  /** Only transfers of this time are followed, milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly taint: TaintRuleName;
}

/** Most transfers in one answer. */
const MAX_TRANSFERS = 10_000;

export interface FlowPorts {
  readonly feed: TransferFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly screen: Screen;
  readonly projection: Pick<Projection, 'database'>;
}
export type Flows = ReturnType<typeof createFlows>;

export function createFlows({ feed, view, manifests, screen, projection }: FlowPorts) {
  const records = createRecords(projection.database);
  const takeTurns = createTurns();

  /** @throws Problem `NOT_READY`: what is not complete would read as "nothing was transferred". */
  const assertReady = (asOf: number): void => {
    if (feed.table === undefined || feed.height === undefined || feed.height < asOf)
      throw new Problem('NOT_READY', 'the transfers are not level with the ledger');
    const missing = feed.listMissing(asOf).length;
    if (missing > 0)
      throw new Problem('NOT_READY', `${missing} manifests of transfers are not here`);
  };

  return {
    /**
     * In turns, all of it as of one height. @throws Problem `NOT_READY`, `NOT_FOUND`; the signal's reason, once
     * it fires.
     */
    async follow(
      query: FlowQuery,
      { asOf, signal }: { readonly asOf?: number | undefined; readonly signal?: AbortSignal } = {},
    ): Promise<FlowAnswer> {
      const ground = screen.begin(asOf);
      assertReady(ground.height);
      const { height, at } = ground;
      const turn = takeTurns(signal);
      const { table, tellDamaged: onDamaged } = feed;
      const ports = { table: table!, view, manifests, onDamaged, turn };
      const observations = readObservations(ports, height);
      const labelsOf = createLabelReader(ground, turn);
      const { direction, hops, nodes, since = 0, until = Number.MAX_SAFE_INTEGER } = query;
      const { start, isCut } = await beginAt(query, observations);
      const followed = await followTransfers(
        start,
        direction,
        { ...observations, stopAt: createStops(view, labelsOf) },
        { hops, nodes, transfers: MAX_TRANSFERS, since, until },
        query.taint,
      );
      const rules = listPresumptions(records, height);
      const labelled = new Map<string, AccountLabels | undefined>();
      for (const account of listAccounts(followed, rules.length > 0)) {
        labelled.set(accountId(account), await labelsOf(account));
      }
      const presumed: Presumed[] = [];
      for (const rule of rules) {
        await turn();
        presumed.push(presume(rule, followed, { observations, labelled, view, at }));
      }
      const isAllLabelled = [...labelled.values()].every((labels) => labels !== undefined);
      const whole = { ...followed, isCut: followed.isCut || isCut || !isAllLabelled };
      return { height, at, ...showFlow(whole, presumed, labelled) };
    },
  };
}

/** @throws Problem `NOT_FOUND`. */
async function beginAt(
  { network, address, transaction }: FlowQuery,
  observations: Observations,
): Promise<{ start: Start; isCut: boolean }> {
  if (address !== undefined)
    return { start: { accounts: [{ network, address }], transfers: [] }, isCut: false };
  const read = await observations.listOf({ network, transaction: transaction! });
  const { transfers, unread } = read;
  if (transfers.length === 0 && unread === undefined)
    throw new Problem(
      'NOT_FOUND',
      'no member says that it observed a transfer of that transaction',
    );
  return { start: { accounts: [], transfers }, isCut: unread !== undefined };
}

/** Those whose labels count: the nodes, and where something may be presumed all who paid. */
function* listAccounts(
  { nodes, transfers }: Followed,
  withSenders: boolean,
): Generator<Account, void, undefined> {
  for (const { account } of nodes.values()) yield account;
  if (withSenders) for (const transfer of transfers) yield* sendersOf(transfer);
}

function presume(
  rule: Presumption,
  { transfers }: Followed,
  {
    observations,
    labelled,
    view,
    at,
  }: {
    readonly observations: Observations;
    readonly labelled: ReadonlyMap<string, AccountLabels | undefined>;
    readonly view: LabelView;
    readonly at: number;
  },
): Presumed {
  const mixing = new Map<string, number | undefined>();
  const covered = new Map<string, boolean>();
  const isOfRule = ({ category, concepts = [] }: ShownLabel): boolean => {
    const all = [category, ...concepts];
    const name = all.join(' ');
    const known = covered.get(name) ?? isCovered(rule, all, view);
    covered.set(name, known);
    return known;
  };
  for (const [id, found] of labelled) {
    const times = (found?.labels ?? []).filter(isOfRule).map(({ assertedAt }) => assertedAt);
    mixing.set(id, times.length === 0 ? undefined : Math.min(...times));
  }
  const mixingSince = (account: Account) => mixing.get(accountId(account));
  const rebuttalsOf = (transfer: Transfer): Rebuttal[] =>
    observations.detailsOf(transfer).flatMap(({ responses }) => listRebuttals(responses, rule));
  const { rebuttalDays } = rule.body;
  const found = presumeTransfers({ rebuttalDays, transfers, mixingSince, rebuttalsOf, at });
  return new Map(
    [...found].map(([id, { path, ...standing }]) => [
      id,
      { ...showPresumption(rule, standing), path },
    ]),
  );
}
