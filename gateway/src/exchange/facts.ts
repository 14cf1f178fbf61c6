/**
 * What a record says besides who, when and why, as facts that every export writes in its own way. Each
 * field of each record has its place in `FIELDS`: one that has none is an error of types, so that no
 * kind of step and no field of one can be left out of an export.
 */
import type { CustodyRecord, ItemRecord } from '@tabellion/chaincode/custody/record';
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  Location,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import type {
  AuthenticityRecord,
  ObjectionRecord,
  RegularityRecord,
  ReplyRecord,
  WeightRecord,
} from '@tabellion/chaincode/review/record';
import { formatGoverned } from '../text/governed.ts';
import { type ContentKnown, content, type Fact, type FactColumn, tag, text, tool } from './fact.ts';
import { formatTime } from './format-time.ts';

/** Every record of which a time line tells. */
export type ToldRecord =
  | AcquisitionRecord
  | BatchRecord
  | ClosingRecord
  | LocationRecord
  | AnswerRecord
  | SegregationRecord
  | ItemRecord
  | CustodyRecord
  | ObjectionRecord
  | ReplyRecord
  | RegularityRecord
  | AuthenticityRecord
  | WeightRecord;

/** Of every record, or told by the row or node itself. */
const COMMON = [
  'type',
  'v',
  'kind',
  'act',
  'reason',
  'flags',
  'happenedAt',
  'timeWindowSeconds',
] as const;

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;
type Field = Exclude<KeysOf<ToldRecord>, (typeof COMMON)[number]>;
type Tellers = { readonly [F in Field]: (value: NonNullable<ValueOf<ToldRecord, F>>) => Fact[] };

const detail = (name: string) => (value: string | number) => [tag('details', name, value)];
const truth = (name: string) => (value: boolean) => [tag('details', name, value ? 'YES' : 'NO')];
const time = (name: string) => (value: number) => [tag('details', name, formatTime(value))];
const digests = (column: FactColumn, name: string) => (values: readonly string[]) =>
  values.map((value) => tag(column, name, value));
const governed = (name: string) => (value: Governed) => detail(name)(formatGoverned(value));
const basis = (value: Governed) => tag('legal_basis', 'legalBasis', formatGoverned(value));

interface Stated {
  readonly kind: string;
  readonly reference: string;
  readonly sha256?: string | undefined;
}
const stated = (name: string, { kind, reference, sha256 }: Stated): Fact[] => [
  tag('authority', name, `${kind}:${reference}`),
  ...(sha256 === undefined ? [] : [content('authority_document', `${name} document`, { sha256 })]),
];
const tellPictures = (pictures: readonly ({ readonly kind: string } & ContentKnown)[]) =>
  pictures.map(({ kind, ...known }): Fact => {
    const told = content('pictures', `recording ${kind}`, known);
    return { ...told, value: `${kind} ${told.value}` };
  });
const tellStorage = ({ place, conditions }: { place: string; conditions: string }): Fact[] => [
  text('place', 'place', place),
  text('conditions', 'conditions', conditions),
];
function tellLocation({ systemJurisdiction, mediumLocation, source }: Location): Fact[] {
  const nodes = source.class === 'NETWORK' ? source.nodes : [];
  return [
    ...detail('location')(systemJurisdiction),
    ...detail('mediumLocation')(mediumLocation),
    ...detail('source')(source.class),
    ...nodes.flatMap(({ kind, jurisdiction }) => detail('node')(`${kind}:${jurisdiction}`)),
  ];
}
function tellOrigin(origin: ItemRecord['origin']): Fact[] {
  return [...detail('origin')(origin.kind), ...tellWhence(origin)];
}
function tellWhence(origin: ItemRecord['origin']): Fact[] {
  switch (origin.kind) {
    case 'ANCHORED':
      return [
        ...detail('acquisition')(origin.acquisition),
        ...detail('batch')(origin.batch),
        ...detail('index')(origin.index),
      ];
    case 'EXHIBIT':
      return [
        ...detail('acquisition')(origin.acquisition),
        ...detail('exhibit')(origin.exhibit),
        ...detail('thing')(origin.thing),
        ...tellStorage(origin.storage),
        ...tellPictures(origin.pictures),
      ];
    case 'DERIVED':
      return [
        tag('made_from', 'madeFrom', origin.source),
        ...detail('form')(origin.as.form),
        ...(origin.as.form === 'CONVERSION'
          ? [...governed('from')(origin.as.from), ...governed('to')(origin.as.to)]
          : []),
        ...origin.tools.map(tool),
      ];
  }
}

const FIELDS: Tellers = {
  // Of every word.
  case: (value) => [tag('case', 'case', value)],
  legalBases: (values) => values.map(basis),
  legalBasis: (value) => [basis(value)],
  subject: ({ kind, id }) => detail('subject')(`${kind}:${id}`),
  method: (value) =>
    typeof value === 'string'
      ? [text('method', 'method', value)]
      : [tag('method', 'method', formatGoverned(value))],
  tools: (tools) => tools.map(tool),
  recordings: tellPictures,
  pictures: tellPictures,
  witnesses: digests('witnesses', 'witness'),
  report: (known) => [content('report', 'report', known)],
  sha256: detail('sha256'),
  position: (value) => [tag('position', 'position', value)],
  outcome: (value) => [tag('outcome', 'outcome', value)],
  result: (value) => [tag('outcome', 'result', value)],
  overdue: truth('overdue'),
  // Of custody.
  item: detail('item'),
  leaf: detail('leaf'),
  sequence: detail('sequence'),
  previous: detail('previous'),
  origin: tellOrigin,
  mirrorOf: ({ jurisdiction, custodian, sha256, original }) => [
    ...detail('mirrorOf')(`${jurisdiction}:${custodian}`),
    ...detail('originalSha256')(sha256),
    ...(original === undefined ? [] : detail('original')(original)),
  ],
  seals: digests('seals', 'seal'),
  to: (value) =>
    typeof value === 'string'
      ? [text('to', 'returned to', value)]
      : [
          tag('to_member', 'to', value.member),
          ...(value.person === undefined ? [] : [tag('to_person', 'toPerson', value.person)]),
        ],
  foundSeals: (found) =>
    found.map(({ seal, intact }) =>
      tag('found_seals', 'foundSeal', `${seal}:${intact ? 'INTACT' : 'BROKEN'}`),
    ),
  checked: (value) => [tag('content_checked', 'content', value)],
  storage: tellStorage,
  receipt: (sha256) => [content('receipt', 'receipt', { sha256 })],
  hold: (value) => [tag('lifts', 'lifts', value)],
  authority: (value) => stated('authority', value),
  corrects: (value) => [tag('corrects', 'corrects', value)],
  statement: (value) => [text('statement', 'correction', value)],
  ground: detail('denialGround'),
  // Of an acquisition and what follows it.
  id: detail('id'),
  acquisition: detail('acquisition'),
  continues: detail('continues'),
  grounds: (values) => values.flatMap((value) => stated('ground', value)),
  authorisation: (value) => stated('authorisation', value),
  route: detail('route'),
  purposes: (values) => values.flatMap(detail('purpose')),
  publiclyReleased: detail('publiclyReleased'),
  accessLimits: ({ respected, statement: said }) => [
    ...truth('accessLimitsRespected')(respected),
    text('details', 'access limits', said),
  ],
  extent: (value) => [
    ...detail('extent')(value.kind),
    ...(value.kind === 'FULL_COPY' ? [text('details', 'justification', value.justification)] : []),
  ],
  volatility: detail('volatility'),
  standard: governed('standard'),
  noRecordingReason: (value) => [text('details', 'no recording', value)],
  clockOffsetMs: detail('clockOffsetMs'),
  startedAt: time('startedAt'),
  endedAt: time('endedAt'),
  location: tellLocation,
  delayedNotice: ({ basis: noticeBasis, latest, sealed }) => [
    ...governed('noticeBasis')(noticeBasis),
    ...time('noticeLatest')(latest),
    ...detail('noticeSealed')(sealed),
  ],
  crossBorder: detail('crossBorder'),
  touched: (values) => values.flatMap(detail('touched')),
  cause: detail('cause'),
  root: detail('root'),
  size: detail('items'),
  bytes: detail('bytes'),
  manifest: detail('manifest'),
  collectedAt: time('collectedAt'),
  batches: detail('batches'),
  items: detail('items'),
  unread: detail('unread'),
  last: detail('last'),
  relevantRoot: detail('relevantRoot'),
  relevant: detail('relevant'),
  rest: detail('rest'),
  // Of reviews.
  by: ({ capacity, person }) => [...detail('by')(capacity), ...detail('byPerson')(person)],
  answerer: detail('answerer'),
  answerBy: time('answerBy'),
  objection: detail('objection'),
  showsDestination: detail('showsDestination'),
};

const isCommon = (field: string): boolean => (COMMON as readonly string[]).includes(field);

/** In the order of the record's fields. */
export function listFacts(record: ToldRecord): Fact[] {
  return Object.entries(record).flatMap(([field, value]) => {
    if (isCommon(field) || value === undefined || value === null) return [];
    // Each field's own teller takes what the field may hold: that is what the type of the table says.
    const tell = FIELDS[field as Field] as (value: unknown) => Fact[];
    return tell(value);
  });
}
