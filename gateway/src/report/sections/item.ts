import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import { fromBase64url } from '@tabellion/proof';
import { toBytePath } from '../../evidence/byte-path.ts';
import { describeContainer } from '../../exchange/container/describe-container.ts';
import { formatGoverned } from '../../text/governed.ts';
import { showName } from '../../text/shown-name.ts';
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
} from '../content.ts';
import { governedLine, type ReportContext } from '../context.ts';
import { receiverLine, toolLine } from '../step-lines.ts';

/** What the item is, where it stands, what its content is said to be, how it was collected. */
export function itemSection(context: ReportContext): Block[] {
  const { life, words } = context;
  return [
    identity(context),
    ...content(context),
    collection(context),
    ...(life.derived.length === 0
      ? []
      : [
          table(
            words.item.derived,
            [column(words.item.item, 5), column(words.item.form, 3)],
            life.derived.map(({ record }) => [
              cell(code(record.item)),
              cell(record.origin.kind === 'DERIVED' ? words.item.forms[record.origin.as.form] : ''),
            ]),
          ),
        ]),
  ];
}

const some = (values: readonly string[]): Cell | undefined =>
  values.length === 0 ? undefined : values.map((value): Line => [code(value)]);

function identity({ life, words }: ReportContext): Block {
  const { opening, head } = life;
  const { record } = opening;
  const w = words.item;
  return fields(w.identity, [
    [words.lead.item, cell(code(record.item))],
    [w.origin, cell(w.origins[record.origin.kind])],
    ...originRows(record, words),
    [words.lead.case, cell(code(record.case))],
    [w.reason, cell(quoted(record.reason))],
    [w.opened, cell(time(record.happenedAt))],
    [words.lead.status, cell(strong(w.statuses[head.status]))],
    [words.lead.holder, cell(code(head.holder.person), words.comma, code(head.holder.member))],
    [
      w.offer,
      head.offer === null
        ? undefined
        : [receiverLine(head.offer.to, words), [time(head.offer.happenedAt)]],
    ],
    [w.sealsThen, some(record.seals)],
    [w.sealsNow, some(head.seals)],
    [
      w.witnesses,
      record.witnesses.length === 0 ? undefined : cell(w.witnessCount(record.witnesses.length)),
    ],
    [
      w.holds,
      head.holds.length === 0
        ? undefined
        : head.holds.flatMap(({ hold, member }): Line[] => [[w.hold(member)], [code(hold)]]),
    ],
    [
      w.mirror,
      record.mirrorOf === undefined
        ? undefined
        : [
            [w.mirrorOf(record.mirrorOf.jurisdiction, record.mirrorOf.custodian)],
            ...(head.mirror === null ? [] : [[strong(w.mirrors[head.mirror])]]),
          ],
    ],
  ]);
}

function originRows(
  { origin }: ItemRecord,
  words: ReportContext['words'],
): readonly (readonly [string, Cell | undefined])[] {
  const w = words.item;
  switch (origin.kind) {
    case 'ANCHORED':
      return [[w.position, cell(w.positionValue(origin.index))]];
    case 'EXHIBIT':
      return [
        [w.exhibit, cell(code(origin.exhibit))],
        [w.thing, cell(code(origin.thing))],
        [w.place, cell(quoted(origin.storage.place))],
        [w.conditions, cell(quoted(origin.storage.conditions))],
        [w.pictures, origin.pictures.length === 0 ? undefined : cell(`${origin.pictures.length}`)],
      ];
    case 'DERIVED':
      return [
        [w.source, cell(code(origin.source))],
        [
          w.form,
          [
            [w.forms[origin.as.form]],
            ...(origin.as.form === 'CONVERSION'
              ? [[w.conversion(formatGoverned(origin.as.from), formatGoverned(origin.as.to))]]
              : []),
          ],
        ],
        [w.tools, origin.tools.length === 0 ? undefined : [toolLine(origin.tools, words)]],
      ];
  }
}

function content({ content: described, words }: ReportContext): Block[] {
  const w = words.item;
  if (described === null) return [paragraph(w.noContent)];
  const { commitment, of } = described;
  const caption = of === 'ITEM' ? w.content : w.contentOfSource;
  if (commitment.type === 'tabellion.exhibit') {
    return [
      fields(caption, [
        [w.exhibit, cell(code(commitment.exhibit))],
        [w.thing, cell(code(commitment.thing))],
        [w.description, cell(quoted(commitment.description))],
        ...commitment.marks.map(({ kind, value }): [string, Cell] => [
          `${w.mark} (${kind})`,
          cell(quoted(value)),
        ]),
      ]),
    ];
  }
  return [
    fields(caption, [
      [w.contentKind, cell(w.contentKinds[commitment.kind])],
      [w.path, cell(quoted(showName(toBytePath(fromBase64url(commitment.path)))))],
      [w.size, cell(w.bytes(commitment.size))],
      [
        w.mediaType,
        commitment.mediaType === undefined ? undefined : cell(quoted(commitment.mediaType)),
      ],
      [
        w.modified,
        commitment.modifiedAt === undefined ? undefined : cell(time(commitment.modifiedAt)),
      ],
      [w.exhibit, commitment.exhibit === undefined ? undefined : cell(quoted(commitment.exhibit))],
      [w.seal, commitment.seal === undefined ? undefined : cell(quoted(commitment.seal))],
      [
        w.container,
        commitment.container === undefined
          ? undefined
          : cell(code(describeContainer(commitment.container))),
      ],
    ]),
  ];
}

function collection({ life, words, findReference }: ReportContext): Block {
  const { acquisition, closing } = life.provenance;
  const a = acquisition.record;
  const w = words.item;
  const titled = (
    register: 'method' | 'standard',
    entry: { id: string; version: number },
  ): Cell => {
    const found = findReference(register, entry);
    const title = found !== undefined && 'title' in found.body ? found.body.title : undefined;
    return [[code(formatGoverned(entry))], ...(title === undefined ? [] : [[quoted(title)]])];
  };
  return fields(w.collection, [
    [w.acquisition, cell(code(a.id))],
    [w.collector, cell(code(a.act.person), words.comma, code(a.act.member))],
    [w.reason, cell(quoted(a.reason))],
    [words.details.legalBasis, [governedLine(a.legalBases, words)]],
    [w.route, cell(w.routes[a.route])],
    [w.method, titled('method', a.method)],
    [w.standard, titled('standard', a.standard)],
    [
      w.extent,
      [
        [w.extents[a.extent.kind]],
        ...(a.extent.kind === 'FULL_COPY' ? [[quoted(a.extent.justification)]] : []),
      ],
    ],
    [w.volatility, cell(w.volatilities[a.volatility])],
    [w.public, cell(yesNo(a.publiclyReleased, words))],
    [
      w.access,
      a.accessLimits === undefined
        ? undefined
        : [
            [
              a.accessLimits.respected
                ? w.accessAnswers.respected
                : strong(w.accessAnswers.notRespected),
            ],
            [quoted(a.accessLimits.statement)],
          ],
    ],
    [w.began, cell(time(a.startedAt))],
    [
      w.ended,
      closing === null
        ? a.endedAt === undefined
          ? undefined
          : cell(time(a.endedAt))
        : cell(time(closing.record.endedAt)),
    ],
    [w.clock, a.clockOffsetMs === undefined ? undefined : cell(w.milliseconds(a.clockOffsetMs))],
    [w.tools, a.tools.length === 0 ? undefined : [toolLine(a.tools, words)]],
    [
      w.recordings,
      a.recordings.length === 0
        ? undefined
        : a.recordings.map(({ kind, sha256 }): Line => [w.recordingKinds[kind], ' ', code(sha256)]),
    ],
    [
      w.noRecording,
      a.noRecordingReason === undefined ? undefined : cell(quoted(a.noRecordingReason)),
    ],
    [w.witnesses, a.witnesses.length === 0 ? undefined : cell(w.witnessCount(a.witnesses.length))],
    [
      w.totals,
      cell(
        closing === null
          ? w.notClosed
          : w.totalsValue(closing.record.batches, closing.record.items, closing.record.unread),
      ),
    ],
  ]);
}

const yesNo = (answer: 'YES' | 'NO' | 'UNKNOWN', { yes, no, unknown }: ReportContext['words']) =>
  ({ YES: yes, NO: no, UNKNOWN: unknown })[answer];
