/** Chains of custody of one item, and every way in which one can be wrong that we know of. */
import {
  type CustodyParts,
  canonicalBytes,
  encodeCustodyBundle,
  itemId,
  leafHash,
  sha256,
  toHex,
  utf8,
} from '../src/index.ts';
import { type AttestationPlan, buildAttestation } from './attestation.ts';
import { FILE, ITEM_INDEX, leaves, planAttestation } from './bundle.ts';
import type { Case } from './cases.ts';
import { NOW, type TestConsortium } from './consortium.ts';

const LEAF = leafHash(leaves[ITEM_INDEX]!);
export const ITEM = itemId('AlphaMSP', LEAF);
const HOUR = 3_600_000;
const GOOD_FILE = { sha256: toHex(sha256(FILE)), size: FILE.length };

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
const purpose = { case: '2026/117', legalBases: [{ id: 'law', version: 1 }], reason: 'because' };

type Record = globalThis.Record<string, unknown>;

const opening = (change: Record = {}): Record => ({
  type: 'tabellion.custody-item',
  v: 1,
  item: ITEM,
  leaf: toHex(LEAF),
  origin: { kind: 'ANCHORED', acquisition: '01'.repeat(16), batch: '02'.repeat(32), index: 2 },
  seals: [],
  witnesses: [],
  ...purpose,
  happenedAt: NOW - 9 * HOUR,
  flags: [],
  timeWindowSeconds: 900,
  act: act(NOW - 8 * HOUR, 'AlphaMSP'),
  ...change,
});

const step = (sequence: number, kind: string, member: string, change: Record = {}): Record => ({
  type: 'tabellion.custody',
  v: 1,
  kind,
  item: ITEM,
  sequence,
  happenedAt: NOW - (8 - sequence) * HOUR,
  ...purpose,
  flags: kind === 'ACCEPT' ? ['TRANSIT_GAP'] : [],
  timeWindowSeconds: 900,
  act: act(NOW - (7 - sequence) * HOUR, member),
  ...change,
});

const head = (sequence: number, last: string, change: Record = {}): Record => ({
  type: 'tabellion.item-head',
  v: 1,
  item: ITEM,
  sequence,
  last,
  happenedAt: NOW - 5 * HOUR,
  status: 'HELD',
  holder: { member: 'BravoMSP', person: 'p-BravoMSP' },
  offer: null,
  seals: ['S-1'],
  holds: [],
  mirror: null,
  ...change,
});

export interface CustodyPlan {
  /** Whose chain it is, unless {@link ITEM}. */
  readonly item?: string;
  readonly opening?: Record;
  /** Changes to the steps, by position. */
  readonly steps?: readonly Record[];
  readonly head?: Record;
  /** Applied last, to the exact bytes. */
  readonly parts?: (parts: Omit<CustodyParts, 'attestation'>) => Omit<CustodyParts, 'attestation'>;
  readonly attestation?: Partial<AttestationPlan>;
}

/** Offered by Alpha, accepted and examined by Bravo. */
export function buildCustodyBundle(consortium: TestConsortium, plan: CustodyPlan = {}): Uint8Array {
  const { item = ITEM } = plan;
  const first = canonicalBytes(opening({ item, ...plan.opening }));
  const drafts = [
    step(1, 'OFFER', 'AlphaMSP', { to: { member: 'BravoMSP' } }),
    step(2, 'ACCEPT', 'BravoMSP', { foundSeals: [], checked: 'MATCHES' }),
    step(3, 'EXAMINE', 'BravoMSP'),
  ];
  let previous = toHex(sha256(first));
  const steps = drafts.map((draft, at) => {
    const bytes = canonicalBytes({ ...draft, item, previous, ...plan.steps?.[at] });
    previous = toHex(sha256(bytes));
    return bytes;
  });
  const standing = canonicalBytes(head(steps.length, previous, { item, ...plan.head }));
  const sound = { commitment: leaves[ITEM_INDEX]!, opening: first, steps, head: standing };
  const parts = plan.parts?.(sound) ?? sound;
  const key = `item-head/${item}`;
  const asked = planAttestation(consortium, parts.head);
  const [lifecycle, own] = asked.namespaces;
  const attestation = buildAttestation({
    ...asked,
    args: [utf8('custody:read'), utf8(key)],
    namespaces: [lifecycle!, { ...own!, reads: [{ key, version: { block: 61, transaction: 0 } }] }],
    ...plan.attestation,
  });
  return encodeCustodyBundle({ ...parts, attestation });
}

export function custodyCases(embedded: TestConsortium): Case[] {
  const by = (
    name: string,
    code: Case['code'],
    plan: CustodyPlan = {},
    against: Partial<Case> = {},
  ): Case => ({
    name: `custody: ${name}`,
    code,
    bundle: buildCustodyBundle(embedded, plan),
    ...{ trust: embedded.trust, now: NOW, file: GOOD_FILE },
    ...against,
  });
  const without = (position: number): CustodyPlan => ({
    parts: (parts) => ({ ...parts, steps: parts.steps.toSpliced(position, 1) }),
  });
  const bare: CustodyPlan = { parts: ({ commitment: _, ...parts }) => parts };
  const other = leaves[0]!;
  return [
    by('sound', 'INTACT'),
    withoutFile(by('without the commitment', 'INTACT', bare)),
    by('another file', 'FILE_DIGEST_MISMATCH', {}, { file: { sha256: '00'.repeat(32), size: 3 } }),
    by('the commitment of another item', 'ITEM_MISMATCH', {
      parts: (parts) => ({ ...parts, commitment: other }),
    }),
    by('a file, and nothing to compare it with', 'ITEM_MISSING', bare),
    by('the first step left out', 'CHAIN_MISMATCH', without(0)),
    by('a step in the middle left out', 'CHAIN_MISMATCH', without(1)),
    by('the last step left out', 'CHAIN_MISMATCH', without(2)),
    by('two steps changed about', 'CHAIN_MISMATCH', {
      parts: (parts) => ({ ...parts, steps: [parts.steps[1]!, parts.steps[0]!, parts.steps[2]!] }),
    }),
    by('a step altered', 'CHAIN_MISMATCH', {
      parts: (parts) => ({
        ...parts,
        steps: parts.steps.with(1, canonicalBytes(step(2, 'REFUSE', 'BravoMSP'))),
      }),
    }),
    by('the opening altered', 'CHAIN_MISMATCH', {
      parts: (parts) => ({ ...parts, opening: canonicalBytes(opening({ case: '2026/118' })) }),
    }),
    by("another item's opening", 'CHAIN_MISMATCH', { opening: { item: '44'.repeat(32) } }),
    by('a name that another member would have', 'CHAIN_MISMATCH', {
      opening: { act: act(NOW - 8 * HOUR, 'BravoMSP') },
    }),
    by('a name that another leaf would have', 'CHAIN_MISMATCH', {
      opening: { leaf: toHex(leafHash(other)) },
    }),
    by('a bare leaf for a name', 'CHAIN_MISMATCH', { opening: { leaf: ITEM } }),
    by('an opening by nobody', 'CHAIN_MISMATCH', { opening: { act: act(NOW, '') } }),
    by('an opening by too long a name', 'CHAIN_MISMATCH', {
      opening: { act: act(NOW, 'M'.repeat(300)) },
    }),
    by("another item's step", 'CHAIN_MISMATCH', { steps: [{}, { item: '44'.repeat(32) }] }),
    by('a number that is not the next', 'CHAIN_MISMATCH', { steps: [{}, { sequence: 3 }] }),
    by('a step of another kind of record', 'CHAIN_MISMATCH', {
      steps: [{}, { type: 'tabellion.batch' }],
    }),
    by('a head that counts more steps', 'CHAIN_MISMATCH', { head: { sequence: 4 } }),
    by('a head of a newer format', 'UNSUPPORTED_VERSION', { head: { v: 2 } }),
    by('another head than the one attested', 'RESPONSE_MISMATCH', {
      attestation: { payload: canonicalBytes(head(9, '55'.repeat(32))) },
    }),
    by('the attestation of a batch', 'WRONG_FUNCTION', {
      attestation: { args: [utf8('evidence:read'), utf8(`item-head/${ITEM}`)] },
    }),
    by('the head of another item asked for', 'KEY_MISMATCH', {
      attestation: { args: [utf8('custody:read'), utf8(`item-head/${'44'.repeat(32)}`)] },
    }),
  ];
}

function withoutFile({ file: _, ...rest }: Case): Case {
  return rest;
}
