import {
  type Block,
  type Cell,
  cell,
  column,
  paragraph,
  quoted,
  strong,
  table,
  time,
} from '../content.ts';
import { actorLine, type ReportContext } from '../context.ts';
import { toolLine } from '../step-lines.ts';
import { reportLines, reviewFlagLines, subjectLine } from './reviews.ts';

/** Opinions on authenticity, kept apart from what was hashed anew (EVD-16). */
export function authenticitySection(context: ReportContext): Block[] {
  const { life, words } = context;
  const w = words.authenticity;
  const by = column(words.timeline.by, 4);
  const checks = life.steps.flatMap(({ record }) =>
    record.kind === 'ACCEPT' || record.kind === 'TAKE_OVER' || record.kind === 'EXAMINE'
      ? [record]
      : [],
  );
  return [
    paragraph(w.apart),
    life.authenticity.length === 0
      ? paragraph(w.none)
      : table(
          w.examinations,
          [column(w.result, 3), by, column(w.method, 4), column(words.details.reason, 4)],
          life.authenticity.map(({ record }): Cell[] => [
            [[strong(w.results[record.result])], subjectLine(record.subject, context)],
            [actorLine(record.act, context), [time(record.act.at)]],
            [
              [quoted(record.method)],
              ...(record.tools.length === 0 ? [] : [toolLine(record.tools, words)]),
            ],
            [
              [quoted(record.reason)],
              ...reportLines(record.report, context),
              ...reviewFlagLines(record.flags, context),
            ],
          ]),
        ),
    checks.length === 0
      ? paragraph(w.noChecks)
      : table(
          w.integrity,
          [
            column(words.timeline.number, 1),
            column(words.timeline.happened, 4),
            by,
            column(w.result, 4),
          ],
          checks.map((record): Cell[] => [
            cell(`${record.sequence}`),
            cell(time(record.happenedAt)),
            [actorLine(record.act, context)],
            cell(
              record.checked === 'DIFFERS'
                ? strong(words.details.checks.DIFFERS)
                : words.details.checks[record.checked],
            ),
          ]),
        ),
  ];
}
