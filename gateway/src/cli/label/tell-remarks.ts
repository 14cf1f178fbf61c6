/**
 * What becomes of the remarks of a list. A sighting of the address is another's; only that somebody met it, which
 * is what a member may say of its own label too, can become the own member's record, and only if it asks so.
 */
import type { Remark, Sighting } from '../../label/format/remark.ts';

/** In words why it cannot become a record; without them, `--sightings` makes it one. */
export type ToldRemark = Remark & { readonly left?: string };

export interface ToldRemarks {
  readonly told: readonly ToldRemark[];
  /** When the address was last seen, if that can be recorded, milliseconds since 1970. */
  readonly seenAt?: number;
}

export interface RemarkCounts {
  sightings: number;
  /** Of those: can be recorded. */
  recordable: number;
  opinions: number;
  notes: number;
  /** That do not say what they must. */
  unreadable: number;
}

const COUNTED = {
  SIGHTING: 'sightings',
  OPINION: 'opinions',
  NOTE: 'notes',
  UNREADABLE: 'unreadable',
} as const satisfies Record<Remark['remark'], keyof RemarkCounts>;

/**
 * @param fate of the line that the remarks are of.
 * @param now without it, nothing becomes a record.
 */
export function tellRemarks(
  remarks: readonly Remark[],
  fate: 'TAKEN' | 'MERGED' | 'REFUSED',
  { counts, now = 0 }: { readonly counts: RemarkCounts; readonly now?: number | undefined },
): ToldRemarks {
  for (const { remark } of remarks) counts[COUNTED[remark]] += 1;
  const seen = remarks.filter((each) => isSeen(each) && each.at <= now) as readonly Sighting[];
  const [last] = seen.toSorted((one, other) => other.at - one.at);
  const isRecordable = fate === 'TAKEN' && last !== undefined;
  if (isRecordable) counts.recordable += 1;
  const told = remarks.map((each): ToldRemark => {
    const ofLine = LEFT_BY_LINE[fate];
    if (ofLine !== undefined) return { ...each, left: ofLine };
    if (each === last) return each;
    return { ...each, left: explainLeft(each) };
  });
  return { told, ...(isRecordable && { seenAt: last.at }) };
}

const isSeen = (remark: Remark): remark is Sighting =>
  remark.remark === 'SIGHTING' && remark.of === 'ADDRESS' && remark.kind === 'SEEN';

const LEFT_BY_LINE: Readonly<Record<string, string>> = {
  MERGED: 'the line says what an earlier one says: a sighting of that one counts',
  REFUSED: 'there is no label: the line is refused',
};

function explainLeft(remark: Remark): string {
  if (remark.remark === 'UNREADABLE') return 'it does not say what it must';
  if (remark.remark === 'NOTE') return 'the ledger has no record for notes';
  if (remark.remark === 'OPINION') return 'nobody gives an opinion on its own label';
  if (remark.of !== 'ADDRESS') return 'it is not of the address';
  switch (remark.kind) {
    case 'FALSE_POSITIVE':
      return 'who asserts a label does not call it false: take the line out';
    case 'EXPIRED':
      return 'the own label cannot have ended before it was asserted';
    case 'SEEN':
      return 'a later one counts, or it lies in the future';
  }
}
