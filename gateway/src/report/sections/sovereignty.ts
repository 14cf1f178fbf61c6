import type { Location } from '@tabellion/chaincode/evidence/record';
import { formatGoverned } from '../../text/governed.ts';
import {
  type Block,
  type Cell,
  cell,
  code,
  column,
  fields,
  type Line,
  paragraph,
  quoted,
  strong,
  table,
  time,
  warning,
} from '../content.ts';
import type { ReportContext } from '../context.ts';
import { silentStates, touchedStates } from '../touched.ts';

/** Where the data were, which states that concerns, and what they said (CNS-5, EVD-11). */
export function sovereigntySection(context: ReportContext): Block[] {
  const { life, words } = context;
  const w = words.sovereignty;
  const { acquisition, answers, locations } = life.provenance;
  const { location } = acquisition.record;
  const touched = touchedStates(life);
  const silent = silentStates(life);
  return [
    fields(w.location, [
      [
        w.crossBorder,
        cell(strong(w.crossings[(locations.at(-1) ?? acquisition).record.crossBorder])),
      ],
      [w.touched, cell(touched.join(words.comma) || w.noneTouched)],
      ...(location === undefined ? [] : locationRows(location, context)),
    ]),
    ...locations.map(({ record }) =>
      fields(`${w.later}${words.colon}${words.events.location[record.cause]}`, [
        [w.when, [[time(record.act.at)], ...(record.overdue ? [[strong(w.overdue)]] : [])]],
        [w.touched, cell(record.touched.join(words.comma) || w.noneTouched)],
        ...locationRows(record.location, context),
        [words.details.reason, cell(quoted(record.reason))],
      ]),
    ),
    answers.length === 0
      ? paragraph(w.noPositions)
      : table(
          w.positions,
          [column(w.state, 1.5), column(w.position, 2), column(w.when, 3.4), column(w.why, 6)],
          answers.map(({ record, block, position }): Cell[] => [
            cell(strong(record.act.jurisdiction)),
            cell(strong(w.positionNames[record.position])),
            [[time(record.act.at)], [words.timeline.block(block, position)]],
            [[code(formatGoverned(record.legalBasis))], [quoted(record.reason)]],
          ]),
        ),
    ...(silent.length === 0 ? [] : [warning(strong(w.missing(silent.join(words.comma))))]),
    ...mirror(context),
  ];
}

function locationRows(
  { systemJurisdiction, mediumLocation, source }: Location,
  { words }: ReportContext,
): [string, Cell | undefined][] {
  const w = words.sovereignty;
  const place = (name: string) => (name === 'UNKNOWN' ? words.unknown : name);
  return [
    [w.system, cell(place(systemJurisdiction))],
    [w.medium, cell(place(mediumLocation))],
    [
      w.nodes,
      source.class === 'STANDALONE'
        ? undefined
        : source.nodes.map(
            (node): Line => [code(node.kind), words.comma, place(node.jurisdiction)],
          ),
    ],
  ];
}

function mirror({ life, words }: ReportContext): Block[] {
  const { mirrorOf } = life.opening.record;
  if (mirrorOf === undefined || life.head.mirror === null) return [];
  const { item, details } = words;
  return [
    fields(words.sovereignty.mirror, [
      [item.mirror, cell(item.mirrorOf(mirrorOf.jurisdiction, mirrorOf.custodian))],
      [words.lead.status, cell(strong(item.mirrors[life.head.mirror]))],
      [details.original, cell(code(mirrorOf.sha256))],
      [
        words.lead.item,
        mirrorOf.original === undefined ? undefined : cell(code(mirrorOf.original)),
      ],
    ]),
  ];
}
