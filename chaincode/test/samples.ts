/** Valid inputs and records that tests change one thing of. */
import { expect } from 'vitest';
import type { AcquireContext } from '../src/evidence/acquire.ts';
import type {
  AcquireInput,
  AcquisitionRecord,
  AnchorInput,
  HeadRecord,
  Location,
  LocationHeadRecord,
} from '../src/evidence/record.ts';
import { ContractError, type ErrorCode } from '../src/kernel/errors.ts';
import type { Act } from '../src/kernel/schema.ts';
import type { Caller } from '../src/member/caller.ts';
import type { Cause, FoundInput, MemberRecord, Profile } from '../src/member/record.ts';

export const NOW = 1_790_000_000_000;
export const digest = (character: string) => character.repeat(64);
export const ACQUISITION = 'a'.repeat(32);

export function expectRefusal(act: () => unknown, code: ErrorCode): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ContractError);
  expect((thrown as ContractError).code).toBe(code);
}

export const sampleProfile: Profile = {
  acceptedOrders: [],
  acceptedAuthorisations: ['JUDICIAL'],
  adoptedStandards: [{ id: 'iso-27037', version: 1 }],
  schemaVersions: { evidence: [1], member: [1] },
};

export const sampleAct = (changes: Partial<Act> = {}): Act => ({
  txId: digest('1'),
  at: NOW,
  member: 'CnMSP',
  jurisdiction: 'CN',
  role: 'investigator',
  person: 'p-0123456789abcdef',
  certificate: digest('2'),
  keyCustody: 'person',
  ...changes,
});

export const sampleCause: Cause = {
  legalBasis: { id: 'charter', version: 1 },
  reason: 'founding',
  proposal: null,
};

export const sampleMember = (changes: Partial<MemberRecord> = {}): MemberRecord => ({
  type: 'tabellion.member',
  v: 1,
  mspId: 'CnMSP',
  name: 'Agency CN',
  jurisdiction: 'CN',
  kind: 'STATE',
  status: 'ACTIVE',
  profile: sampleProfile,
  version: 1,
  cause: sampleCause,
  act: sampleAct({ role: 'delegate' }),
  ...changes,
});

export const sampleCaller = (
  changes: Partial<Act> = {},
  member: Partial<MemberRecord> = {},
): Caller => ({
  act: sampleAct(changes),
  member: sampleMember(member),
});

export const sampleFounding = (): FoundInput => ({
  members: [
    {
      mspId: 'CnMSP',
      name: 'Agency CN',
      jurisdiction: 'CN',
      kind: 'STATE',
      profile: sampleProfile,
    },
    {
      mspId: 'SgMSP',
      name: 'Agency SG',
      jurisdiction: 'SG',
      kind: 'STATE',
      profile: sampleProfile,
    },
    {
      mspId: 'DeMSP',
      name: 'Agency DE',
      jurisdiction: 'DE',
      kind: 'STATE',
      profile: sampleProfile,
    },
    {
      mspId: 'ExMSP',
      name: 'Exchange',
      jurisdiction: 'SG',
      kind: 'EXCHANGE',
      profile: sampleProfile,
    },
  ],
  parameters: {
    endorsementThreshold: 2,
    voteThresholdBps: 6000,
    batchMaxItems: 1000,
    volatileGapSeconds: 3600,
    timeWindowSeconds: 900,
    noticeDelayMaxSeconds: 86_400,
    custodyGapSeconds: 86_400,
    objectionAnswerSeconds: 2_592_000,
    disclosureMaxSeconds: 7_776_000,
    labelFetchSeconds: 60,
  },
  reference: [
    {
      register: 'legalBasis',
      id: 'charter',
      version: 1,
      body: {
        instrument: 'Founding agreement',
        article: '1',
        edition: '2026',
        jurisdiction: 'CN',
        opens: ['DOMESTIC'],
      },
    },
    {
      register: 'legalBasis',
      id: 'treaty',
      version: 1,
      body: {
        instrument: 'Assistance treaty',
        article: '3',
        edition: '2026',
        jurisdiction: 'CN',
        opens: ['TREATY', 'DELAYED_NOTICE'],
      },
    },
    {
      register: 'method',
      id: 'seizure',
      version: 1,
      body: { title: 'Seizure of a medium', unilateral: false, obligations: [] },
    },
    {
      register: 'method',
      id: 'remote-inspection',
      version: 1,
      body: { title: 'Remote inspection', unilateral: true, obligations: ['RECORDING'] },
    },
    {
      register: 'method',
      id: 'technical-investigation',
      version: 1,
      body: { title: 'Technical investigation', unilateral: true, obligations: ['ORDER'] },
    },
    {
      register: 'standard',
      id: 'iso-27037',
      version: 1,
      body: { title: 'Identification and collection', publisher: 'ISO', edition: '2012' },
    },
    {
      register: 'taxonomy',
      id: 'addresses',
      version: 1,
      body: {
        title: 'What addresses are labelled as',
        publisher: 'the members',
        edition: '2026',
        categories: [
          { id: 'service', title: 'Service' },
          { id: 'mixer', parent: 'service', title: 'Mixing service' },
          { id: 'ransomware', title: 'Ransomware' },
        ],
      },
    },
  ],
  legalBasis: { id: 'charter', version: 1 },
  reason: 'the members found their consortium',
});

export const at = (system: string, medium = system): Location => ({
  systemJurisdiction: system,
  mediumLocation: medium,
  source: { class: 'STANDALONE' },
});

export const sampleAcquire = (changes: Partial<AcquireInput> = {}): AcquireInput => ({
  id: ACQUISITION,
  case: 'CASE-2026-1',
  legalBases: [{ id: 'charter', version: 1 }],
  reason: 'search of a seized computer',
  grounds: [],
  route: 'DOMESTIC',
  method: { id: 'seizure', version: 1 },
  purposes: ['JUDGE_CASE'],
  publiclyReleased: 'NO',
  extent: { kind: 'SELECTIVE' },
  volatility: 'ORDINARY',
  standard: { id: 'iso-27037', version: 1 },
  tools: [],
  recordings: [],
  witnesses: [],
  startedAt: NOW - 60_000,
  location: at('CN'),
  ...changes,
});

export const sampleContext = (changes: Partial<AcquireContext> = {}): AcquireContext => ({
  exists: false,
  method: { title: 'Seizure of a medium', unilateral: false, obligations: [] },
  legalBases: [
    {
      instrument: 'Criminal procedure law',
      article: '1',
      edition: '2026',
      jurisdiction: 'CN',
      opens: ['DOMESTIC', 'TREATY', 'DELAYED_NOTICE'],
    },
  ],
  parameters: { timeWindowSeconds: 900, noticeDelayMaxSeconds: 86_400 },
  ...changes,
});

export const sampleAcquisition = (changes: Partial<AcquisitionRecord> = {}): AcquisitionRecord => ({
  type: 'tabellion.acquisition',
  v: 1,
  ...sampleAcquire(),
  crossBorder: 'NO',
  touched: [],
  flags: [],
  timeWindowSeconds: 900,
  act: sampleAct(),
  ...changes,
});

export const sampleHead = (changes: Partial<HeadRecord> = {}): HeadRecord => ({
  type: 'tabellion.head',
  v: 1,
  acquisition: ACQUISITION,
  sequence: 0,
  last: null,
  items: 0,
  bytes: 0,
  closed: false,
  ...changes,
});

export const sampleLocationHead = (
  changes: Partial<LocationHeadRecord> = {},
): LocationHeadRecord => ({
  type: 'tabellion.location-head',
  v: 1,
  acquisition: ACQUISITION,
  location: at('DE'),
  crossBorder: 'YES',
  touched: ['DE'],
  ...changes,
});

export const sampleAnchor = (changes: Partial<AnchorInput> = {}): AnchorInput => ({
  acquisition: ACQUISITION,
  sequence: 1,
  previous: null,
  root: digest('b'),
  size: 10,
  bytes: 1000,
  manifest: digest('c'),
  collectedAt: NOW - 30_000,
  ...changes,
});
