/** An answer about flows, for people and for tables. */
import { nameEvidence } from '@tabellion/proof';
import type { ShownFlow } from '../../flow/shape.ts';
import { formatTable, formatTime } from '../table.ts';

type Transfer = ShownFlow['transfers'][number];
type Node = ShownFlow['nodes'][number];

export const FLOW_COLUMNS = [
  'time',
  'network',
  'transaction',
  'index',
  'from',
  'to',
  'to_network',
  'asset',
  'amount',
  'traced',
  'arrived_asset',
  'arrived_amount',
  'arrived_traced',
  'end',
  'labels',
  'presumptions',
  'contradicted',
  'members',
  'batches',
  'evidence',
  'height',
] as const;

/** One row for each transfer, with all that names where it comes from. */
export function listFlowRows(flow: ShownFlow): string[][] {
  const nodes = new Map(flow.nodes.map((node) => [`${node.network} ${node.address}`, node]));
  return flow.transfers.map((transfer) => {
    const { network, transaction, index, from, to, asset, amount, arrival } = transfer;
    const receiver = nodes.get(`${arrival?.network ?? network} ${to}`);
    const { observations, contradictions } = transfer;
    return [
      ...[formatTime(transfer.at), network, transaction, `${index}`, from.join(';'), to],
      ...[arrival?.network ?? network, asset, amount, transfer.tainted ?? ''],
      ...[
        arrival?.asset ?? '',
        arrival?.amount ?? '',
        arrival ? (transfer.taintedArrival ?? '') : '',
      ],
      ...[receiver?.end ?? '', receiver ? describeLabels(receiver) : ''],
      ...[describePresumptions(transfer), `${contradictions.length}`],
      [...new Set(observations.map(({ member }) => member))].join(';'),
      observations.map((one) => `${one.batch}:${one.index}`).join(';'),
      [...new Set(observations.flatMap(({ links }) => links.map(nameEvidence)))].join(';'),
      `${flow.height}`,
    ];
  });
}

export function describeFlow(flow: ShownFlow): string {
  const { transfers, nodes, height, at } = flow;
  const ends = nodes.filter(({ end }) => end !== null);
  return [
    transfers.length === 0
      ? flow.isCut
        ? 'no transfer is shown: what was observed is more than one question looks at'
        : 'no member says that it observed such a transfer; that does not mean that there is none'
      : formatTable(
          ['TIME', 'FROM', 'TO', 'ASSET', 'AMOUNT', 'TRACED', 'SEEN BY', 'NOTES'],
          transfers.map((transfer) => [
            formatTime(transfer.at).slice(0, 19),
            `${transfer.from[0]}${transfer.from.length > 1 ? ` +${transfer.from.length - 1}` : ''}`,
            transfer.to,
            transfer.asset.split('/').at(-1)!,
            transfer.amount,
            transfer.tainted ?? '-',
            [...new Set(transfer.observations.map(({ member }) => member))].join(' '),
            describeNotes(transfer),
          ]),
        ),
    '',
    formatTable(
      ['END', 'ADDRESS', 'TRACED THERE', 'LABELS'],
      ends.map((node) => [
        node.end!,
        node.address,
        node.pools
          .filter(({ tainted }) => tainted !== '0')
          .map(({ tainted, asset }) => `${tainted} ${asset.split('/').at(-1)}`)
          .join(', ') || '-',
        describeLabels(node),
      ]),
    ),
    '',
    ...(flow.isCut ? ['there is more than was followed: --hops, --nodes'] : []),
    ...(flow.unread.length > 0
      ? [`${flow.unread.length} addresses have too many transfers: what they hold is not known`]
      : []),
    ...(nodes.some(({ moreLabels }) => moreLabels)
      ? ['there are labels that were not looked at']
      : []),
    'NOT_OBSERVED says that no member observed more, not that there is no more',
    `as of ${height} blocks, ${formatTime(at)} by the ledger`,
  ].join('\n');
}

const describeLabels = ({ labels }: Node): string =>
  labels.map(({ category, label, status }) => `${category} “${label}” ${status}`).join('; ');

const describePresumptions = ({ presumptions }: Transfer): string =>
  presumptions
    .map(({ rule, presumed, state, adoptedBy }) => {
      const where = adoptedBy.join('/');
      return `${presumed} ${state} (${rule.id}@${rule.version}, ${where})`;
    })
    .join('; ');

const describeNotes = (transfer: Transfer): string =>
  [
    ...(transfer.arrival
      ? [`arrives as ${transfer.arrival.amount} on ${transfer.arrival.network}`]
      : []),
    ...(transfer.contradictions.length > 0 ? ['contradicted'] : []),
    ...(transfer.moreObservations ? ['more observations than shown'] : []),
    describePresumptions(transfer),
  ]
    .filter((note) => note !== '')
    .join('; ');
