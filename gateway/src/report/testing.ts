/** For this folder's tests: lives of items as the ledger would tell them, each record held to its schema. */
import { itemHeadRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import {
  type MemberRecord,
  memberRecord,
  type ReferenceEntry,
} from '@tabellion/chaincode/member/record';
import {
  buildTree,
  type Commitment,
  canonicalBytes,
  commitmentBytes,
  encodeBundle,
  encodeCustodyBundle,
  itemId,
  leafHash,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import type { ItemLife } from '../custody/life.ts';
import { type ReportInput, SECTIONS } from './input.ts';
import { act, basis, createScribe, HOUR, hex, purpose, START } from './testing-act.ts';
import { makeReviews } from './testing-reviews.ts';
import { makeSteps } from './testing-steps.ts';

/** Texts that stand in for those that people write. */
export interface LifeTexts {
  /** Name of the file when it was collected, as UTF-8. */
  readonly path: string;
  readonly memberName: string;
  /** Of every step. */
  readonly reason: string;
}
const PLAIN: LifeTexts = {
  path: 'seized/ledger.xlsx',
  memberName: 'Cybercrime Division',
  reason: 'Transfer for examination',
};

const acquisitionId = 'ab'.repeat(16);
/**
 * @param count of the steps that are drawn from a turning list of kinds.
 * @param more of the commitment of the item's content.
 */
export function makeInput(
  count = 6,
  texts: Partial<LifeTexts> = {},
  more: Partial<Commitment> = {},
): ReportInput {
  const said = { ...PLAIN, ...texts };
  const write = createScribe();
  const commitment = commitmentBytes({
    type: 'tabellion.item',
    v: 1,
    kind: 'file',
    digest: { sha256: hex('content'), md5: '0f'.repeat(16) },
    size: 48_213,
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    path: toBase64url(utf8(said.path)),
    salt: toBase64url(new Uint8Array(16)),
    ...more,
  });
  const leaf = leafHash(commitment);
  const item = itemId('CnAgencyMSP', leaf);
  const tree = buildTree([leafHash(utf8('another')), leaf]);

  const acquisition = write(
    `acquisition/${acquisitionId}`,
    acquisitionRecord.parse({
      type: 'tabellion.acquisition',
      v: 1,
      id: acquisitionId,
      ...purpose,
      reason: 'Search of the office',
      grounds: [{ kind: 'ORDER', reference: 'ORDER/2026/9', sha256: hex('order') }],
      authorisation: { kind: 'INTERNAL', reference: 'AUTH/2026/44' },
      route: 'UNILATERAL',
      method: { id: 'remote-inspection', version: 1 },
      purposes: ['ANALYSE_CRIME'],
      publiclyReleased: 'NO',
      extent: { kind: 'FULL_COPY', justification: 'The disk was about to be wiped' },
      volatility: 'VOLATILE',
      standard: { id: 'iso-iec-27037', version: 1 },
      tools: [{ name: 'imager', version: '4.2' }],
      recordings: [{ kind: 'VIDEO', sha256: hex('video'), size: 1_000_000 }],
      witnesses: [hex('witness')],
      clockOffsetMs: -4200,
      startedAt: START,
      location: {
        systemJurisdiction: 'SG',
        mediumLocation: 'UNKNOWN',
        source: { class: 'NETWORK', nodes: [{ kind: 'server', jurisdiction: 'SG' }] },
      },
      crossBorder: 'YES',
      touched: ['MY', 'SG'],
      flags: ['CROSS_BORDER', 'JURISDICTION_UNKNOWN', 'UNILATERAL', 'FULL_COPY_UNSEGREGATED'],
      timeWindowSeconds: 900,
      act: act('CN', START + HOUR, 'acquire'),
    }),
  );
  const batch = batchRecord.parse({
    type: 'tabellion.batch',
    v: 1,
    acquisition: acquisitionId,
    sequence: 1,
    previous: null,
    root: toHex(tree.root),
    size: 2,
    bytes: 50_000,
    manifest: hex('manifest'),
    collectedAt: START + 60_000,
    ...purpose,
    reason: 'Search of the office',
    touched: ['MY', 'SG'],
    flags: ['VOLATILE_LATE'],
    timeWindowSeconds: 900,
    act: act('CN', START + 2 * HOUR, 'anchor'),
  });
  const batchDigest = digestRecord(batch);
  const anchored = write(`batch/${batchDigest}`, batch);
  const closing = write(
    `closing/${acquisitionId}`,
    closingRecord.parse({
      type: 'tabellion.closing',
      v: 1,
      acquisition: acquisitionId,
      batches: 1,
      items: 2,
      bytes: 50_000,
      endedAt: START + 2 * HOUR,
      unread: 1,
      reason: 'Done',
      ...purpose,
      last: batchDigest,
      act: act('CN', START + 3 * HOUR, 'close'),
    }),
  );
  const answer = write(
    `answer/${acquisitionId}/SG/${hex('answer')}`,
    answerRecord.parse({
      type: 'tabellion.answer',
      v: 1,
      acquisition: acquisitionId,
      position: 'OBJECTION',
      legalBasis: { id: 'sg-macma-8', version: 1 },
      reason: 'No request was made',
      case: '2026/117',
      act: act('SG', START + 5 * HOUR, 'answer', 'centralAuthority'),
    }),
  );
  const opening = write(
    `item/${item}`,
    itemRecord.parse({
      type: 'tabellion.custody-item',
      v: 1,
      item,
      leaf: toHex(leaf),
      origin: { kind: 'ANCHORED', acquisition: acquisitionId, batch: batchDigest, index: 1 },
      mirrorOf: { jurisdiction: 'SG', custodian: 'SG-REGISTRY-7', sha256: hex('content') },
      seals: ['SEAL-0001'],
      witnesses: [],
      ...purpose,
      reason: 'Custody for hand-over',
      happenedAt: START + 6 * HOUR,
      flags: [],
      timeWindowSeconds: 900,
      act: act('CN', START + 6 * HOUR + 120_000, 'open'),
    }),
  );
  const steps = makeSteps(count, opening.record, said.reason).map((step) =>
    write(`custody/${digestRecord(step)}`, step),
  );
  const last = steps.at(-1)?.record ?? opening.record;
  const head = itemHeadRecord.parse({
    type: 'tabellion.item-head',
    v: 1,
    item,
    sequence: count,
    last: digestRecord(last),
    happenedAt: last.happenedAt,
    status: 'HELD',
    holder: { member: 'SgAgencyMSP', person: 'p-44556677eeff0011' },
    offer: null,
    seals: ['SEAL-0001'],
    holds: [],
    way: { steps: 0, bytes: 0 },
    apart: [],
    mirror: 'UNCONFIRMED',
  });
  const life: ItemLife = {
    opening,
    leftOut: [],
    head,
    steps,
    provenance: {
      acquisition,
      batch: anchored,
      closing,
      locations: [],
      answers: [answer],
      segregations: [
        write(
          `segregation/${acquisitionId}/${hex('segregate')}`,
          segregationRecord.parse({
            type: 'tabellion.segregation',
            v: 1,
            acquisition: acquisitionId,
            relevantRoot: hex('relevant'),
            relevant: 1,
            rest: 'SEALED',
            reason: 'Only one file concerns the case',
            ...purpose,
            act: act('CN', last.act.at + HOUR, 'segregate'),
          }),
        ),
      ],
      sources: [],
    },
    derived: [],
    ...makeReviews(item, last.act.at + 2 * HOUR, write),
    reader: { authorisation: 'NOT_ACCEPTED', standard: 'ADOPTED' },
  };
  return {
    life,
    height: 4000,
    ledger: {
      consortium: 'Sample consortium',
      kind: 'fabric',
      channel: 'evidence',
      genesis: hex('genesis'),
    },
    members: [
      makeMember('CnAgencyMSP', said.memberName, 'CN'),
      makeMember('SgAgencyMSP', 'Singapore Police', 'SG'),
    ],
    references: REFERENCES,
    reader: 'SgAgencyMSP',
    bundles: [
      {
        name: 'item.proof.json',
        bytes: encodeBundle({
          commitment,
          index: 1,
          size: 2,
          hashes: tree.path(1),
          record: canonicalBytes(batch),
          attestation: utf8('not looked at here'),
        }),
      },
      {
        name: 'custody.proof.json',
        bytes: encodeCustodyBundle({
          opening: canonicalBytes(opening.record),
          steps: steps.map(({ record }) => canonicalBytes(record)),
          head: canonicalBytes(head),
          attestation: utf8('not looked at here'),
        }),
      },
    ],
    language: 'en',
    sections: SECTIONS,
  };
}

const makeMember = (mspId: string, name: string, jurisdiction: string): MemberRecord =>
  memberRecord.parse({
    type: 'tabellion.member',
    v: 1,
    mspId,
    name,
    jurisdiction,
    kind: 'STATE',
    status: 'ACTIVE',
    profile: {
      acceptedOrders: [],
      acceptedAuthorisations: ['JUDICIAL'],
      adoptedStandards: [{ id: 'iso-iec-27037', version: 1 }],
      schemaVersions: { evidence: [1], member: [1] },
    },
    version: 1,
    cause: { legalBasis: basis, reason: 'Founding', proposal: null },
    act: act('CN', START - HOUR, 'found', 'delegate'),
  });

const REFERENCES: readonly ReferenceEntry[] = [
  {
    register: 'legalBasis',
    id: 'cn-cpl-136',
    version: 1,
    body: {
      instrument: 'Criminal Procedure Law',
      article: 'Art. 136',
      edition: '2018',
      jurisdiction: 'CN',
      opens: ['DOMESTIC'],
    },
  },
  {
    register: 'standard',
    id: 'iso-iec-27037',
    version: 1,
    body: { title: 'Guidelines for digital evidence', publisher: 'ISO/IEC', edition: '2012' },
  },
];
