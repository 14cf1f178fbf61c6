import {
  type Block,
  type Cell,
  cell,
  column,
  type Line,
  paragraph,
  quoted,
  strong,
  time,
  warning,
} from '../content.ts';
import type { ReportContext } from '../context.ts';
import { eventActor, type RecordedEvent } from '../events.ts';
import type { Words } from '../words/words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every record with the time that its author claims beside that of its recording. */
export function timelineSection(context: ReportContext, events: readonly RecordedEvent[]): Block[] {
  const t = context.words.timeline;
  return [
    paragraph(t.intro),
    {
      kind: 'table',
      caption: t.caption,
      columns: [
        column(t.number, 1),
        column(t.happened, 3.9),
        column(t.recorded, 3.9),
        column(t.what, 7.4),
      ],
      rows: events.map((event) => ({
        tone: hasFindings(event) ? ('warning' as const) : ('plain' as const),
        cells: [
          cell(event.number === undefined ? '' : `${event.number}`),
          happenedCell(event, context.words),
          recordedCell(event, context.words),
          whatCell(event, context),
        ],
      })),
    },
    context.brokenAt === null
      ? paragraph(t.chain(context.digests.length))
      : warning(strong(t.chainBroken(context.brokenAt))),
  ];
}

const hasFindings = ({ flags, late, warnings }: RecordedEvent): boolean =>
  late || flags.length > 0 || warnings.length > 0;

function happenedCell({ happened, delay, flags }: RecordedEvent, { timeline }: Words): Cell {
  if (happened === undefined) return cell(timeline.noEvent);
  const isLong = delay !== undefined && flags.includes('RECORDED_LATE');
  return [happened, ...(isLong ? [[timeline.delay(formatDelay(delay, timeline))]] : [])];
}

function formatDelay(milliseconds: number, { days, hours }: Words['timeline']): string {
  return milliseconds >= DAY
    ? days(Math.floor(milliseconds / DAY), Math.floor((milliseconds % DAY) / HOUR))
    : hours(Math.floor(milliseconds / HOUR), Math.floor((milliseconds % HOUR) / MINUTE));
}

function recordedCell(event: RecordedEvent, { timeline: t }: Words): Cell {
  return [
    [time(event.act.at)],
    [t.block(event.block, event.position)],
    ...(event.windowSeconds === undefined ? [] : [[t.window(event.windowSeconds)]]),
    ...(event.late ? [[strong(t.late)]] : []),
  ];
}

function whatCell(event: RecordedEvent, context: ReportContext): Cell {
  const { words } = context;
  const findings = [...event.flags.map((flag) => words.flags[flag]), ...event.warnings];
  return [
    [strong(event.title)],
    eventActor(event, context),
    ...event.details,
    ...(event.reason === undefined
      ? []
      : [[words.details.reason, words.colon, quoted(event.reason)]]),
    ...(findings.length === 0
      ? []
      : [
          [
            strong(`${words.timeline.flags}${words.colon}`),
            strong(findings.join(words.comma)),
          ] as Line,
        ]),
  ];
}
