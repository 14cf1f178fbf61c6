/**
 * A draft order to freeze, for each exchange at which what was followed ends (LBL-6, LBL-8). A text for a
 * person to check and complete: it is no order, nothing of it is on the ledger, and nobody is sent it.
 */
import { nameEvidence } from '@tabellion/proof';
import { draftOrder, type FreezingOrder, type Traced } from './freezing-order.ts';
import type { ShownFlow } from './shape.ts';

export interface FreezingDraft {
  /** Number of the file, from 1. */
  readonly number: number;
  /** What the labels call whoever holds the addresses. */
  readonly holder: string;
  /** Markdown. */
  readonly text: string;
  /** The same for `order issue`, to be completed. */
  readonly order: FreezingOrder;
}

export interface FreezingFacts {
  readonly purpose: string;
  /** Milliseconds since 1970: the date of the draft. */
  readonly now: number;
  /** Version of the profile for freezing at an exchange; null where none is published. */
  readonly profileVersion: number | null;
}

type Node = ShownFlow['nodes'][number];

export function draftFreezing(flow: ShownFlow, facts: FreezingFacts): FreezingDraft[] {
  const holders = new Map<string, Node[]>();
  for (const node of flow.nodes) {
    const isTainted = node.pools.some(({ tainted }) => tainted !== '0');
    if (node.end !== 'EXCHANGE' || !isTainted) continue;
    const holder = holderOf(node);
    holders.set(holder, [...(holders.get(holder) ?? []), node]);
  }
  return [...holders].map(([holder, nodes], index) => {
    const traced = traceTo(nodes, flow);
    return {
      ...{ number: index + 1, holder },
      text: writeDraft(holder, traced, flow, facts),
      order: draftOrder(traced, facts.profileVersion),
    };
  });
}

/** The way to these addresses, and the evidence on it. */
function traceTo(nodes: readonly Node[], flow: ShownFlow): Traced {
  const into = flow.transfers.filter(({ to, tainted, network, arrival }) =>
    nodes.some(
      ({ address, network: of }) =>
        address === to && of === (arrival?.network ?? network) && tainted !== '0',
    ),
  );
  const path = pathTo(flow, new Set(into.map(({ id }) => id)));
  const evidence = new Set(
    path.flatMap(({ observations }) =>
      observations.flatMap(({ links }) => links.map(nameEvidence)),
    ),
  );
  return { nodes, path, evidence: [...evidence], height: flow.height };
}

/** Who is taken to control the address, else what it is called, by the newest label that stands. */
function holderOf({ labels }: Node): string {
  const label = labels.findLast(({ actor }) => actor !== undefined) ?? labels.at(-1);
  return label?.actor ?? label?.label ?? 'not named';
}

function writeDraft(
  holder: string,
  { nodes, path, evidence }: Traced,
  flow: ShownFlow,
  { purpose, now }: FreezingFacts,
): string {
  const { query, height, at } = flow;
  const start = query.address ?? query.transaction;
  return [
    '# DRAFT of an order to freeze assets',
    '',
    'A draft, made by a program from what members of the consortium say that they observed. **It is no',
    'order**: it has no effect until a competent authority has examined it, completed it and issued it',
    'under its own law. The amounts follow a rule of accounting and prove nothing by themselves.',
    '',
    `- To: ${escapeText(holder)}, by the labels below`,
    '- From: (authority, legal basis, case, signature: to be completed)',
    `- Drafted: ${isoTime(now)}, for: ${escapeText(purpose)}`,
    `- Rests on: ledger height ${height} of ${isoTime(at)}`,
    '- Holds until: (to be completed)',
    '',
    '## What is to be frozen',
    '',
    'Up to these amounts, in the smallest unit of each asset:',
    '',
    '| network | address | asset | up to | observed to have come in |',
    '|---|---|---|---|---|',
    ...nodes.flatMap(({ network, address, pools }) =>
      pools
        .filter(({ tainted }) => tainted !== '0')
        .map((pool) => row([network, address, pool.asset, pool.tainted, pool.observed])),
    ),
    '',
    '## Why',
    '',
    `The amounts were followed from ${start} on ${query.network} by the rule "${query.taint}": each payment`,
    'takes along the share of the traced amount that it is of what its sender held, rounded down, as far as',
    'was observed. Whoever holds the addresses is known from these labels:',
    '',
    '| address | category | called | by | status | batch and line |',
    '|---|---|---|---|---|---|',
    ...nodes.flatMap(({ address, labels }) =>
      labels.map((label) =>
        row([
          address,
          label.category,
          label.actor ?? label.label,
          label.member,
          label.status,
          `${label.batch}:${label.index}`,
        ]),
      ),
    ),
    '',
    'The transfers on the way, the last hop last:',
    '',
    '| time | network | transaction | from | to | asset | amount | traced | observed by | batch and line |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...path.map((transfer) =>
      row([
        isoTime(transfer.at),
        transfer.network,
        `${transfer.transaction} (${transfer.index})`,
        transfer.from.join(' '),
        transfer.to,
        transfer.asset,
        transfer.amount,
        transfer.tainted ?? '',
        transfer.observations.map(({ member }) => member).join(' '),
        transfer.observations.map(({ batch, index }) => `${batch}:${index}`).join(' '),
      ]),
    ),
    '',
    '## Evidence on the ledger',
    '',
    ...evidence.map((name) => `- ${name}`),
    '',
    '## To be weighed before it is issued',
    '',
    ...(path.flatMap(({ presumptions }) => presumptions).length > 0
      ? [
          '- On the way it passed a mixer. Where the rule named in the answer is law, that raises a',
          '  presumption which can be rebutted; it decides nothing.',
        ]
      : []),
    ...(path.some(({ contradictions }) => contradictions.length > 0)
      ? ['- Another member says otherwise of one of the transfers.']
      : []),
    ...(flow.isCut
      ? ['- There are transfers that were not followed, because of the limits asked for.']
      : []),
    ...(flow.unread.length > 0
      ? ['- Of some addresses not all transfers were looked at: the amounts are not known in full.']
      : []),
    ...(path.some(({ moreObservations }) => moreObservations)
      ? ['- There are more observations of the transfers than were looked at.']
      : []),
    ...(nodes.some(({ moreLabels }) => moreLabels)
      ? ['- There are labels of the addresses that were not looked at.']
      : []),
    '- What nobody observed is not in it; that does not mean that it did not happen.',
    '- Customers of the exchange who have nothing to do with it may be paid from the same addresses.',
    '',
  ].join('\n');
}

/** Every traced transfer on a way to these, in the order of time. */
function pathTo({ transfers }: ShownFlow, ends: ReadonlySet<string>) {
  const wanted = new Set(ends);
  const sources = new Set<string>();
  const onWay = transfers.toReversed().filter((transfer) => {
    const { id, network, from, to, arrival, tainted } = transfer;
    const isOnWay =
      wanted.has(id) || (tainted !== '0' && sources.has(`${arrival?.network ?? network} ${to}`));
    if (isOnWay) for (const sender of from) sources.add(`${network} ${sender}`);
    return isOnWay;
  });
  return onWay.reverse();
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
const row = (cells: readonly string[]): string => `| ${cells.map(escapeText).join(' | ')} |`;
/** What others wrote may mark up nothing. */
const escapeText = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>#|!]/g, (mark) => `\\${mark}`);
