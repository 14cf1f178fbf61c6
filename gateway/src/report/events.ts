/** Everything that was recorded of the item and of what it goes back to, in the ledger's order. */
import type { CustodyRecord } from '@tabellion/chaincode/custody/record';
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { ReviewFlag } from '@tabellion/chaincode/review/record';
import type { ProjectedRecord } from '../projection/records.ts';
import { formatGoverned } from '../text/governed.ts';
import { code, type Line, quoted, strong, time } from './content.ts';
import { actorLine, governedLine, type ReportContext } from './context.ts';
import { type Flag, stepLines } from './step-lines.ts';
import type { Words } from './words/words.ts';

export interface RecordedEvent {
  /** The step's number in the chain of custody, where it is one; 0 for its opening. */
  readonly number?: number;
  readonly title: string;
  /** What its author says of when it happened; absent if recording it is the event itself. */
  readonly happened?: Line;
  /** Milliseconds between happening and record. */
  readonly delay?: number;
  readonly block: number;
  readonly position: number;
  readonly late: boolean;
  readonly act: Act;
  readonly windowSeconds?: number | undefined;
  readonly details: readonly Line[];
  readonly reason?: string | undefined;
  readonly flags: readonly Flag[];
  /** Findings that the contracts recorded in other words than flags. */
  readonly warnings: readonly string[];
}

interface Recorded {
  readonly act: Act;
  readonly reason?: string | undefined;
  readonly timeWindowSeconds?: number | undefined;
}

type Particulars = Pick<RecordedEvent, 'title'> &
  Partial<Pick<RecordedEvent, 'number' | 'details' | 'flags' | 'warnings'>> & {
    /** Claimed time, or start and end. */
    readonly happenedAt?: readonly [number, number?];
  };

function toEvent<T extends Recorded>(
  { record, block, position, late }: ProjectedRecord<T>,
  words: Words,
  { happenedAt, ...particulars }: Particulars,
): RecordedEvent {
  const [from, to] = happenedAt ?? [];
  return {
    details: [],
    flags: [],
    warnings: [],
    ...particulars,
    ...(from !== undefined && {
      happened:
        to === undefined ? [time(from)] : [time(from), ` ${words.timeline.until} `, time(to)],
      delay: record.act.at - (to ?? from),
    }),
    block,
    position,
    late,
    act: record.act,
    windowSeconds: record.timeWindowSeconds,
    reason: record.reason,
  };
}

export function listEvents(context: ReportContext): RecordedEvent[] {
  return [...provenanceEvents(context), ...custodyEvents(context), ...reviewEvents(context)].sort(
    (one, other) => one.block - other.block || one.position - other.position,
  );
}

function provenanceEvents({ life, words }: ReportContext): RecordedEvent[] {
  const { acquisition, batch, closing, locations, answers, segregations, sources } =
    life.provenance;
  const { events, sovereignty, reviews } = words;
  const { startedAt, endedAt } = acquisition.record;
  return [
    toEvent(acquisition, words, {
      title: events.acquisition,
      happenedAt: endedAt === undefined ? [startedAt] : [startedAt, endedAt],
      flags: acquisition.record.flags,
    }),
    ...(batch === null
      ? []
      : [
          toEvent(batch, words, {
            title: events.batch,
            happenedAt: [batch.record.collectedAt],
            flags: batch.record.flags,
          }),
        ]),
    ...(closing === null
      ? []
      : [toEvent(closing, words, { title: events.closing, happenedAt: [closing.record.endedAt] })]),
    ...locations.map((location) =>
      toEvent(location, words, {
        title: events.location[location.record.cause],
        details: [
          [
            sovereignty.touched,
            words.colon,
            location.record.touched.join(words.comma) || words.none,
          ],
        ],
        warnings: location.record.overdue ? [words.attention.disclosureOverdue] : [],
      }),
    ),
    ...answers.map((answer) =>
      toEvent(answer, words, {
        title: `${events.answer}${words.colon}${answer.record.act.jurisdiction}`,
        details: [[strong(sovereignty.positionNames[answer.record.position])]],
        warnings: answer.record.position === 'OBJECTION' ? [words.attention.positionObjection] : [],
      }),
    ),
    ...segregations.map((segregation) =>
      toEvent(segregation, words, {
        title: events.segregation,
        details: [
          [
            reviews.segregationValue(
              segregation.record.relevant,
              reviews.rests[segregation.record.rest],
            ),
          ],
        ],
      }),
    ),
    ...sources.map((source) =>
      toEvent(source, words, {
        title: events.source,
        happenedAt: [source.record.happenedAt],
        details: [[code(source.record.item)]],
        flags: source.record.flags,
      }),
    ),
  ];
}

function custodyEvents(context: ReportContext): RecordedEvent[] {
  const { life, words } = context;
  const correctedBy = findCorrections(context);
  const corrections = (number: number): Line[] => {
    const by = correctedBy.get(number);
    return by === undefined ? [] : [[strong(words.timeline.corrected(by))]];
  };
  return [
    toEvent(life.opening, words, {
      number: 0,
      title: words.events.opening,
      happenedAt: [life.opening.record.happenedAt],
      details: corrections(0),
      flags: life.opening.record.flags,
    }),
    ...life.steps.map((step) =>
      toEvent<CustodyRecord>(step, words, {
        number: step.record.sequence,
        title: words.steps[step.record.kind],
        happenedAt: [step.record.happenedAt],
        details: [...stepLines(step.record, context), ...corrections(step.record.sequence)],
        flags: step.record.flags,
      }),
    ),
    ...life.derived.map((derived) =>
      toEvent(derived, words, {
        title: words.events.derived,
        happenedAt: [derived.record.happenedAt],
        details: [[code(derived.record.item)]],
        flags: derived.record.flags,
      }),
    ),
  ];
}

/** Which records a later one says to be wrong. */
function findCorrections({ life, digests }: ReportContext): Map<number, number> {
  return new Map(
    life.steps.flatMap(({ record }) => {
      const corrected = record.kind === 'CORRECT' ? digests.indexOf(record.corrects) : -1;
      return corrected < 0 ? [] : [[corrected, record.sequence] as const];
    }),
  );
}

function reviewEvents({ life, words }: ReportContext): RecordedEvent[] {
  const { events, reviews, authenticity, details, attention } = words;
  const basis = (entry: { id: string; version: number }): Line => [
    details.legalBasis,
    words.colon,
    code(formatGoverned(entry)),
  ];
  const selfReview = ({ flags }: { readonly flags: readonly ReviewFlag[] }) =>
    flags.includes('SELF_REVIEW') ? [attention.selfReview] : [];
  return [
    ...life.objections.flatMap(({ objection, replies, overdue }) => [
      toEvent(objection, words, {
        title: events.objection,
        details: [
          [
            reviews.by(
              reviews.capacities[objection.record.by.capacity],
              objection.record.act.member,
            ),
          ],
          [code(objection.record.id)],
          basis(objection.record.legalBasis),
        ],
        warnings: overdue ? [attention.objectionOverdue] : [],
      }),
      ...replies.map((reply) =>
        toEvent(reply, words, {
          title: events.reply,
          details: [
            [strong(reviews.outcomes[reply.record.outcome])],
            [reviews.answers, words.colon, code(reply.record.objection)],
            basis(reply.record.legalBasis),
          ],
          warnings: [
            ...(reply.record.overdue ? [attention.replyOverdue] : []),
            ...selfReview(reply.record),
          ],
        }),
      ),
    ]),
    ...life.regularity.map((review) =>
      toEvent(review, words, {
        title: events.regularity,
        details: [
          [strong(reviews.regularities[review.record.outcome])],
          basis(review.record.legalBasis),
        ],
        warnings:
          review.record.outcome === 'ACCEPTED' ? [] : [attention.regularity[review.record.outcome]],
      }),
    ),
    ...life.authenticity.map((examination) =>
      toEvent(examination, words, {
        title: events.authenticity,
        details: [
          [strong(authenticity.results[examination.record.result])],
          [details.method, words.colon, quoted(examination.record.method)],
        ],
        warnings: [
          ...(examination.record.result === 'SIGNS_OF_MANIPULATION'
            ? [attention.manipulation]
            : []),
          ...selfReview(examination.record),
        ],
      }),
    ),
    ...life.weights.map((weight) =>
      toEvent(weight, words, {
        title: events.weight,
        details: [
          [reviews.destinations[weight.record.showsDestination]],
          governedLine(weight.record.legalBases, words),
        ],
        warnings: selfReview(weight.record),
      }),
    ),
  ];
}

/** Who, as one line. */
export const eventActor = (event: RecordedEvent, context: ReportContext): Line => [
  context.words.timeline.by,
  context.words.colon,
  ...actorLine(event.act, context),
];
