/**
 * What a draft order to freeze says, as `order issue` takes it under the profile for freezing at an exchange.
 * What only the authority knows is left open, and an open place is refused: nothing is issued by itself.
 */
import type { ShownFlow } from './shape.ts';

export const FREEZING_PROFILE = 'exchange-freeze';
const OPEN_TEXT = '';
/** Of one field of an order's contents. */
const MAX_TEXT = 4096;

type Node = ShownFlow['nodes'][number];
type Transfer = ShownFlow['transfers'][number];

export interface FreezingOrder {
  /** For `--input`. */
  readonly input: object;
  /** For `--addressee`, and for `--enforcing`: texts by field. */
  readonly addressee: Readonly<Record<string, string>>;
  readonly enforcing: Readonly<Record<string, string>>;
}

export interface Traced {
  /** Addresses of one holder. */
  readonly nodes: readonly Node[];
  /** Transfers on the way there, in the order of time. */
  readonly path: readonly Transfer[];
  /** Names of evidence on the ledger. */
  readonly evidence: readonly string[];
  readonly height: number;
}

/** @param version of the profile; null where none is published. */
export function draftOrder(traced: Traced, version: number | null): FreezingOrder {
  const { nodes, path, evidence, height } = traced;
  const assets = nodes.flatMap(({ network, address, pools }) =>
    pools
      .filter(({ tainted }) => tainted !== '0')
      .map(({ asset, tainted }) => `${network} ${address}: ${asset}, up to ${tainted}`),
  );
  const ways = path.toReversed().map(describe);
  const seen = {
    authority: OPEN_TEXT,
    assets: fit(['In the smallest unit of each asset:', ...assets]),
    law: OPEN_TEXT,
    flow: fit([
      `As observed up to ledger height ${height}, the last transfer first:`,
      ...ways,
      ...(evidence.length > 0 ? ['Evidence on the ledger:', ...evidence] : []),
    ]),
  };
  return {
    input: {
      profile: { id: FREEZING_PROFILE, version },
      case: null,
      categories: ['ASSETS'],
      ...{ addressee: null, enforcing: null },
      calendars: { ISSUER: null, ADDRESSEE: null, ENFORCING: null },
      stated: [{ clock: 'hold', days: null }],
      legalBasis: null,
      reason: `Assets followed to addresses of the exchange, as of ledger height ${height}`,
    },
    addressee: seen,
    enforcing: { ...seen, facts: OPEN_TEXT },
  };
}

const describe = ({ at, network, transaction, from, to, asset, amount, tainted }: Transfer) =>
  `${new Date(at).toISOString()} ${network} ${transaction}: ${from.join(' ')} to ${to}, ` +
  `${asset} ${amount}, traced ${tainted ?? '0'}`;

/** As many lines as a field holds, and how many are left out. */
function fit(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= MAX_TEXT) return whole;
  const noteOf = (left: number) => `… and ${left} more lines, in the draft`;
  let shown = lines.length;
  let length = whole.length;
  while (shown > 0 && length + noteOf(lines.length).length > MAX_TEXT) {
    shown -= 1;
    length -= lines[shown]!.length + 1;
  }
  return [...lines.slice(0, shown), noteOf(lines.length - shown)].join('\n');
}
