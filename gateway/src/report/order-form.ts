/**
 * An order as a form for people: its public facts, its deadlines, and what the party at hand was given to
 * read, in the order and under the articles that the profile names. No instrument has code of its own here.
 */
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import type { Act, Governed } from '@tabellion/chaincode/kernel/schema';
import type { ReferenceEntry } from '@tabellion/chaincode/member/record';
import { Calendar, calendarBody } from '@tabellion/chaincode/order/clock/calendar';
import { type OrderProfile, orderProfileBody } from '@tabellion/chaincode/order/profile';
import type {
  OrderContent,
  OrderHeadRecord,
  OrderRecord,
  OrderStepRecord,
} from '@tabellion/chaincode/order/record';
import type { Party } from '@tabellion/chaincode/order/vocabulary';
import type { Language } from '../explain/area.ts';
import { formatGoverned } from '../text/governed.ts';
import {
  type Block,
  type Cell,
  cell,
  code,
  column,
  fields,
  heading,
  type Inline,
  type Line,
  list,
  paragraph,
  quoted,
  type Report,
  strong,
  table,
  time,
} from './content.ts';
import { ORDER_FORM_WORDS, type OrderFormWords } from './words/order-form.ts';
import { WORDS } from './words/words.ts';

export interface OrderFormInput {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
  readonly steps: readonly OrderStepRecord[];
  /** For which party it is printed. */
  readonly party: Party;
  /** What that party may read: its own copy, of an issuer every one. */
  readonly copies: readonly OrderContent[];
  /** Profile, calendars and legal basis among them, at least. */
  readonly references: readonly ReferenceEntry[];
  readonly language: Language;
}

interface FormContext extends OrderFormInput {
  readonly profile: OrderProfile;
  readonly words: OrderFormWords;
  readonly comma: string;
}

/** @throws TypeError where the profile or a calendar that the records name is not among the references. */
export function buildOrderForm(input: OrderFormInput): Report {
  const { order, steps, party, language } = input;
  const words = ORDER_FORM_WORDS[language];
  const { comma, tag, contents, page, unprintable, files } = WORDS[language];
  const profile = orderProfileBody.parse(findBody(input, 'orderProfile', order.profile));
  const context = { ...input, profile, words, comma };
  return {
    language: tag,
    title: `${words.title}: ${profile.title}`,
    footer: words.footer(order.id, words.parties[party]),
    contentsTitle: contents,
    attachmentsTitle: files,
    ...{ page, unprintable },
    lead: [fields(words.summary, summarise(context)), paragraph(words.layout)],
    sections: Object.entries(words.sections).map(([id, title]) => ({
      ...{ id, title, blocks: SECTIONS[id as keyof typeof SECTIONS](context) },
    })),
    attachments: [],
    at: steps.reduce((latest, { act }) => Math.max(latest, act.at), order.act.at),
  };
}

type Rows = (readonly [name: string, value: Cell | undefined])[];

const summarise = ({ order, head, profile, words }: FormContext): Rows => [
  [words.order, cell(code(order.id))],
  [words.case, cell(code(order.case))],
  [words.instrument, cell(quoted(profile.instrument))],
  [words.article, cell(quoted(profile.article))],
  [words.edition, cell(quoted(profile.edition))],
  [words.profile, cell(code(formatGoverned(order.profile)))],
  [words.asksFor, cell(code(order.kind), ' ', code(order.categories.join(', ')))],
  [words.urgency, cell(code(profile.urgency))],
  [words.status, cell(strong(head.status))],
];

const SECTIONS: Readonly<
  Record<keyof OrderFormWords['sections'], (context: FormContext) => Block[]>
> = {
  authorities: authoritiesSection,
  addressee: addresseeSection,
  deadlines: deadlinesSection,
  earlier: earlierSection,
  contents: contentsSection,
  steps: stepsSection,
  effects: effectsSection,
  notes: notesSection,
  digests: digestsSection,
};

/** Role and member: who the person is stands with the member and not on paper. */
const actor = ({ role, member }: Act, comma: string): Line => [code(role), comma, code(member)];

function authoritiesSection(context: FormContext): Block[] {
  const { order, steps, words, comma } = context;
  const validated = steps.find(({ verb }) => verb === 'validate');
  const basis = findBody(context, 'legalBasis', order.legalBasis) as
    | { instrument: string; article: string }
    | undefined;
  return [
    fields(words.sections.authorities, [
      [words.issuedBy, [actor(order.act, comma)]],
      [words.issuedAt, cell(time(order.act.at))],
      [words.validation, cell(words.validations[order.validation])],
      [
        words.validatedBy,
        order.validation === 'NONE'
          ? undefined
          : validated
            ? [actor(validated.act, comma), [time(validated.act.at)]]
            : cell(words.notYet),
      ],
      [
        words.legalBasis,
        [
          [code(formatGoverned(order.legalBasis))],
          ...(basis ? [[quoted(`${basis.instrument}, ${basis.article}`)]] : []),
        ],
      ],
      [words.reason, cell(quoted(order.reason))],
    ]),
  ];
}

function addresseeSection({ order, words, comma }: FormContext): Block[] {
  const { addressee, enforcing, jurisdictions, notified, notNotified } = order;
  const side = (member: string, jurisdiction: string | undefined): Line => [
    ...[code(member), comma, code(jurisdiction ?? '')],
  ];
  return [
    fields(words.sections.addressee, [
      [words.addressee, [side(addressee, jurisdictions.ADDRESSEE)]],
      [
        words.enforcing,
        enforcing === undefined ? undefined : [side(enforcing, jurisdictions.ENFORCING)],
      ],
      [words.notified, enforcing === undefined ? undefined : cell(notified ? words.yes : words.no)],
      [words.notNotified, notNotified === undefined ? undefined : cell(quoted(notNotified))],
    ]),
  ];
}

function deadlinesSection(context: FormContext): Block[] {
  const { head, profile, words } = context;
  const rows = head.clocks.map((reading): Cell[] => {
    const { title, article, calendarOf, period } = profile.clocks.find(
      ({ id }) => id === reading.clock,
    )!;
    const edition = editionOf(context, calendarOf);
    const calendar = new Calendar(calendarBody.parse(findBody(context, 'calendar', edition)));
    const both = (instant: number): Cell => [[localTime(instant, calendar)], [time(instant)]];
    const overdue: Line[] = head.overdue.includes(reading.clock) ? [[strong(words.overdue)]] : [];
    const provisional: Line[] = reading.provisional ? [[strong(words.provisional)]] : [];
    const number: Line[] = period === null ? [[words.noNumber]] : [];
    return [
      [[quoted(title)], [quoted(article)]],
      reading.startedAt === null ? number : [...both(reading.startedAt), ...number],
      reading.due === null
        ? []
        : [...both(reading.due), [words.calendar(formatGoverned(edition))], ...provisional],
      [[words.states[reading.state]], ...overdue],
    ];
  });
  const columns = [column(words.clock, 30), column(words.from, 26)];
  const more = [column(words.due, 28), column(words.state, 16)];
  return [table(words.sections.deadlines, [...columns, ...more], rows)];
}

/** The edition by which the last step counted; before any step, the one that the order names. */
const editionOf = ({ order, steps }: FormContext, party: Party): Governed =>
  (steps.at(-1)?.calendars ?? order.calendars)[party]!;

/** ISO 8601 with the offset that the calendar has at that instant. */
function localTime(instant: number, calendar: Calendar): Inline {
  const offset = calendar.offsetAt(instant);
  const text = new Date(instant + offset).toISOString().replace(/(\.000)?Z$/, '');
  const minutes = Math.abs(offset) / 60_000;
  const pad = (value: number) => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return {
    kind: 'time',
    text: `${text}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`,
  };
}

function earlierSection({ order, words }: FormContext): Block[] {
  return [
    order.follows === undefined
      ? paragraph(words.noneBefore)
      : fields(words.sections.earlier, [[words.follows, cell(code(order.follows))]]),
  ];
}

/** Only fields that the party may see, whether or not they were filled in. */
function contentsSection({ copies, profile, words }: FormContext): Block[] {
  return copies.flatMap(({ for: party, fields: given }) => {
    const visible = profile.content.filter(({ seenBy }) => seenBy.includes(party));
    const rows = visible.map(({ id, article, title, mandatory }): Cell[] => {
      const text = given.find((field) => field.id === id)?.text;
      return [
        cell(words.fieldOf(id, article)),
        cell(quoted(title)),
        text === undefined
          ? [[words.notFilled], [mandatory ? words.mandatory : words.optional]]
          : text.split('\n').map((line) => [quoted(line)]),
      ];
    });
    const { article, sections, copyOf, parties } = words;
    const columns = [column(article, 18), column(words.field, 30), column(sections.contents, 52)];
    return [heading(copyOf(parties[party])), table(sections.contents, columns, rows)];
  });
}

function stepsSection({ steps, words, comma }: FormContext): Block[] {
  if (steps.length === 0) return [paragraph(words.noSteps)];
  const rows = steps.map(({ sequence, event, act, late, reason }): Cell[] => [
    cell(String(sequence)),
    [
      [code(event)],
      [quoted(reason)],
      ...(late.length > 0 ? [[strong(words.late(late.join(', ')))]] : []),
    ],
    cell(time(act.at)),
    [actor(act, comma)],
  ]);
  const columns = [column(words.step, 8), column(words.event, 40)];
  return [
    table(words.sections.steps, [...columns, column(words.at, 22), column(words.by, 30)], rows),
  ];
}

function effectsSection({ profile, words }: FormContext): Block[] {
  return [
    fields(words.sections.effects, [
      [words.confidentiality, cell(quoted(profile.confidentiality))],
      [words.userNotice, cell(quoted(profile.userNotice))],
      [words.remedies, cell(quoted(profile.remedies))],
    ]),
  ];
}

function notesSection({ profile, words }: FormContext): Block[] {
  const { disabled, clocks } = profile;
  const notes = clocks.flatMap(({ title, note }): Line[] =>
    note === undefined ? [] : [[quoted(title), ': ', quoted(note)]],
  );
  return [
    ...(disabled === null ? [] : [paragraph(strong(words.disabled(disabled)))]),
    notes.length === 0 ? paragraph(words.noNotes) : list(notes),
  ];
}

function digestsSection({ order, head, copies, words }: FormContext): Block[] {
  return [
    fields(words.sections.digests, [
      [words.record, cell(code(digestRecord(order)))],
      [words.lastStep, cell(code(head.last))],
      [words.copy, copies.map((copy) => [code(copy.for), ' ', code(digestRecord(copy))])],
    ]),
    paragraph(words.check),
    {
      kind: 'commands',
      lines: [
        `tabellion proof export --order ${order.id} -o order.json`,
        'tabellion verify order.json --trust trust.json',
      ],
    },
  ];
}

function findBody(
  { references }: Pick<OrderFormInput, 'references'>,
  register: ReferenceEntry['register'],
  named: Governed,
): unknown {
  return references.find(
    (entry) =>
      entry.register === register && entry.id === named.id && entry.version === named.version,
  )?.body;
}
