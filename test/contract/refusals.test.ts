/** Every refusal code, from the real contracts: the ledger does not grow. The tables are complete. */
import { type AcquireInput, MAX_POSITIONS } from '@tabellion/chaincode/evidence/record';
import { readCredentials } from '@tabellion/chaincode/kernel/credentials';
import { ERROR_CODES, type ErrorCode } from '@tabellion/chaincode/kernel/errors';
import type { Role } from '@tabellion/chaincode/member/record';
import { MAX_OPEN_OBJECTIONS, MAX_REPLIES } from '@tabellion/chaincode/review/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  at,
  digest,
  NOW,
  sampleAcquire,
  sampleAnchor,
  sampleProfile,
} from '../../chaincode/test/samples.ts';
import { custodyRefusals } from './custody-refusals.ts';
import { labelRefusals } from './label-refusals.ts';
import { orderRefusals } from './order-refusals.ts';
import type { Attempt } from './refusal.ts';
import {
  acquire,
  acquireAbroad,
  CHARTER,
  carry,
  closedWithItems,
  GROUNDS,
  newId,
  propose,
  sampleGrant,
  sampleObjection,
  TREATY,
  vote,
} from './scene.ts';
import { type ActOptions, openWorld, type Person, type World } from './world.ts';

type Table = Partial<Record<ErrorCode, () => Promise<Attempt> | Attempt>>;

let world: World;
const person = (mspId: string, role: string, as?: Person) => world.person(mspId, role as Role, as);
/** By the investigator of CN unless told otherwise. */
async function attempt({ by, name, input, options }: Attempt, code: ErrorCode): Promise<void> {
  await world.refuse(code, by ?? (await person('CnMSP', 'investigator')), name, input, options);
}

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const acquiring = (changes: Partial<AcquireInput> = {}, options: ActOptions = {}): Attempt => ({
  name: 'evidence:acquire',
  input: sampleAcquire({ id: newId(), ...changes }),
  options,
});
const abroad = { route: 'UNILATERAL', location: at('DE') } as const;

const SEALED = canonicalBytes({ location: at('DE'), salt: 'c2FsdHNhbHRzYWx0c2FsdA' });
function acquiringCovertly(notice: object = {}, transient = true, bytes = SEALED): Attempt {
  const { location: _, ...facts } = sampleAcquire({
    id: newId(),
    route: 'MUTUAL_ASSISTANCE',
    legalBases: [TREATY],
    grounds: GROUNDS,
  });
  const delayedNotice = {
    basis: TREATY,
    latest: NOW + 1000,
    sealed: toHex(sha256(bytes)),
    ...notice,
  };
  return {
    name: 'evidence:acquire',
    input: { ...facts, delayedNotice },
    options: transient ? { transient: { location: bytes } } : {},
  };
}

const founding = async (changes: object): Promise<Attempt> => ({
  by: await person('CnMSP', 'delegate'),
  name: 'member:found',
  input: { ...world.founding, ...changes },
});
const proposing = async (change: object): Promise<Attempt> => ({
  by: await person('CnMSP', 'delegate'),
  name: 'member:propose',
  input: { id: newId(32), change, legalBasis: CHARTER, reason: 'agreed' },
});
const anchoring = (acquisition: string, changes: object = {}): Attempt => ({
  name: 'evidence:anchor',
  input: sampleAnchor({ acquisition, ...changes }),
});
const closing = (acquisition: string, changes: object = {}) => ({
  acquisition,
  batches: 0,
  items: 0,
  bytes: 0,
  endedAt: NOW,
  unread: 0,
  reason: 'collection finished',
  ...changes,
});
const segregating = (acquisition: string, relevant: number): Attempt => ({
  name: 'evidence:segregate',
  input: {
    acquisition,
    relevantRoot: digest('d'),
    relevant,
    rest: 'SEALED',
    reason: 'files of the case',
  },
});
const determining = (acquisition: string, place: string): Attempt => ({
  name: 'evidence:determine',
  input: { acquisition, location: at(place), reason: 'the provider answered' },
});
async function closed(changes: Partial<AcquireInput> = {}): Promise<string> {
  const id = await acquire(world, changes);
  await world.act(await person('CnMSP', 'investigator'), 'evidence:close', closing(id));
  return id;
}
const granting = (acquisition: string, changes: object = {}): Attempt => ({
  name: 'disclosure:grant',
  input: sampleGrant(acquisition, changes),
});
const fullCopy = { extent: { kind: 'FULL_COPY', justification: 'encrypted disk' } } as const;

const beforeFounding: Table = {
  UNKNOWN_MEMBER: () => acquiring(),
  NOT_A_FOUNDER: async () => {
    const { members } = world.founding;
    return founding({ members: members.filter(({ mspId }) => mspId !== 'CnMSP') });
  },
  DUPLICATE_ENTRY: () => {
    const { members } = world.founding;
    return founding({ members: [...members, members[0]] });
  },
  JURISDICTION_TAKEN: () => {
    const [first, second, ...rest] = world.founding.members;
    return founding({ members: [first, { ...second, jurisdiction: 'CN' }, ...rest] });
  },
  NO_STATE_LEFT: () => {
    const members = world.founding.members.map((member) => ({ ...member, kind: 'PLATFORM' }));
    return founding({ members });
  },
};

const afterFounding: Table = {
  BAD_INPUT: () => acquiring({ case: 'two words' }),
  UNKNOWN_TRANSACTION: () => ({ name: 'evidence:erase', input: {} }),
  NOT_FOUND: () => anchoring(newId()),
  ALREADY_EXISTS: async () => acquiring({ id: await acquire(world) }),
  CERTIFICATE_MALFORMED: async () => ({
    ...acquiring(),
    by: await person('CnMSP', 'investigator', { pseudonym: 'Jane Doe' }),
  }),
  ROLE_MISSING: async () => ({ ...acquiring(), by: await person('CnMSP', undefined as never) }),
  ROLE_UNKNOWN: async () => ({ ...acquiring(), by: await person('CnMSP', 'king') }),
  KEY_CUSTODY_MISSING: async () => ({
    ...acquiring(),
    by: await person('CnMSP', 'investigator', { keyCustody: undefined as never }),
  }),
  NOT_ALLOWED: async () => ({ ...acquiring(), by: await person('CnMSP', 'auditor') }),
  ALREADY_FOUNDED: () => founding({}),
  TOO_FEW_MEMBERS: () =>
    proposing({ kind: 'SET_PARAMETER', name: 'endorsementThreshold', value: 5 }),
  PARAMETER_OUT_OF_RANGE: () =>
    proposing({ kind: 'SET_PARAMETER', name: 'endorsementThreshold', value: 1 }),
  VERSION_NOT_NEWER: () => proposing({ kind: 'PUBLISH', entry: world.founding.reference[2] }),
  NO_CHANGE: () => proposing({ kind: 'RESUME', mspId: 'DeMSP' }),
  PROPOSAL_DECIDED: async () => {
    const proposal = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    await vote(world, 'CnMSP', proposal, 'NO');
    await vote(world, 'DeMSP', proposal, 'NO');
    const input = { proposal, choice: 'YES', reason: 'too late' };
    return { by: await person('SgMSP', 'delegate'), name: 'member:vote', input };
  },
  ALREADY_VOTED: async () => {
    const proposal = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    await vote(world, 'SgMSP', proposal);
    const input = { proposal, choice: 'NO', reason: 'changed our mind' };
    return { by: await person('SgMSP', 'delegate'), name: 'member:vote', input };
  },
  REFERENCE_UNKNOWN: () => acquiring({ method: { id: 'mind-reading', version: 1 } }),
  ROUTE_NOT_ALLOWED: async () => ({
    ...acquiring({ route: 'PROVIDER_DIRECT', location: at('SG') }),
    by: await person('ExMSP', 'investigator'),
  }),
  ROUTE_CONTRADICTS_FACTS: () => acquiring({ location: at('UNKNOWN') }),
  GROUND_REQUIRED: () => acquiring(abroad),
  BASIS_DOES_NOT_OPEN: () => acquiring({ ...abroad, grounds: GROUNDS }),
  RECORDING_REQUIRED: () => acquiring({ method: { id: 'remote-inspection', version: 1 } }),
  ORDER_REQUIRED: () => acquiring({ method: { id: 'technical-investigation', version: 1 } }),
  TIME_ORDER: () => acquiring({ endedAt: NOW - 60_001 }),
  TIME_IN_FUTURE: () => acquiring({ startedAt: NOW + 900_001 }),
  NOTICE_DELAY_TOO_LONG: () => acquiringCovertly({ latest: NOW + 86_400_001 }),
  LOCATION_MISSING: () => acquiringCovertly({}, false),
  SEAL_MISMATCH: () => acquiringCovertly({ sealed: digest('0') }),
  CONTINUES_OTHER_CASE: async () =>
    acquiring({ continues: await acquire(world, { case: 'OTHER' }) }),
  NOT_OWN_MEMBER: async () => ({
    ...anchoring(await acquire(world)),
    by: await person('DeMSP', 'investigator'),
  }),
  NOT_RESPONSIBLE_PERSON: async () => ({
    ...anchoring(await acquire(world)),
    by: await person('CnMSP', 'investigator', { pseudonym: 'p-other' }),
  }),
  ACQUISITION_CLOSED: async () => anchoring(await closed()),
  ACQUISITION_OPEN: async () => segregating(await acquire(world, fullCopy), 0),
  CHAIN_CONFLICT: async () =>
    anchoring(await acquire(world), { sequence: 2, previous: digest('d') }),
  BATCH_TOO_LARGE: async () => anchoring(await acquire(world), { size: 1001 }),
  TOTALS_DIFFER: async () => ({
    name: 'evidence:close',
    input: closing(await acquire(world), { items: 1 }),
  }),
  TOTALS_OVERFLOW: async () => {
    const id = await acquire(world);
    const first = sampleAnchor({ acquisition: id, bytes: Number.MAX_SAFE_INTEGER });
    const { writes } = await world.act(
      await person('CnMSP', 'investigator'),
      'evidence:anchor',
      first,
    );
    const { last } = writes[`head/${id}`] as { last: string };
    return anchoring(id, { sequence: 2, previous: last, bytes: 1 });
  },
  NOT_TOUCHED: async () => ({
    by: await person('SgMSP', 'liaisonAuthority'),
    name: 'evidence:answer',
    input: {
      acquisition: await acquireAbroad(world),
      position: 'NO_OBJECTION',
      legalBasis: TREATY,
      reason: 'not our concern',
    },
  }),
  POSITIONS_USED_UP: async () => {
    const answer = {
      by: await person('DeMSP', 'liaisonAuthority'),
      name: 'evidence:answer',
      input: {
        acquisition: await acquireAbroad(world),
        position: 'NO_OBJECTION',
        legalBasis: TREATY,
        reason: 'on reflection',
      },
    };
    for (let count = 0; count < MAX_POSITIONS; count += 1)
      await world.act(answer.by, answer.name, answer.input);
    return answer;
  },
  NOT_SEALED: async () => ({
    name: 'evidence:disclose',
    input: {
      acquisition: await acquireAbroad(world),
      location: at('DE'),
      salt: 'c2FsdHNhbHRzYWx0c2FsdA',
      reason: 'the measure has ended',
    },
  }),
  LOCATION_SEALED: async () => {
    const { name, input, options } = acquiringCovertly();
    await world.act(await person('CnMSP', 'investigator'), name, input, options);
    return determining((input as { id: string }).id, 'DE');
  },
  NOTHING_TO_DETERMINE: async () => determining(await acquireAbroad(world), 'DE'),
  DETERMINATION_CONTRADICTS: async () => determining(await acquireAbroad(world), 'CN'),
  NOT_A_FULL_COPY: async () => segregating(await closed(), 0),
  RELEVANT_EXCEEDS_ITEMS: async () => segregating(await closed(fullCopy), 1),
  ...custodyRefusals(() => world),
  TOO_MANY_OBJECTIONS: async () => {
    const subject = { kind: 'ACQUISITION', id: await acquire(world) } as const;
    const by = await person('SgMSP', 'liaisonAuthority');
    for (let count = 0; count < MAX_OPEN_OBJECTIONS; count += 1) {
      await world.act(by, 'review:object', sampleObjection(subject));
    }
    return { by, name: 'review:object', input: sampleObjection(subject) };
  },
  TOO_MANY_REPLIES: async () => {
    const objection = sampleObjection({ kind: 'ACQUISITION', id: await acquire(world) });
    await world.act(await person('SgMSP', 'liaisonAuthority'), 'review:object', objection);
    const by = await person('CnMSP', 'prosecutor');
    const reply = { objection: objection.id, outcome: 'UPHELD', legalBasis: TREATY, reason: 'due' };
    for (let count = 0; count < MAX_REPLIES; count += 1) await world.act(by, 'review:reply', reply);
    return { by, name: 'review:reply', input: reply };
  },
  NOT_ANSWERER: async () => {
    const objection = sampleObjection({ kind: 'ACQUISITION', id: await acquire(world) });
    await world.act(await person('SgMSP', 'liaisonAuthority'), 'review:object', objection);
    return {
      by: await person('SgMSP', 'liaisonAuthority'),
      name: 'review:reply',
      input: {
        objection: objection.id,
        outcome: 'UPHELD',
        legalBasis: TREATY,
        reason: 'we agree with ourselves',
      },
    };
  },
  SELF_REVIEW: async () => {
    const id = await acquire(world);
    const { certificate } = await person('CnMSP', 'investigator');
    const pseudonym = readCredentials('CnMSP', certificate).person;
    return {
      by: await person('CnMSP', 'prosecutor', { pseudonym }),
      name: 'review:judge',
      input: {
        subject: { kind: 'ACQUISITION', id },
        outcome: 'ACCEPTED',
        legalBasis: TREATY,
        reason: 'all in order',
      },
    };
  },
  GRANTEE_NOT_ALLOWED: async () => ({
    ...granting(await closed()),
    by: await person('ExMSP', 'delegate'),
  }),
  SET_EXCEEDS_ITEMS: async () => granting(await closed()),
  DISCLOSURE_TOO_LONG: async () =>
    granting(await closedWithItems(world), { expiresAt: NOW + 7_776_000_001 }),
  ...labelRefusals(() => world),
  ...orderRefusals(() => world),
};

const afterChanges: Table = {
  MEMBER_SUSPENDED: async () => ({ ...acquiring(), by: await person('ExMSP', 'investigator') }),
  REFERENCE_SUPERSEDED: () => acquiring(),
  THRESHOLD_TOO_LOW: () =>
    proposing({
      kind: 'ADMIT',
      mspId: 'ZzMSP',
      name: 'Agency ZZ',
      jurisdiction: 'ZZ',
      memberKind: 'STATE',
      profile: sampleProfile,
    }),
};

const codesOf = (table: Table) => Object.keys(table) as ErrorCode[];

it('the tables hold every code but what no sender can bring about, or only with thousands of acts', () => {
  const held = [beforeFounding, afterFounding, afterChanges].flatMap(codesOf);
  expect([...held, 'STATE_CORRUPT', 'CHAIN_FULL', 'SAID_TOO_MUCH'].sort()).toEqual(
    [...ERROR_CODES].sort(),
  );
});

describe('before the founding', () => {
  it.each(codesOf(beforeFounding))('%s', async (code) => {
    await attempt(await beforeFounding[code]!(), code);
  });
});

describe('in a founded consortium', () => {
  beforeAll(() => world.found());
  afterEach(() => {
    world.clock.time = NOW;
  });
  it.each(codesOf(afterFounding))('%s', async (code) => {
    await attempt(await afterFounding[code]!(), code);
  });
});

describe('after changes by vote', () => {
  beforeAll(async () => {
    const seizure = world.founding.reference[2]!;
    await carry(world, { kind: 'PUBLISH', entry: { ...seizure, version: 2 } });
    await carry(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    for (const code of ['AA', 'BB', 'CC']) {
      const proposal = await propose(world, {
        kind: 'ADMIT',
        mspId: `${code}MSP`,
        name: `Agency ${code}`,
        jurisdiction: code,
        memberKind: 'STATE',
        profile: sampleProfile,
      });
      for (const mspId of ['CnMSP', 'DeMSP', 'SgMSP']) {
        const { record } = await vote(world, mspId, proposal);
        if ((record as { outcome: string }).outcome === 'CARRIED') break;
      }
    }
  });
  it.each(codesOf(afterChanges))('%s', async (code) => {
    await attempt(await afterChanges[code]!(), code);
  });
});
