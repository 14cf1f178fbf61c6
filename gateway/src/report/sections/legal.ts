import type { Governed } from '@tabellion/chaincode/kernel/schema';
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

/** On what law and whose word it rests, and how that fits what the reader's member has declared. */
export function legalSection(context: ReportContext): Block[] {
  const { life, words, members, reader } = context;
  const w = words.legal;
  const { acquisition } = life.provenance;
  const { authorisation, grounds, delayedNotice } = acquisition.record;
  const { authorisation: fit, standard } = life.reader;
  const judge = (good: boolean, text: string): Block =>
    good ? paragraph(text) : warning(strong(text));
  return [
    basesTable(context),
    authorisation === undefined
      ? warning(strong(w.noAuthorisation))
      : fields(w.authorisation, [
          [w.statedBy, cell(code(acquisition.record.act.member))],
          [w.kind, cell(w.kinds[authorisation.kind])],
          [w.reference, cell(code(authorisation.reference))],
          [
            w.document,
            authorisation.sha256 === undefined ? undefined : cell(code(authorisation.sha256)),
          ],
        ]),
    ...(authorisation === undefined ? [] : [paragraph(w.stated)]),
    paragraph(strong(w.reader(reader, members.get(reader)?.jurisdiction ?? words.unknown))),
    judge(fit === 'ACCEPTED', w.answers[fit]),
    judge(standard === 'ADOPTED', w.standards[standard]),
    paragraph(w.computed),
    ...(grounds.length === 0
      ? []
      : [
          table(
            w.grounds,
            [column(w.kind, 3), column(w.reference, 4), column(w.document, 6)],
            grounds.map(({ kind, reference, sha256 }) => [
              cell(w.groundKinds[kind]),
              cell(code(reference)),
              sha256 === undefined ? cell(words.none) : cell(code(sha256)),
            ]),
          ),
        ]),
    ...(delayedNotice === undefined
      ? []
      : [
          fields(w.delayed, [
            [words.details.legalBasis, cell(code(formatGoverned(delayedNotice.basis)))],
            [w.delayedUntil, cell(time(delayedNotice.latest))],
          ]),
        ]),
  ];
}

function basesTable({ life, words, findReference }: ReportContext): Block {
  const w = words.legal;
  const uses = new Map<string, { entry: Governed; places: string[] }>();
  const note = (entry: Governed, place: string) => {
    const use = uses.get(formatGoverned(entry)) ?? { entry, places: [] };
    if (!use.places.includes(place)) use.places.push(place);
    uses.set(formatGoverned(entry), use);
  };
  const { acquisition, answers } = life.provenance;
  for (const entry of acquisition.record.legalBases) note(entry, words.events.acquisition);
  for (const entry of life.opening.record.legalBases) note(entry, words.events.opening);
  for (const { record } of answers) note(record.legalBasis, words.events.answer);
  for (const { record } of life.steps) {
    const place = words.attention.step(record.sequence);
    if (record.kind === 'HOLD' || record.kind === 'DISPOSE') note(record.legalBasis, place);
  }
  for (const { objection, replies } of life.objections) {
    note(objection.record.legalBasis, words.events.objection);
    for (const { record } of replies) note(record.legalBasis, words.events.reply);
  }
  for (const { record } of life.regularity) note(record.legalBasis, words.events.regularity);
  return table(
    w.bases,
    [column(w.entry, 3), column(w.instrument, 5), column(w.jurisdiction, 2), column(w.usedFor, 4)],
    [...uses.values()].map(({ entry, places }): Cell[] => {
      const found = findReference('legalBasis', entry);
      const body = found?.register === 'legalBasis' ? found.body : undefined;
      const title: readonly Line[] =
        body === undefined
          ? [[w.notDescribed]]
          : [[quoted(`${body.instrument}, ${body.article}`)], [w.edition(body.edition)]];
      return [
        cell(code(formatGoverned(entry))),
        title,
        cell(body?.jurisdiction ?? words.unknown),
        places.map((place): Line => [place]),
      ];
    }),
  );
}
