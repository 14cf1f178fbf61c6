import type { ReviewFlag, Subject } from '@tabellion/chaincode/review/record';
import type { ObjectionState } from '../../custody/life.ts';
import { formatGoverned } from '../../text/governed.ts';
import {
  type Block,
  type Cell,
  cell,
  code,
  column,
  heading,
  type Line,
  paragraph,
  quoted,
  strong,
  table,
  time,
} from '../content.ts';
import { actorLine, type ReportContext } from '../context.ts';

/** What others say of how it was obtained and what it shows; the answer stands beside each objection. */
export function reviewsSection(context: ReportContext): Block[] {
  const { life, words } = context;
  const w = words.reviews;
  const { segregations } = life.provenance;
  const orNone = (title: string, isEmpty: boolean, block: () => Block): Block[] =>
    isEmpty ? [heading(title), paragraph(w.none)] : [block()];
  return [
    ...orNone(w.objections, life.objections.length === 0, () =>
      table(
        w.objections,
        [column(w.objection, 5), column(w.reply, 5)],
        life.objections.map((state) => [objectionCell(state, context), replyCell(state, context)]),
      ),
    ),
    ...orNone(w.regularity, life.regularity.length === 0, () =>
      table(
        w.regularity,
        [column(w.outcome, 2), column(words.timeline.by, 4), column(words.details.reason, 6)],
        life.regularity.map(({ record }): Cell[] => [
          [[strong(w.regularities[record.outcome])], subjectLine(record.subject, context)],
          [actorLine(record.act, context), [time(record.act.at)]],
          [
            [code(formatGoverned(record.legalBasis))],
            [quoted(record.reason)],
            ...reportLines(record.report, context),
          ],
        ]),
      ),
    ),
    ...orNone(w.weight, life.weights.length === 0, () =>
      table(
        w.weight,
        [column(w.outcome, 3), column(words.timeline.by, 4), column(words.details.reason, 6)],
        life.weights.map(({ record }): Cell[] => [
          [[w.destinations[record.showsDestination]], subjectLine(record.subject, context)],
          [actorLine(record.act, context), [time(record.act.at)]],
          [
            [quoted(record.reason)],
            ...reportLines(record.report, context),
            ...reviewFlagLines(record.flags, context),
          ],
        ]),
      ),
    ),
    ...(life.weights.length === 0 ? [] : [paragraph(w.weightNote)]),
    ...(segregations.length === 0
      ? []
      : [
          table(
            w.segregation,
            [column(w.outcome, 4), column(words.timeline.by, 4), column(words.details.reason, 5)],
            segregations.map(({ record }): Cell[] => [
              [
                [w.segregationValue(record.relevant, w.rests[record.rest])],
                [w.relevantRoot, words.colon, code(record.relevantRoot)],
              ],
              [actorLine(record.act, context), [time(record.act.at)]],
              cell(quoted(record.reason)),
            ]),
          ),
        ]),
  ];
}

export const subjectLine = ({ kind, id }: Subject, { words, life }: ReportContext): Line => {
  const { subjects } = words.reviews;
  if (kind === 'ACQUISITION') return [subjects.ACQUISITION];
  if (id === life.opening.record.item) return [subjects.ITEM];
  return [subjects.SOURCE, words.colon, code(id)];
};

export const reportLines = (
  report: { readonly sha256: string } | undefined,
  { words }: ReportContext,
): Line[] =>
  report === undefined ? [] : [[words.details.report, words.colon, code(report.sha256)]];

/** What is computed of a statement, in words. */
export const reviewFlagLines = (flags: readonly ReviewFlag[], { words }: ReportContext): Line[] =>
  flags.includes('SELF_REVIEW') ? [[strong(words.reviews.selfReview)]] : [];

function objectionCell({ objection, overdue }: ObjectionState, context: ReportContext): Cell {
  const { record } = objection;
  const { words } = context;
  const w = words.reviews;
  return [
    [strong(w.by(w.capacities[record.by.capacity], record.act.member))],
    [code(record.id)],
    subjectLine(record.subject, context),
    [time(record.act.at)],
    [code(formatGoverned(record.legalBasis))],
    [quoted(record.reason)],
    [w.answerBy(record.answerer), words.colon, time(record.answerBy)],
    ...(overdue ? [[strong(w.overdue)]] : []),
  ];
}

function replyCell({ replies }: ObjectionState, context: ReportContext): Cell {
  const { words } = context;
  const w = words.reviews;
  if (replies.length === 0) return cell(strong(w.noReply));
  return replies.flatMap(({ record }): Line[] => [
    [strong(w.outcomes[record.outcome])],
    [w.answers, words.colon, code(record.objection)],
    [...actorLine(record.act, context), words.comma, time(record.act.at)],
    [code(formatGoverned(record.legalBasis))],
    [quoted(record.reason)],
    ...(record.overdue ? [[strong(w.lateReply)]] : []),
    ...reviewFlagLines(record.flags, context),
  ]);
}
