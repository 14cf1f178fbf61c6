/** What a reader must not overlook: gathered from the records, said before anything else. */
import { MOST_ENTRIES } from '../custody/life.ts';
import { type Line, strong } from './content.ts';
import type { ReportContext } from './context.ts';
import type { RecordedEvent } from './events.ts';
import { silentStates } from './touched.ts';

export function listAttention(context: ReportContext, events: readonly RecordedEvent[]): Line[] {
  const { words, ledger, brokenAt } = context;
  const a = words.attention;
  return [
    ...(brokenAt === null ? [] : [a.brokenChain]),
    ...context.life.leftOut.map((name) => a.leftOut(a.lists[name], MOST_ENTRIES)),
    ...flagged(context, events),
    ...standing(context),
    ...reviewed(context),
    ...(ledger.kind === 'embedded' ? [a.embedded] : []),
  ].map((text): Line => [strong(text)]);
}

/** One line for each flag, with the records that carry it. */
function flagged({ words }: ReportContext, events: readonly RecordedEvent[]): string[] {
  const a = words.attention;
  const places = new Map<string, string[]>();
  const note = (finding: string, place: string) => {
    const known = places.get(finding) ?? [];
    if (!known.includes(place)) places.set(finding, [...known, place]);
  };
  for (const event of events) {
    const place =
      event.number === undefined || event.number === 0 ? event.title : a.step(event.number);
    for (const flag of event.flags) note(words.flags[flag], place);
    for (const finding of event.warnings) note(finding, place);
    if (event.late) note(a.late, place);
  }
  return [...places].map(([finding, where]) => `${finding}${a.steps(where.join(words.comma))}`);
}

/** How the item stands now. */
function standing({ life, words }: ReportContext): string[] {
  const a = words.attention;
  const { head, reader, provenance } = life;
  const { acquisition, locations, closing } = provenance;
  return [
    ...(head.offer === null ? [] : [a.offered]),
    ...(head.holds.length === 0 ? [] : [a.held]),
    ...(head.mirror === null || head.mirror === 'CONFIRMED' ? [] : [a.mirror[head.mirror]]),
    ...(reader.authorisation === 'ACCEPTED' ? [] : [a.authorisation[reader.authorisation]]),
    ...(reader.standard === 'ADOPTED' ? [] : [a.standard]),
    ...(acquisition.record.crossBorder === 'SEALED' && locations.length === 0
      ? [a.noticeSealed]
      : []),
    ...(silentStates(life).length === 0 ? [] : [a.positionMissing]),
    ...(closing === null || closing.record.unread === 0 ? [] : [a.unread(closing.record.unread)]),
  ];
}

/** Objections that wait; what reviews found is said by their records. */
const reviewed = ({ life, words }: ReportContext): string[] =>
  life.objections.some(({ replies, overdue }) => replies.length === 0 && !overdue)
    ? [words.attention.objectionOpen]
    : [];
