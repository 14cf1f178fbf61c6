/** For this folder's tests: a life in which everything happened once, and the tools of others. */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { custodyRecord, itemHeadRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import { acquisitionRecord, batchRecord } from '@tabellion/chaincode/evidence/record';
import type { Act } from '@tabellion/chaincode/kernel/schema';
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import type { Commitment } from '@tabellion/proof';
import type { ItemLife } from '../custody/life.ts';
import { draftAcquisition } from '../evidence/testing.ts';
import type { LedgerName } from './case/case-node.ts';

export const LEDGER: LedgerName = { consortium: 'Test', genesis: 'ab'.repeat(32) };

/** The program of that name, or that the variable names; undefined where it does not run. */
export function findTool(variable: string, name: string, probe: string): string | undefined {
  const program = process.env[variable] ?? name;
  return spawnSync(program, [probe]).status === 0 ? program : undefined;
}

const digest = (text: string) => hash('sha256', text);
const START = 1_790_000_000_000;

export const sampleCommitment = (changes: Partial<Commitment> = {}): Commitment => ({
  type: 'tabellion.item',
  v: 1,
  kind: 'file',
  digest: { sha256: digest('content'), md5: 'd'.repeat(32) },
  size: 7,
  mediaType: 'image/jpeg',
  path: Buffer.from('disk1/照片 1.jpg').toString('base64url'),
  exhibit: 'EX-1',
  seal: 'S-1',
  modifiedAt: START,
  salt: 'A'.repeat(22),
  ...changes,
});

const purpose = { case: 'C/2026/1', legalBases: [{ id: 'statute', version: 1 }] };
let position = 0;
const recorded = <T extends object>(key: string, record: T) => {
  position += 1;
  return { key, record, txId: digest(key), block: position, position: 0, late: false };
};
const actAt = (at: number): Act => ({
  txId: digest(`${at}`),
  at,
  member: 'CnMSP',
  jurisdiction: 'CN',
  role: 'investigator',
  person: 'p-0123456789abcdef',
  certificate: digest('certificate'),
  keyCustody: 'person',
});

/** One step of each kind; as a chain of custody it is no legal one. */
const STEPS = [
  { kind: 'OFFER', to: { member: 'SgMSP' } },
  { kind: 'ACCEPT', foundSeals: [{ seal: 'S-1', intact: false }], checked: 'MATCHES' },
  { kind: 'REFUSE' },
  { kind: 'WITHDRAW' },
  { kind: 'TAKE_OVER', foundSeals: [], checked: 'NOT_CHECKED' },
  {
    kind: 'EXAMINE',
    method: '=keyword search',
    tools: [{ name: 'examiner', version: '2.1', sha256: digest('tool') }],
    report: { sha256: digest('report'), size: 100 },
    checked: 'MATCHES',
    recordings: [{ kind: 'VIDEO', sha256: digest('film'), size: 9 }],
  },
  { kind: 'SEAL', seals: ['S-2'], witnesses: [], pictures: [] },
  {
    kind: 'UNSEAL',
    foundSeals: [{ seal: 'S-2', intact: true }],
    witnesses: [],
    pictures: [{ kind: 'PHOTO', sha256: digest('photo'), size: 5 }],
  },
  { kind: 'MOVE', storage: { place: 'vault 2', conditions: 'dry, 18 C' }, foundSeals: [] },
  { kind: 'HOLD', legalBasis: { id: 'statute', version: 1 } },
  { kind: 'LIFT', hold: digest('hold') },
  { kind: 'CORRECT', corrects: digest('step'), statement: 'the seal was S-3' },
  { kind: 'CONFIRM', position: 'CONFIRMED', sha256: digest('content') },
  { kind: 'RETURN', to: 'the entitled person' },
  {
    kind: 'DISPOSE',
    legalBasis: { id: 'statute', version: 1 },
    authority: { kind: 'JUDICIAL', reference: 'J/9' },
    witnesses: [],
  },
];

const ITEM = digest('item');

/** Every record passes its schema. */
export function sampleLife(): ItemLife {
  position = 0;
  const acquisition = acquisitionRecord.parse({
    ...draftAcquisition('CN', 'statute', { id: 'a'.repeat(32), startedAt: START - 60_000 }),
    type: 'tabellion.acquisition',
    v: 1,
    crossBorder: 'NO',
    touched: [],
    flags: [],
    timeWindowSeconds: 900,
    act: actAt(START - 1000),
    tools: [{ name: 'imager', version: '4.2' }],
    recordings: [{ kind: 'VIDEO', sha256: digest('seizure'), size: 11 }],
    authorisation: { kind: 'JUDICIAL', reference: 'J/1' },
    grounds: [{ kind: 'TREATY', reference: 'T/1' }],
  });
  const batch = batchRecord.parse({
    type: 'tabellion.batch',
    v: 1,
    acquisition: acquisition.id,
    sequence: 1,
    previous: null,
    root: digest('root'),
    size: 1,
    bytes: 7,
    manifest: digest('manifest'),
    collectedAt: START,
    ...purpose,
    reason: 'search',
    touched: [],
    flags: [],
    timeWindowSeconds: 900,
    act: actAt(START),
  });
  const openItem = (item: string, origin: object) =>
    recorded(
      `item/${item}`,
      itemRecord.parse({
        type: 'tabellion.custody-item',
        v: 1,
        item,
        leaf: digest(item),
        origin,
        seals: ['S-1'],
        witnesses: [],
        ...purpose,
        reason: 'to be handed over',
        happenedAt: START,
        flags: ['RECORDED_LATE'],
        timeWindowSeconds: 900,
        act: actAt(START + 1000),
      }),
    );
  const subject = { kind: 'ITEM', id: ITEM };
  const statement = { legalBasis: { id: 'statute', version: 1 }, reason: 'as I see it' };
  const report = { v: 1, case: purpose.case, act: actAt(START + 2000) };
  return {
    opening: openItem(ITEM, {
      kind: 'ANCHORED',
      acquisition: acquisition.id,
      batch: digest('batch'),
      index: 0,
    }),
    head: itemHeadRecord.parse({
      type: 'tabellion.item-head',
      v: 1,
      item: ITEM,
      sequence: STEPS.length,
      last: digest('last'),
      happenedAt: START,
      status: 'HELD',
      holder: { member: 'CnMSP', person: 'p-0123456789abcdef' },
      offer: null,
      seals: [],
      holds: [],
      mirror: null,
      way: { steps: STEPS.length, bytes: 0 },
      apart: [],
    }),
    steps: STEPS.map((body, at) =>
      recorded(
        `custody/${digest(`step ${at}`)}`,
        custodyRecord.parse({
          type: 'tabellion.custody',
          v: 1,
          item: ITEM,
          sequence: at + 1,
          previous: digest(`step ${at - 1}`),
          happenedAt: START + at * 60_000,
          reason: 'for the case',
          ...body,
          ...purpose,
          flags: body.kind === 'ACCEPT' ? ['SEAL_BROKEN', 'TRANSIT_GAP'] : [],
          timeWindowSeconds: 900,
          act: actAt(START + at * 60_000 + 5000),
        }),
      ),
    ),
    provenance: {
      acquisition: recorded(`acquisition/${acquisition.id}`, acquisition),
      batch: recorded(`batch/${digest('batch')}`, batch),
      closing: null,
      locations: [],
      answers: [],
      segregations: [],
      sources: [],
    },
    derived: [
      openItem(digest('copy'), {
        kind: 'DERIVED',
        source: ITEM,
        as: { form: 'WORKING_COPY' },
        tools: [{ name: 'copier', version: '1' }],
      }),
    ],
    objections: [
      {
        objection: recorded(
          `objection/${'0'.repeat(32)}`,
          objectionRecord.parse({
            type: 'tabellion.objection',
            ...report,
            id: '0'.repeat(32),
            subject,
            by: { capacity: 'DEFENCE', person: digest('name') },
            ...statement,
            answerer: 'CnMSP',
            answerBy: START,
            timeWindowSeconds: 900,
          }),
        ),
        replies: [
          recorded(
            `reply/${'0'.repeat(32)}/${digest('reply')}`,
            replyRecord.parse({
              type: 'tabellion.reply',
              ...report,
              objection: '0'.repeat(32),
              outcome: 'REJECTED',
              subject,
              ...statement,
              overdue: false,
              flags: [],
              timeWindowSeconds: 900,
            }),
          ),
        ],
        overdue: false,
      },
    ],
    regularity: [
      recorded(
        `regularity/${ITEM}/${digest('judge')}`,
        regularityRecord.parse({
          type: 'tabellion.regularity',
          ...report,
          subject,
          outcome: 'ACCEPTED',
          ...statement,
        }),
      ),
    ],
    authenticity: [
      recorded(
        `authenticity/${ITEM}/${digest('examine')}`,
        authenticityRecord.parse({
          type: 'tabellion.authenticity',
          ...report,
          legalBases: purpose.legalBases,
          subject,
          method: 'noise analysis',
          tools: [],
          result: 'INCONCLUSIVE',
          reason: 'too small',
          flags: ['SELF_REVIEW'],
        }),
      ),
    ],
    leftOut: [],
    weights: [
      recorded(
        `weight/${ITEM}/${digest('weigh')}`,
        weightRecord.parse({
          type: 'tabellion.weight',
          ...report,
          legalBases: purpose.legalBases,
          subject,
          showsDestination: 'UNCLEAR',
          reason: 'one of two accounts',
          flags: [],
        }),
      ),
    ],
    reader: { authorisation: 'ACCEPTED', standard: 'ADOPTED' },
  };
}
