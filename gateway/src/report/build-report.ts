/** From the life of an item to what the report says; how it looks is the writers' part. */
import { listAttention } from './attention.ts';
import {
  type Attachment,
  type Block,
  cell,
  code,
  fields,
  heading,
  list,
  paragraph,
  type Report,
  strong,
  time,
} from './content.ts';
import { createContext, type ReportContext } from './context.ts';
import { listEvents, type RecordedEvent } from './events.ts';
import { type ReportInput, SECTIONS, type SectionId } from './input.ts';
import { authenticitySection } from './sections/authenticity.ts';
import { digestsSection } from './sections/digests.ts';
import { itemSection } from './sections/item.ts';
import { legalSection } from './sections/legal.ts';
import { partiesSection } from './sections/parties.ts';
import { proofSection } from './sections/proof.ts';
import { reviewsSection } from './sections/reviews.ts';
import { sovereigntySection } from './sections/sovereignty.ts';
import { timelineSection } from './sections/timeline.ts';
import { verifySection } from './sections/verify.ts';

type Builder = (context: ReportContext, events: readonly RecordedEvent[]) => Block[];

const BUILDERS: Readonly<Record<SectionId, Builder>> = {
  parties: partiesSection,
  item: itemSection,
  timeline: timelineSection,
  digests: digestsSection,
  legal: legalSection,
  sovereignty: sovereigntySection,
  reviews: reviewsSection,
  authenticity: authenticitySection,
  proof: proofSection,
  verify: verifySection,
};

/** @throws ReportError for a proof that is none, or not of this item. */
export function buildReport(input: ReportInput): Report {
  const context = createContext(input);
  const { words, life } = context;
  const events = listEvents(context);
  const { item } = life.opening.record;
  const at = events.reduce((latest, { act }) => Math.max(latest, act.at), 0);
  return {
    language: words.tag,
    title: words.title,
    footer: words.subtitle(`${item.slice(0, 16)}…`),
    contentsTitle: words.contents,
    page: words.page,
    unprintable: words.unprintable,
    attachmentsTitle: words.files,
    lead: leadBlocks(context, events, at),
    sections: SECTIONS.filter((id) => input.sections.includes(id)).map((id) => ({
      id,
      title: words.sections[id],
      blocks: BUILDERS[id](context, events),
    })),
    attachments: context.bundles.map(
      ({ name, mediaType, bytes }): Attachment => ({
        name,
        mediaType,
        description: words.subtitle(item),
        bytes,
      }),
    ),
    at,
  };
}

function leadBlocks(context: ReportContext, events: readonly RecordedEvent[], at: number): Block[] {
  const { life, words, ledger, height, reader, members } = context;
  const { lead: w, item } = words;
  const { record } = life.opening;
  const attention = listAttention(context, events);
  const omitted = SECTIONS.filter((id) => !context.sections.includes(id));
  return [
    fields(w.summary, [
      [w.item, cell(code(record.item))],
      [w.case, cell(code(record.case))],
      [w.status, cell(strong(item.statuses[life.head.status]))],
      [w.holder, cell(code(life.head.holder.person), words.comma, code(life.head.holder.member))],
      [w.consortium, cell({ kind: 'quoted', text: ledger.consortium })],
      [w.ledger, [[code(ledger.channel)], [w.ledgerKinds[ledger.kind]]]],
      [w.state, cell(w.stateValue(height))],
      [w.latest, cell(time(at))],
      [
        w.reader,
        cell(code(reader), words.comma, members.get(reader)?.jurisdiction ?? words.unknown),
      ],
    ]),
    heading(w.attention),
    ...(attention.length === 0
      ? [paragraph(w.noAttention)]
      : [list(attention, 'warning'), paragraph(w.attentionNote)]),
    ...(omitted.length === 0
      ? []
      : [paragraph(w.omitted(omitted.map((id) => words.sections[id]).join(words.comma)))]),
  ];
}
