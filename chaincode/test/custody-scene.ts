/** A ledger's state in memory on which the rules of custody run whole, look-ups included. */
import '@tabellion/proof/node';
import { buildTree, fromHex, itemId, leafHash, toHex, utf8 } from '@tabellion/proof';
import type {
  CustodyRecord,
  DeriveInput,
  ItemHeadRecord,
  ItemRecord,
  OpenInput,
  RegisterInput,
} from '../src/custody/record.ts';
import { CUSTODY_DECISIONS, type CustodyTransaction } from '../src/custody/rules.ts';
import { buildBatchRecord } from '../src/evidence/anchor.ts';
import { acquisitionKey, batchKey } from '../src/evidence/key.ts';
import type { AcquisitionRecord } from '../src/evidence/record.ts';
import { digestRecord } from '../src/kernel/digest.ts';
import { ContractError, type ErrorCode } from '../src/kernel/errors.ts';
import type { Act } from '../src/kernel/schema.ts';
import type { State } from '../src/kernel/state.ts';
import type { Decision } from '../src/kernel/transaction.ts';
import { assertMayAct, type Caller } from '../src/member/caller.ts';
import { foundConsortium } from '../src/member/found.ts';
import { memberKey } from '../src/member/key.ts';
import { type MemberRecord, memberRecord } from '../src/member/record.ts';
import {
  ACQUISITION,
  NOW,
  sampleAcquisition,
  sampleAct,
  sampleAnchor,
  sampleFounding,
} from './samples.ts';

export const OTHER_ACQUISITION = 'b'.repeat(32);
export const CHARTER = { id: 'charter', version: 1 };
const HASHES = Array.from({ length: 5 }, (_, index) => leafHash(utf8(`item ${index}`)));
const TREE = buildTree(HASHES);
export const LEAVES = HASHES.map((leaf) => toHex(leaf));
/** The leaf and the name that the member gives to it. */
export const named = (leaf: string, member = 'CnMSP') => ({
  item: itemId(member, fromHex(leaf)),
  leaf,
});
export const ITEM = named(LEAVES[2]!).item;
const PATH = TREE.path(2).map((hash) => toHex(hash));

/** A person of a member of the sample founding. */
export interface Someone {
  readonly member: string;
  readonly jurisdiction: string;
  readonly role: string;
  readonly person: string;
}
const someone = (member: string, jurisdiction: string, role: string, person: string): Someone => ({
  member,
  jurisdiction,
  role,
  person,
});
export const PEOPLE = {
  investigator: someone('CnMSP', 'CN', 'investigator', 'p-cn-1'),
  colleague: someone('CnMSP', 'CN', 'analyst', 'p-cn-2'),
  service: someone('CnMSP', 'CN', 'system', 'p-cn-9'),
  prosecutor: someone('CnMSP', 'CN', 'prosecutor', 'p-cn-3'),
  singapore: someone('SgMSP', 'SG', 'investigator', 'p-sg-1'),
  singaporean: someone('SgMSP', 'SG', 'analyst', 'p-sg-2'),
  judgeOfSg: someone('SgMSP', 'SG', 'judicialReviewer', 'p-sg-3'),
  german: someone('DeMSP', 'DE', 'investigator', 'p-de-1'),
  judgeOfDe: someone('DeMSP', 'DE', 'judicialReviewer', 'p-de-2'),
  exchange: someone('ExMSP', 'SG', 'investigator', 'p-ex-1'),
} as const;

export const openingOf = (changes: Partial<OpenInput> = {}): OpenInput => ({
  ...named(changes.leaf ?? LEAVES[2]!),
  origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: BATCH, index: 2 },
  path: PATH,
  seals: [],
  witnesses: [],
  happenedAt: NOW - 10_000,
  reason: 'the item is to be handed over',
  ...changes,
});

export const exhibitOf = (changes: Partial<RegisterInput> = {}): RegisterInput => ({
  ...named(changes.leaf ?? 'e'.repeat(64)),
  origin: {
    kind: 'EXHIBIT',
    acquisition: ACQUISITION,
    exhibit: 'EX-1',
    thing: 'mobile-phone',
    storage: { place: 'evidence room 4', conditions: 'dry, in a shielded bag' },
    pictures: [],
  },
  seals: ['S-1', 'S-2'],
  witnesses: [],
  happenedAt: NOW - 10_000,
  reason: 'seized at the search',
  ...changes,
});

export const derivationOf = (source: string, changes: Partial<DeriveInput> = {}): DeriveInput => ({
  ...named(changes.leaf ?? 'd'.repeat(64)),
  origin: { kind: 'DERIVED', source, as: { form: 'WORKING_COPY' }, tools: [] },
  seals: [],
  witnesses: [],
  happenedAt: NOW,
  reason: 'to be worked on',
  ...changes,
});

/** The members, one acquisition of CN with a batch of five items, and another without any. */
function found(): Map<string, unknown> {
  const founding = foundConsortium(sampleFounding(), false, sampleAct({ role: 'delegate' }));
  const other: AcquisitionRecord = sampleAcquisition({ id: OTHER_ACQUISITION });
  return new Map([
    ...[founding, ...founding.also!].map(({ key, record }) => [key, record] as const),
    [acquisitionKey(ACQUISITION), sampleAcquisition()],
    [acquisitionKey(OTHER_ACQUISITION), other],
    [batchKey(BATCH), BATCH_RECORD],
  ]);
}

const BATCH_RECORD = buildBatchRecord(
  sampleAnchor({ root: toHex(TREE.root), size: HASHES.length }),
  {
    acquisition: sampleAcquisition(),
    touched: [],
    parameters: { volatileGapSeconds: 3600, timeWindowSeconds: 900 },
  },
  sampleAct(),
);
export const BATCH = digestRecord(BATCH_RECORD);

export type CustodyScene = ReturnType<typeof openScene>;

export function openScene() {
  const records = found();
  let transactions = 0;
  const clock = { time: NOW };

  const state: State = {
    find: async (schema, key) => (records.has(key) ? schema.parse(records.get(key)) : undefined),
    load: async (schema, key) => {
      if (!records.has(key)) throw new ContractError('NOT_FOUND', key);
      return schema.parse(records.get(key));
    },
    list: async (schema, prefix) =>
      [...records.keys()]
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => schema.parse(records.get(key))),
  };

  const callerOf = (who: Someone, changes: Partial<Act> = {}): Caller => ({
    act: sampleAct({
      ...who,
      at: clock.time,
      txId: (transactions + 1).toString(16).padStart(64, '0'),
      ...changes,
    }),
    member: memberRecord.parse(records.get(memberKey(who.member))),
  });

  /** As the contract does, roles included; nothing is written. @throws ContractError. */
  async function decide(
    who: Someone,
    name: CustodyTransaction,
    input: object,
    changes: Partial<Act> = {},
  ): Promise<Decision> {
    const { schema, decide } = CUSTODY_DECISIONS[name];
    const caller = callerOf(who, changes);
    assertMayAct(who.role, caller.member.kind, name);
    return decide({ input: schema.parse(input), caller, state });
  }

  async function act(
    who: Someone,
    name: CustodyTransaction,
    input: object,
    changes: Partial<Act> = {},
  ): Promise<Decision> {
    const decision = await decide(who, name, input, changes);
    for (const { key, record } of [decision, ...(decision.also ?? [])]) records.set(key, record);
    transactions += 1;
    return decision;
  }

  const headOf = (item = ITEM) => records.get(`item-head/${item}`) as ItemHeadRecord;
  /** What every step says of the chain, as the head has it. */
  const following = (item = ITEM) => {
    const { sequence, last } = headOf(item);
    return { item, sequence: sequence + 1, previous: last, happenedAt: clock.time, reason: 'due' };
  };

  return {
    records,
    clock,
    decide,
    act,
    headOf,
    following,
    itemOf: (item = ITEM) => records.get(`item/${item}`) as ItemRecord,
    setMember(mspId: string, changes: Partial<MemberRecord>) {
      const key = memberKey(mspId);
      records.set(key, { ...(records.get(key) as MemberRecord), ...changes });
    },
    /** Opens the sample item for the investigator of CN. */
    open: (changes: Partial<OpenInput> = {}) =>
      act(PEOPLE.investigator, 'custody:open', openingOf(changes)),
    /** The next step of an item. */
    async step(
      who: Someone,
      name: CustodyTransaction,
      says: object = {},
      changes: Partial<Act> = {},
    ): Promise<CustodyRecord> {
      const { item } = { item: ITEM, ...says } as { item: string };
      const decision = await act(who, name, { ...following(item), ...says }, changes);
      return decision.record as CustodyRecord;
    },
    /** The code with which the next step is refused; it is a fault of the test if it is not. */
    async refusal(who: Someone, name: CustodyTransaction, says: object = {}): Promise<ErrorCode> {
      const { item } = { item: ITEM, ...says } as { item: string };
      const chain = records.has(`item-head/${item}`) ? following(item) : {};
      return codeOf(decide(who, name, { ...chain, ...says }));
    },
  };
}

/** A scene with the sample item in custody of the investigator of CN. */
export async function opened(changes: Partial<OpenInput> = {}): Promise<CustodyScene> {
  const scene = openScene();
  await scene.open(changes);
  return scene;
}

/** The same with the item on offer. */
export async function offered(member = 'SgMSP', person?: string): Promise<CustodyScene> {
  const scene = await opened();
  await scene.step(PEOPLE.investigator, 'custody:offer', SAYS.offer(member, person));
  return scene;
}

export async function codeOf(refused: Promise<unknown>): Promise<ErrorCode> {
  try {
    await refused;
  } catch (error) {
    if (error instanceof ContractError) return error.code;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** What each step says besides, at its simplest. */
export const SAYS = {
  offer: (member: string, person?: string) => ({
    to: person === undefined ? { member } : { member, person },
  }),
  accept: { foundSeals: [], checked: 'MATCHES' },
  takeOver: { foundSeals: [], checked: 'NOT_CHECKED' },
  examine: { method: 'looked at', tools: [], checked: 'MATCHES', recordings: [] },
  seal: (...seals: string[]) => ({ seals, witnesses: [], pictures: [] }),
  unseal: (...seals: string[]) => ({
    foundSeals: seals.map((seal) => ({ seal, intact: true })),
    witnesses: [],
    pictures: [],
  }),
  move: { storage: { place: 'shelf 2', conditions: 'dry' }, foundSeals: [] },
  return: { to: 'the entitled person' },
  hold: { legalBasis: CHARTER },
  dispose: {
    legalBasis: CHARTER,
    authority: { kind: 'JUDICIAL', reference: 'ORDER/1' },
    witnesses: [],
  },
} as const;
