/** What was followed, in the form in which it is answered. */
import {
  type Account,
  accountId,
  type EndReason,
  type Followed,
  type Transfer,
} from '@tabellion/screening';
import type { ShownPresumption } from '../label/presumption.ts';
import type { ShownLabel } from '../label/screen.ts';
import type { AccountLabels } from './flow-labels.ts';

export interface FlowNode {
  readonly network: string;
  readonly address: string;
  readonly hop: number;
  readonly end: EndReason | null;
  /** Labels that stand. */
  readonly labels: readonly ShownLabel[];
  /** Whether others were not looked at, and may stand. */
  readonly moreLabels: boolean;
  /** What came to it as far as was observed, less what left; and how much of it came from the start. */
  readonly pools: readonly { network: string; asset: string; observed: string; tainted: string }[];
  /** What is presumed of what reached it. */
  readonly presumptions: readonly ShownPath[];
}
export interface ShownPath extends ShownPresumption {
  /** Transfers from the mixer on. */
  readonly path: readonly string[];
}
export interface FlowTransfer extends Omit<Transfer, 'amount' | 'arrival' | 'isCut'> {
  readonly amount: string;
  readonly arrival?: { network: string; asset: string; amount: string };
  /** How much of it came from the start, and of what arrived; null going back. */
  readonly tainted: string | null;
  readonly taintedArrival: string | null;
  readonly presumptions: readonly ShownPath[];
  /** Whether there are more observations than were looked at. */
  readonly moreObservations: boolean;
}
export interface FlowAnswer {
  /** Blocks, and the ledger's time then. */
  readonly height: number;
  readonly at: number;
  readonly nodes: readonly FlowNode[];
  /** In the order of time. */
  readonly transfers: readonly FlowTransfer[];
  /** What the start put in, what left the graph, what went into bridges and came out. */
  readonly sums: Readonly<
    Record<'seeded' | 'beyond' | 'changedFrom' | 'changedTo', readonly ShownSum[]>
  >;
  /** Whether there is more than was followed. */
  readonly isCut: boolean;
  /** Accounts not all of whose transfers were looked at. */
  readonly unread: readonly Account[];
}
interface ShownSum {
  readonly network: string;
  readonly asset: string;
  readonly amount: string;
}

/** By transfer. */
export type Presumed = ReadonlyMap<string, ShownPath>;

/** @param labelled by account; undefined where they were not read. */
export function showFlow(
  { nodes, transfers, tainted, isCut, unread }: Followed,
  presumed: readonly Presumed[],
  labelled: ReadonlyMap<string, AccountLabels | undefined>,
): Omit<FlowAnswer, 'height' | 'at'> {
  const ofTransfer = (id: string) => presumed.map((each) => each.get(id)).filter((one) => !!one);
  const reached = new Map<string, ShownPath[]>();
  for (const { id, network, arrival, to } of transfers) {
    const receiver = accountId({ network: arrival?.network ?? network, address: to });
    const before = reached.get(receiver) ?? [];
    before.push(...ofTransfer(id));
    reached.set(receiver, before);
  }
  const sumsOf = (amounts: ReadonlyMap<string, bigint> | undefined): ShownSum[] =>
    [...(amounts ?? [])].map(([key, amount]) => ({ ...splitKey(key), amount: `${amount}` }));
  return {
    nodes: [...nodes].map(([id, { account, hop, end }]) => ({
      ...{ ...account, hop, end: end ?? null },
      labels: labelled.get(id)?.labels ?? [],
      moreLabels: labelled.get(id)?.isCut ?? true,
      pools: [...(tainted?.pools.get(id) ?? [])].map(([key, { value, taint }]) => ({
        ...{ ...splitKey(key), observed: `${value}`, tainted: `${taint}` },
      })),
      presumptions: reached.get(id) ?? [],
    })),
    transfers: transfers.map(
      ({ amount, arrival, isCut: moreObservations = false, ...transfer }) => {
        const { left = 0n, arrived = 0n } = tainted?.transfers.get(transfer.id) ?? {};
        return {
          ...{ ...transfer, amount: `${amount}` },
          ...(arrival && { arrival: { ...arrival, amount: `${arrival.amount}` } }),
          tainted: tainted ? `${left}` : null,
          taintedArrival: tainted ? `${arrived}` : null,
          presumptions: ofTransfer(transfer.id),
          moreObservations,
        };
      },
    ),
    sums: {
      seeded: sumsOf(tainted?.seeded),
      beyond: sumsOf(tainted?.beyond),
      changedFrom: sumsOf(tainted?.changed.from),
      changedTo: sumsOf(tainted?.changed.to),
    },
    isCut,
    unread,
  };
}

function splitKey(key: string): { network: string; asset: string } {
  const [network, asset] = key.split(' ') as [string, string];
  return { network, asset };
}
