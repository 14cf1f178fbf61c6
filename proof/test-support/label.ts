/** Proofs of one label of five, and every way in which one can be wrong that we know of. */
import {
  buildTree,
  canonicalBytes,
  encodeLabelBundle,
  type LabelStatement,
  leafHash,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '../src/index.ts';
import { type AttestationPlan, buildAttestation, type PlannedNamespace } from './attestation.ts';
import { planAttestation } from './bundle.ts';
import type { Case } from './cases.ts';
import { NOW, type TestConsortium } from './consortium.ts';

const HOUR = 3_600_000;
export const LABEL_INDEX = 3;
const BASIS = { id: 'law', version: 1 };

export const statements: readonly LabelStatement[] = Array.from({ length: 5 }, (_, index) => ({
  type: 'tabellion.label',
  v: 1,
  network: 'eip155:1',
  address: `0x${index.toString(16).padStart(40, '0')}`,
  category: 'scam',
  label: `shop ${index}`,
  provenance: 'forensic',
  source: 'a seized ledger',
  actor: 'a shop',
  concepts: ['fraud'],
  links: [{ kind: 'ACQUISITION', id: '01'.repeat(16) }],
  observedAt: NOW - 30 * HOUR,
  validFrom: NOW - 29 * HOUR,
  validUntil: NOW + 900 * HOUR,
  tlp: 'AMBER',
  pap: 'AMBER',
  corrects: '0c'.repeat(32),
  salt: toBase64url(sha256(utf8(`salt ${index}`)).subarray(0, 16)),
}));
const lines = statements.map((statement) => canonicalBytes(statement));
const tree = buildTree(lines.map((line) => leafHash(line)));
const STATEMENT = lines[LABEL_INDEX]!;
export const LEAF = toHex(leafHash(STATEMENT));
const OTHER_LEAF = toHex(leafHash(lines[0]!));
const DISPUTE = '5d'.repeat(16);
const REBUTTAL = '5e'.repeat(16);

type Record = globalThis.Record<string, unknown>;

const act = (at: number, member: string) => ({
  txId: '33'.repeat(32),
  at,
  member,
  jurisdiction: member.slice(0, 1).repeat(2),
  role: 'investigator',
  person: `p-${member}`,
  certificate: '22'.repeat(32),
  keyCustody: 'person',
});

export const assertion = (change: Record = {}): Record => ({
  type: 'tabellion.label-batch',
  v: 1,
  root: toHex(tree.root),
  size: lines.length,
  manifest: '00'.repeat(32),
  taxonomy: { id: 'interpol', version: 2 },
  tlp: 'AMBER',
  legalBasis: BASIS,
  reason: 'found in a search',
  flags: [],
  act: act(NOW - 9 * HOUR, 'AlphaMSP'),
  ...change,
});
const digestOf = (record: Record): string => toHex(sha256(canonicalBytes(record)));
export const BATCH = digestOf(assertion());

const ofLabel = { batch: BATCH, label: { leaf: LEAF, index: LABEL_INDEX } };
const word = (type: string, member: string, facts: Record, subject: Record = ofLabel): Record => ({
  type: `tabellion.${type}`,
  v: 1,
  ...subject,
  legalBasis: BASIS,
  reason: 'as seen',
  ...facts,
  act: act(NOW - 7 * HOUR, member),
});
/** One of each kind, of the label or of its batch. */
export const SAID: readonly Record[] = [
  {
    ...{
      type: 'tabellion.label-withheld',
      v: 1,
      batch: BATCH,
      members: ['BravoMSP', 'CharlieMSP'],
    },
    act: act(NOW - 6 * HOUR, 'CharlieMSP'),
  },
  word('opinion', 'CharlieMSP', { opinion: 20 }, { batch: BATCH }),
  word('withdrawal', 'AlphaMSP', {
    replacedBy: { batch: BATCH, label: { leaf: OTHER_LEAF, index: 0 } },
  }),
  word('corroboration', 'BravoMSP', {}),
  word('opinion', 'BravoMSP', { opinion: 90 }),
  word('sighting', 'BravoMSP', { sighting: 'SEEN', happenedAt: NOW - 8 * HOUR }),
  word('dispute', 'CharlieMSP', {
    ...{ id: DISPUTE, onBehalfOf: 'PERSON', answerer: 'AlphaMSP', answerBy: NOW },
  }),
  word('dispute-answer', 'AlphaMSP', {
    ...{ dispute: DISPUTE, position: 'MAINTAINED', overdue: false },
  }),
  word('dispute', 'BravoMSP', {
    ...{ id: REBUTTAL, onBehalfOf: 'MEMBER', answerer: 'AlphaMSP', answerBy: NOW },
    presumption: { id: 'mixer-30-days', version: 2 },
  }),
  word('dispute-answer', 'AlphaMSP', {
    ...{ dispute: REBUTTAL, position: 'REBUTTED', overdue: false },
  }),
];

export const answerOf = (change: Record = {}, batch: Record = assertion()): Record => ({
  type: 'tabellion.label-said',
  v: 1,
  batch: digestOf(batch),
  leaf: LEAF,
  assertion: batch,
  said: SAID,
  ...change,
});

const VERSION = { block: 71, transaction: 2 };

/** What is looked up for an answer, where it was asked for in good order. */
function accessOf(batch: string, leaf: string, disputes: readonly string[]) {
  const paths = [`${batch}/all`, `${batch}/${leaf}`];
  const key = (name: string, version: typeof VERSION | null = null) => ({ key: name, version });
  const range = (name: string) => ({
    startKey: `${name}/`,
    endKey: `${name}0`,
    exhausted: true,
  });
  return {
    reads: [
      ...disputes.map((id) => key(`dispute/${id}`, VERSION)),
      key(`label-batch/${batch}`, VERSION),
      key(`label-withheld/${batch}`),
      ...paths.map((path) => key(`withdrawal/${path}`)),
    ],
    ranges: [
      ...paths.flatMap((path) =>
        ['corroboration', 'opinion', 'sighting', 'dispute-head'].map((name) =>
          range(`${name}/${path}`),
        ),
      ),
      ...disputes.map((id) => range(`dispute-answer/${id}`)),
    ],
  };
}
type Access = ReturnType<typeof accessOf>;

export interface LabelPlan {
  readonly statement?: Uint8Array;
  readonly index?: number;
  readonly size?: number;
  readonly hashes?: readonly Uint8Array[];
  /** What the endorsers answered; `assertion` alone for a proof of nothing else. */
  readonly answer?: Record;
  readonly access?: (access: Access) => Omit<PlannedNamespace, 'namespace'>;
  readonly attestation?: Partial<AttestationPlan>;
}

export function buildLabelBundle(consortium: TestConsortium, plan: LabelPlan = {}): Uint8Array {
  const answer = plan.answer ?? answerOf();
  const bytes = canonicalBytes(answer);
  const asked = planAttestation(consortium, bytes);
  const [lifecycle, own] = asked.namespaces;
  const isSaid = answer.type === 'tabellion.label-said';
  const key = `label-batch/${toHex(sha256(bytes))}`;
  const { batch, leaf, said } = answer as { batch: string; leaf: string; said: Record[] };
  const disputes = isSaid
    ? said.flatMap(({ type, id }) => (type === 'tabellion.dispute' ? [id as string] : []))
    : [];
  const sound = accessOf(batch, leaf, disputes);
  const access = isSaid ? (plan.access?.(sound) ?? sound) : { reads: [{ key, version: VERSION }] };
  const attestation = buildAttestation({
    ...asked,
    args: isSaid
      ? [utf8('label:readSaid'), utf8(`${batch}/${leaf}`)]
      : [utf8('label:read'), utf8(key)],
    namespaces: [lifecycle!, { ...own!, ...access }],
    ...plan.attestation,
  });
  return encodeLabelBundle({
    statement: plan.statement ?? STATEMENT,
    index: plan.index ?? LABEL_INDEX,
    size: plan.size ?? lines.length,
    hashes: plan.hashes ?? tree.path(LABEL_INDEX),
    attestation,
  });
}

/** A value of the same form that says something else. */
function alter(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value.replace(/.$/, (last) => (last === '1' ? '2' : '1'));
  if (Array.isArray(value)) return [...value.slice(0, -1), alter(value.at(-1))];
  const entries = Object.entries(value as Record);
  return Object.fromEntries(entries.map(([name, one], at) => [name, at === 0 ? alter(one) : one]));
}

/** One statement for each field, altered in it alone. */
export const alteredStatements: readonly (readonly [field: string, bytes: Uint8Array])[] =
  Object.entries(statements[LABEL_INDEX]!).map(([field, value]) => [
    field,
    canonicalBytes({ ...statements[LABEL_INDEX], [field]: alter(value) }),
  ]);

export function labelCases(embedded: TestConsortium): Case[] {
  const by = (
    name: string,
    code: Case['code'],
    plan: LabelPlan = {},
    against: Partial<Case> = {},
  ): Case => ({
    name: `label: ${name}`,
    code,
    bundle: buildLabelBundle(embedded, plan),
    ...{ trust: embedded.trust, now: NOW },
    ...against,
  });
  const saying = (...said: Record[]): LabelPlan => ({ answer: answerOf({ said }) });
  const alone = { answer: assertion() };
  const withAccess = (access: LabelPlan['access']): LabelPlan => ({ ...(access && { access }) });
  /** A batch of this statement alone, whatever it says. */
  const only = (statement: Record, change: Record = {}): LabelPlan => {
    const bytes = canonicalBytes(statement);
    const root = toHex(leafHash(bytes));
    const answer = assertion({ root, size: 1, ...change });
    return { statement: bytes, index: 0, size: 1, hashes: [], answer };
  };
  const label = statements[LABEL_INDEX]! as unknown as Record;
  return [
    by('sound', 'INTACT'),
    by('the assertion alone', 'INTACT', alone),
    by('nothing said', 'INTACT', saying()),
    ...alteredStatements.map(([field, statement]) =>
      by(`the statement's ${field} altered`, 'ROOT_MISMATCH', { statement }),
    ),
    by('the statement of another label', 'ROOT_MISMATCH', { statement: lines[0]! }),
    by('the place of another label', 'ROOT_MISMATCH', { index: 2 }),
    by('another size', 'RECORD_MISMATCH', { size: 6 }),
    by('a path too short', 'PATH_LENGTH_MISMATCH', {
      hashes: tree.path(LABEL_INDEX).slice(1),
    }),
    by('what was said of another label', 'ITEM_MISMATCH', {
      statement: lines[0]!,
      index: 0,
      hashes: tree.path(0),
    }),
    by('a file, which it has no content to compare with', 'ITEM_MISSING', alone, {
      file: { sha256: '00'.repeat(32), size: 1 },
    }),
    by('a batch of transfers', 'RECORD_MISMATCH', { answer: assertion({ content: 'TRANSFERS' }) }),
    by('the batch of something else', 'RECORD_MISMATCH', {
      answer: assertion({ type: 'tabellion.batch' }),
    }),
    by('a batch of a newer format', 'UNSUPPORTED_VERSION', { answer: assertion({ v: 2 }) }),
    by('an answer of a newer format', 'UNSUPPORTED_VERSION', { answer: answerOf({ v: 2 }) }),
    by('a batch that is not the one named', 'RECORD_MISMATCH', {
      answer: { ...answerOf(), assertion: assertion({ size: 6 }) },
    }),
    by('marked more strictly than its batch', 'RECORD_MISMATCH', only(label, { tlp: 'GREEN' })),
    by('marked less strictly than its batch', 'INTACT', only({ ...label, tlp: 'CLEAR' })),
    by('a statement of a newer format', 'UNSUPPORTED_VERSION', only({ ...label, v: 2 })),
    by('a statement with a field too many', 'MALFORMED', only({ ...label, verdict: 'guilty' })),
    by('a line of another kind', 'MALFORMED', only({ type: 'tabellion.transfer', v: 1 })),
    by('an opinion on another label', 'RECORD_MISMATCH', {
      ...saying(
        word(
          'opinion',
          'BravoMSP',
          { opinion: 1 },
          { batch: BATCH, label: { leaf: OTHER_LEAF, index: 0 } },
        ),
      ),
    }),
    by('an opinion on another batch', 'RECORD_MISMATCH', {
      ...saying(word('opinion', 'BravoMSP', { opinion: 1 }, { batch: '44'.repeat(32) })),
    }),
    by('an opinion beyond its scale', 'RECORD_MISMATCH', {
      ...saying(word('opinion', 'BravoMSP', { opinion: 101 })),
    }),
    by(
      'a rebuttal of no edition',
      'RECORD_MISMATCH',
      saying(
        word('dispute', 'BravoMSP', {
          ...{ id: REBUTTAL, onBehalfOf: 'MEMBER', answerer: 'AlphaMSP', answerBy: NOW },
          presumption: 'mixer-30-days',
        }),
      ),
    ),
    by('a word of another kind', 'RECORD_MISMATCH', saying(word('verdict', 'BravoMSP', {}))),
    by('another answer than the one signed', 'KEY_MISMATCH', {
      attestation: { payload: canonicalBytes(answerOf({ leaf: OTHER_LEAF })) },
    }),
    by('a refusal', 'RESPONSE_MISMATCH', { attestation: { status: 500 } }),
    by('the attestation of another word', 'WRONG_FUNCTION', {
      attestation: { args: [utf8('evidence:read'), utf8(`label-batch/${BATCH}`)] },
    }),
    by('the record, asked for as what was said', 'KEY_MISMATCH', {
      ...alone,
      attestation: { args: [utf8('label:readSaid'), utf8(`${BATCH}/${LEAF}`)] },
    }),
    by('a range that was not read', 'UNEXPECTED_ACCESS', {
      ...withAccess(({ reads, ranges }) => ({ reads, ranges: ranges.slice(1) })),
    }),
    by('a range that was not read to its end', 'UNEXPECTED_ACCESS', {
      ...withAccess(({ reads, ranges: [first, ...rest] }) => ({
        reads,
        ranges: [{ ...first!, exhausted: false }, ...rest],
      })),
    }),
    by('a narrower range', 'UNEXPECTED_ACCESS', {
      ...withAccess(({ reads, ranges: [first, ...rest] }) => ({
        reads,
        ranges: [{ ...first!, endKey: `${first!.startKey}B` }, ...rest],
      })),
    }),
    by('a range twice', 'UNEXPECTED_ACCESS', {
      ...withAccess(({ reads, ranges: [first, , ...rest] }) => ({
        reads,
        ranges: [first!, first!, ...rest],
      })),
    }),
    by('a withdrawal that was not looked for', 'KEY_MISMATCH', {
      ...withAccess(({ reads, ranges }) => ({ reads: reads.slice(0, -1), ranges })),
    }),
    by('a dispute that was not looked up', 'KEY_MISMATCH', {
      ...withAccess(({ reads, ranges }) => ({ reads: reads.slice(1), ranges })),
    }),
    by('a read besides', 'KEY_MISMATCH', {
      ...withAccess(({ reads, ranges }) => ({
        reads: [...reads, { key: 'head/1', version: VERSION }],
        ranges,
      })),
    }),
    by('a batch that did not exist', 'UNEXPECTED_ACCESS', {
      ...withAccess(({ reads, ranges }) => ({
        reads: reads.map(({ key }) => ({ key, version: null })),
        ranges,
      })),
    }),
    by('a write besides', 'UNEXPECTED_ACCESS', {
      ...withAccess((access) => ({ ...access, writes: [{ key: 'k', value: utf8('v') }] })),
    }),
    by('a private collection besides', 'UNEXPECTED_ACCESS', {
      ...withAccess((access) => ({ ...access, collections: ['_implicit_org_AlphaMSP'] })),
    }),
  ];
}
