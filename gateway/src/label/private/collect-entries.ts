/** Goes through the whole library as it stood at one height, in turns, and shortens what it says for a table. */
import { isStanding, type PrivateLabel, writeFinding } from '@tabellion/screening';
import { type Finding, PROBE, type Screen, type ScreenGround, type ShownLabel } from '../screen.ts';
import { createTurns } from '../screening-turns.ts';
import type { FiledAddress } from './packed-entries.ts';

/** Addresses handed over at once. */
const GROUP = 512;
/** More than fits into an entry. */
const MAX_LABELS = 16;

/** The library cannot be said to be complete: no table is made of it. */
export class LibraryStale extends Error {}

export interface Collected {
  readonly ground: ScreenGround;
  readonly groups: AsyncGenerator<FiledAddress[], void, undefined>;
}

/** @throws LibraryStale, also while the groups are read. */
export function collectEntries(screen: Screen, keys: Iterable<Uint8Array>): Collected {
  const { find, height, at, rule } = screen.begin();
  assertFit(find(PROBE));
  const collect = async function* () {
    let group: FiledAddress[] = [];
    const endTurn = createTurns();
    for (const key of keys) {
      const finding = find(key);
      await endTurn(finding);
      assertFit(finding);
      // Labelled after that height.
      if (finding.labels === undefined || finding.labels.length === 0) continue;
      group.push({ key, items: shorten(finding) });
      if (group.length < GROUP) continue;
      yield group;
      group = [];
    }
    yield group;
  };
  return { ground: { height, at, rule }, groups: collect() };
}

function assertFit({ verdict, code }: Finding): void {
  if (verdict === 'STALE') throw new LibraryStale(code);
}

/** Those that stand come first, and of both kinds the newest. */
function shorten({ verdict, labels = [], omitted = 0 }: Finding): Uint8Array[] {
  const newest = labels.toReversed();
  const ordered = [
    ...newest.filter(({ status }) => isStanding(status)),
    ...newest.filter(({ status }) => !isStanding(status)),
  ];
  return writeFinding({
    standing: verdict === 'LABELLED',
    total: labels.length + omitted,
    labels: ordered.slice(0, MAX_LABELS).map(shortenLabel),
  });
}

const shortenLabel = (label: ShownLabel): PrivateLabel => ({
  ...{ batch: label.batch, index: label.index, member: label.member, network: label.network },
  ...{ category: label.category, label: label.label, provenance: label.provenance },
  ...{ tlp: label.tlp, status: label.status, score: label.score?.score ?? null },
  ...(label.concepts !== undefined && { concepts: label.concepts }),
  ...(label.validUntil !== undefined && { validUntil: label.validUntil }),
});
