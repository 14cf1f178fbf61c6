/**
 * Whatever people try, in whatever order: a step is taken exactly where EVD-22 and the papers' roles allow
 * it, and the chain holds. What is allowed is said here once more, in other words than the rules'.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  codeOf,
  derivationOf,
  ITEM,
  named,
  openScene,
  PEOPLE,
  SAYS,
  type Someone,
} from '../../test/custody-scene.ts';
import { digest, NOW } from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import {
  type CustodyRecord,
  custodyRecord,
  type ItemHeadRecord,
  itemHeadRecord,
  type StepVerb,
} from './record.ts';
import { CUSTODY_DECISIONS, type CustodyTransaction } from './rules.ts';

/** What an onlooker with paper and pencil notes. */
interface Notes {
  where: 'HELD' | 'OFFERED' | 'GONE';
  holder: Someone;
  to: { member: string; person?: string } | null;
  sealed: boolean;
  holds: { id: string; member: string }[];
  mirror: string;
  /** How often each member did so, over all: `MEMBER/verb`. */
  apart: string[];
  /** Who wrote each record, the item's own first. */
  wrote: string[];
  last: number;
}

const isAuthority = ({ role }: Someone) =>
  ['prosecutor', 'judicialReviewer', 'centralAuthority', 'liaisonAuthority'].includes(role);
const isExaminer = ({ role }: Someone) => ['investigator', 'analyst'].includes(role);
const isPerson = (who: Someone) => isAuthority(who) || isExaminer(who);
const isSame = (a: Someone, b: Someone) => a.member === b.member && a.person === b.person;
const mayHold = (who: Someone) =>
  ['prosecutor', 'judicialReviewer'].includes(who.role) && who.member !== 'ExMSP';

interface Attempt {
  readonly who: Someone;
  readonly verb: StepVerb;
  /** Which of several: a receiver, a hold, a record to correct, a digest. */
  readonly which: number;
  /** How much later than the last step. */
  readonly later: number;
}

const RECEIVERS = [
  { member: 'SgMSP' },
  { member: 'SgMSP', person: 'p-sg-1' },
  { member: 'DeMSP', person: 'p-de-1' },
  { member: 'CnMSP' },
  { member: 'CnMSP', person: 'p-cn-2' },
  { member: 'XxMSP' },
];
const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % list.length];

const withGround = (which: number): { ground?: string } =>
  pick([{}, { ground: 'CONTENT_DIFFERS' }, { ground: 'OTHER' }], which % 5) ?? {};

/** Whether position, digest and ground of a confirmation, as drawn, go together. */
function isConsistent(which: number): boolean {
  const { ground } = withGround(which);
  const agrees = which % 3 !== 0;
  if (which % 2 === 0) return agrees && ground === undefined;
  return ground === 'OTHER' || (ground === 'CONTENT_DIFFERS' && !agrees);
}

function saysOf({ verb, which }: Attempt, notes: Notes, digests: readonly string[]): object {
  switch (verb) {
    case 'offer':
      return { to: pick(RECEIVERS, which) };
    case 'lift':
      return { hold: pick(notes.holds, which)?.id ?? digest('9') };
    case 'correct':
      return { corrects: pick([...digests, digest('9')], which), statement: 'it was otherwise' };
    case 'confirm':
      return {
        position: which % 2 === 0 ? 'CONFIRMED' : 'DENIED',
        sha256: digest(which % 3 === 0 ? '6' : '5'),
        ...withGround(which),
      };
    case 'seal':
      return SAYS.seal('S-1');
    case 'unseal':
      return SAYS.unseal('S-1');
    case 'refuse':
    case 'withdraw':
      return {};
    default:
      return SAYS[verb];
  }
}

/** When custody was opened in the scene. */
const OPENED = NOW - 10_000;
/** What others do beside the holder, at times of their own. */
const APART: readonly StepVerb[] = ['hold', 'lift', 'correct', 'confirm'];

function isAllowed({ who, verb, which, later }: Attempt, notes: Notes, says: object): boolean {
  const isApart = APART.includes(verb);
  if (notes.last + later < (isApart ? OPENED : notes.last)) return false;
  const { where, holder, to } = notes;
  const isHolder = isSame(who, holder);
  const isColleague = who.member === holder.member;
  const isReceiver =
    to !== null &&
    who.member === to.member &&
    (to.person === undefined || to.person === who.person) &&
    !isHolder;
  const receiver = pick(RECEIVERS, which)!;
  const ownHolds = notes.holds.filter(({ member }) => member === who.member);
  const times = notes.apart.filter((each) => each === `${who.member}/${verb}`).length;
  if (times >= 16) return false;
  const hold = notes.holds.find(({ id }) => 'hold' in says && says.hold === id);
  switch (verb) {
    case 'offer':
      return (
        where === 'HELD' &&
        isHolder &&
        receiver.member !== 'XxMSP' &&
        !(receiver.member === holder.member && receiver.person === holder.person)
      );
    case 'accept':
    case 'refuse':
      return where === 'OFFERED' && isPerson(who) && isReceiver;
    case 'withdraw':
      return where === 'OFFERED' && (isHolder || (isColleague && isAuthority(who)));
    case 'takeOver':
      return where === 'HELD' && isAuthority(who) && isColleague && !isHolder;
    case 'examine':
      return where === 'HELD' && isExaminer(who) && isColleague && !notes.sealed;
    case 'seal':
      return where === 'HELD' && isHolder && isPerson(who) && !notes.sealed;
    case 'unseal':
      return where === 'HELD' && isHolder && isPerson(who) && notes.sealed;
    case 'move':
      // The item is data.
      return false;
    case 'return':
    case 'dispose':
      return where === 'HELD' && isHolder && isPerson(who) && notes.holds.length === 0;
    case 'hold':
      return where !== 'GONE' && mayHold(who) && ownHolds.length < 4;
    case 'lift':
      return where !== 'GONE' && mayHold(who) && hold?.member === who.member;
    case 'correct':
      return isPerson(who) && notes.wrote[which % (notes.wrote.length + 1)] === who.member;
    case 'confirm':
      return (
        where !== 'GONE' && isAuthority(who) && who.jurisdiction === 'DE' && isConsistent(which)
      );
  }
}

function note(notes: Notes, attempt: Attempt, record: CustodyRecord): void {
  const { who } = attempt;
  notes.wrote.push(who.member);
  if (['hold', 'correct', 'confirm'].includes(attempt.verb)) {
    notes.apart.push(`${who.member}/${attempt.verb}`);
  }
  if (!APART.includes(attempt.verb)) notes.last = record.happenedAt;
  if (record.kind === 'OFFER') {
    notes.where = 'OFFERED';
    const { member, person } = record.to;
    notes.to = person === undefined ? { member } : { member, person };
  }
  if (['ACCEPT', 'REFUSE', 'WITHDRAW'].includes(record.kind)) {
    notes.where = 'HELD';
    notes.to = null;
  }
  if (record.kind === 'ACCEPT' || record.kind === 'TAKE_OVER') notes.holder = who;
  if (record.kind === 'SEAL') notes.sealed = true;
  if (record.kind === 'UNSEAL') notes.sealed = false;
  if (record.kind === 'RETURN' || record.kind === 'DISPOSE') notes.where = 'GONE';
  if (record.kind === 'HOLD') notes.holds.push({ id: record.act.txId, member: who.member });
  if (record.kind === 'LIFT') notes.holds = notes.holds.filter(({ id }) => id !== record.hold);
  if (record.kind === 'CONFIRM') notes.mirror = record.position;
}

const VERBS = Object.keys(CUSTODY_DECISIONS)
  .map((name) => name.slice('custody:'.length))
  .filter((verb) => !['open', 'register', 'derive'].includes(verb)) as StepVerb[];
/** What ends an item's way comes seldom, so that its ways are long. */
const WEIGHTS: Partial<Record<StepVerb, number>> = { offer: 6, accept: 6, return: 1, dispose: 1 };

const attempt: fc.Arbitrary<Attempt> = fc.record({
  who: fc.constantFrom<Someone>(...Object.values(PEOPLE)),
  verb: fc.oneof(
    ...VERBS.map((verb) => ({ weight: WEIGHTS[verb] ?? 3, arbitrary: fc.constant(verb) })),
  ),
  which: fc.nat(30),
  later: fc.oneof(
    { weight: 9, arbitrary: fc.nat(5_000) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
});

it('takes exactly the steps that are allowed, and chains them', async () => {
  const wanted = VERBS.filter((verb) => verb !== 'move');
  const taken = new Set<StepVerb>();
  const property = fc.asyncProperty(
    fc.array(attempt, { minLength: 20, maxLength: 60 }),
    async (attempts) => {
      const scene = openScene();
      await scene.open({
        mirrorOf: { jurisdiction: 'DE', custodian: 'DE/1', sha256: digest('5') },
      });
      const digests = [digestRecord(scene.itemOf())];
      const notes: Notes = {
        where: 'HELD',
        holder: PEOPLE.investigator,
        to: null,
        sealed: false,
        holds: [],
        mirror: 'UNCONFIRMED',
        apart: [],
        wrote: ['CnMSP'],
        last: OPENED,
      };
      for (const each of attempts) {
        scene.clock.time = Math.max(scene.clock.time, notes.last + each.later);
        const says = {
          ...scene.following(),
          happenedAt: notes.last + each.later,
          ...saysOf(each, notes, digests),
        };
        const name: CustodyTransaction = `custody:${each.verb}`;
        if (!isAllowed(each, notes, says)) {
          await codeOf(scene.decide(each.who, name, says));
          continue;
        }
        const { key, record, markers } = await scene.act(each.who, name, says);
        const step = custodyRecord.parse(record);
        expect(step).toEqual(record);
        expect(key).toBe(`custody/${digestRecord(record)}`);
        expect(step.previous).toBe(digests.at(-1));
        expect(step.sequence).toBe(digests.length);
        const binds = ['ACCEPT', 'REFUSE', 'CONFIRM'].includes(step.kind);
        expect(markers?.map(({ mspId }) => mspId)).toEqual(binds ? [each.who.member] : undefined);
        digests.push(digestRecord(record));
        note(notes, each, step);
        taken.add(each.verb);
        assertNoted(scene.headOf(), notes, digests);
      }
    },
  );
  // Nothing would be shown of steps that never came about: some are rare.
  for (let round = 0; round < 5 && taken.size < wanted.length; round += 1) {
    await fc.assert(property, { numRuns: 300 });
  }
  expect([...taken].sort()).toEqual([...wanted].sort());
});

function assertNoted(head: ItemHeadRecord, notes: Notes, digests: readonly string[]): void {
  expect(itemHeadRecord.parse(head)).toEqual(head);
  expect(head).toMatchObject({
    item: ITEM,
    sequence: digests.length - 1,
    last: digests.at(-1),
    happenedAt: notes.last,
    holder: { member: notes.holder.member, person: notes.holder.person },
    seals: notes.sealed ? ['S-1'] : [],
    mirror: notes.mirror,
  });
  expect(head.status === 'HELD' || head.status === 'OFFERED' ? head.status : 'GONE').toBe(
    notes.where,
  );
  expect(head.offer?.to ?? null).toEqual(notes.to);
  expect(head.holds.map(({ hold }) => hold)).toEqual(notes.holds.map(({ id }) => id));
}

it('lets nobody derive from what they do not hold, or from what is sealed or on offer', async () => {
  const { investigator, colleague, singapore } = PEOPLE;
  const people = [investigator, colleague, singapore, PEOPLE.exchange, PEOPLE.german];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('HELD', 'SEALED', 'OFFERED', 'ABROAD', 'GONE'),
      fc.constantFrom(...people),
      async (state, who) => {
        const scene = openScene();
        await scene.open();
        if (state === 'SEALED') await scene.step(investigator, 'custody:seal', SAYS.seal('S-1'));
        if (state === 'OFFERED' || state === 'ABROAD') {
          await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
        }
        if (state === 'ABROAD') await scene.step(singapore, 'custody:accept', SAYS.accept);
        if (state === 'GONE') await scene.step(investigator, 'custody:return', SAYS.return);
        const holder = state === 'ABROAD' ? 'SgMSP' : 'CnMSP';
        const may = ['HELD', 'ABROAD'].includes(state) && who.member === holder;
        const input = derivationOf(ITEM, named(digest('d'), who.member));
        if (may) await scene.act(who, 'custody:derive', input);
        else await codeOf(scene.decide(who, 'custody:derive', input));
        expect(scene.records.has(`item/${input.item}`)).toBe(may);
      },
    ),
  );
});
