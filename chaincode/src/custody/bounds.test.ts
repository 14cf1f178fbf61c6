import { canonicalBytes, custodyBundle, MAX_BUNDLE_BYTES } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { ITEM, opened, PEOPLE, SAYS } from '../../test/custody-scene.ts';
import { digestRecord } from '../kernel/digest.ts';
import { MAX_APART, MAX_WAY, RESERVE } from './bounds.ts';
import {
  type CustodyRecord,
  custodyRecord,
  type ItemHeadRecord,
  MAX_HOLDS,
  type StepKind,
  stepFlag,
} from './record.ts';

const { investigator, prosecutor, singapore, judgeOfSg, judgeOfDe } = PEOPLE;

/** The sample item with a chain that is so long already. */
async function openedWith(way: ItemHeadRecord['way']) {
  const scene = await opened();
  scene.records.set(`item-head/${ITEM}`, { ...scene.headOf(), way });
  return scene;
}

describe('steps beside the holder’s way', () => {
  it('are counted member by member: whoever uses up its own keeps no court from a hold', async () => {
    const scene = await opened();
    for (let count = 0; count < MAX_APART; count += 1) {
      const { act } = await scene.step(judgeOfSg, 'custody:hold', SAYS.hold);
      await scene.step(judgeOfSg, 'custody:lift', { hold: act.txId });
    }
    expect(await scene.refusal(judgeOfSg, 'custody:hold', SAYS.hold)).toBe('STEPS_USED_UP');
    const { act } = await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    await scene.step(prosecutor, 'custody:hold', SAYS.hold);
    await scene.step(judgeOfDe, 'custody:lift', { hold: act.txId });
    expect(
      scene
        .headOf()
        .apart.map(({ member, holds }) => [member, holds])
        .sort(),
    ).toEqual([
      ['CnMSP', 1],
      ['DeMSP', 1],
      ['SgMSP', MAX_APART],
    ]);
    expect(scene.headOf().way).toEqual({ steps: 0, bytes: 0 });
  });

  it('are counted kind by kind: corrections take no hold away', async () => {
    const scene = await opened();
    const corrects = digestRecord(scene.itemOf());
    const correct = { corrects, statement: 'it was otherwise' };
    for (let count = 0; count < MAX_APART; count += 1) {
      await scene.step(investigator, 'custody:correct', correct);
    }
    expect(await scene.refusal(investigator, 'custody:correct', correct)).toBe('STEPS_USED_UP');
    await scene.step(prosecutor, 'custody:hold', SAYS.hold);
  });

  it('that were placed can be lifted, however many were', async () => {
    const scene = await opened();
    const held = [];
    for (let count = 0; count < MAX_HOLDS; count += 1) {
      held.push(await scene.step(judgeOfDe, 'custody:hold', SAYS.hold));
    }
    const apart = [{ member: 'DeMSP', holds: MAX_APART, corrections: 0, confirmations: 0 }];
    scene.records.set(`item-head/${ITEM}`, { ...scene.headOf(), apart });
    for (const { act } of held) await scene.step(judgeOfDe, 'custody:lift', { hold: act.txId });
    expect(scene.headOf().holds).toEqual([]);
  });
});

describe('the holders’ own steps', () => {
  it('are counted with their records’ bytes', async () => {
    const scene = await opened();
    const first = await scene.step(investigator, 'custody:examine', SAYS.examine);
    await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    const second = await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    const bytes = canonicalBytes(first).length + canonicalBytes(second).length;
    expect(scene.headOf().way).toEqual({ steps: 2, bytes });
  });

  it.each([
    ['steps', { steps: MAX_WAY.steps, bytes: 0 }],
    ['bytes', { steps: 0, bytes: MAX_WAY.bytes }],
  ])('end where the %s do; the item can be passed on, held, corrected and returned', async (_, way) => {
    const scene = await openedWith(way);
    const refusal = (name: 'custody:examine' | 'custody:seal', says: object) =>
      scene.refusal(investigator, name, says);
    expect(await refusal('custody:examine', SAYS.examine)).toBe('CHAIN_FULL');
    expect(await refusal('custody:seal', SAYS.seal('S-1'))).toBe('CHAIN_FULL');
    const { act } = await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    await scene.step(judgeOfDe, 'custody:lift', { hold: act.txId });
    await scene.step(prosecutor, 'custody:takeOver', SAYS.takeOver);
    await scene.step(prosecutor, 'custody:offer', SAYS.offer('SgMSP'));
    await scene.step(singapore, 'custody:accept', SAYS.accept);
    await scene.step(singapore, 'custody:return', SAYS.return);
    expect(scene.headOf().status).toBe('RETURNED');
  });

  it.each([
    ['steps', { steps: MAX_WAY.steps + RESERVE.steps, bytes: 0 }],
    ['bytes', { steps: 0, bytes: MAX_WAY.bytes + RESERVE.bytes }],
  ])('are not passed on for ever (%s), but what is on offer is accepted and ends', async (_, way) => {
    const scene = await openedWith(way);
    const offer = SAYS.offer('SgMSP');
    expect(await scene.refusal(investigator, 'custody:offer', offer)).toBe('CHAIN_FULL');
    expect(await scene.refusal(prosecutor, 'custody:takeOver', SAYS.takeOver)).toBe('CHAIN_FULL');
    const open = { to: { member: 'SgMSP' }, happenedAt: scene.headOf().happenedAt };
    scene.records.set(`item-head/${ITEM}`, { ...scene.headOf(), status: 'OFFERED', offer: open });
    await scene.step(singapore, 'custody:accept', SAYS.accept);
    await scene.step(singapore, 'custody:dispose', SAYS.dispose);
    expect(scene.headOf().status).toBe('DISPOSED');
  });
});

it('no chain grows too long for its proof: the longest of 64 members fits', () => {
  const members = 64;
  const steps =
    MAX_WAY.steps + RESERVE.steps + 2 + members * (3 * MAX_APART) + /* one original's */ MAX_APART;
  expect(
    custodyBundle.shape.steps.safeParse(Array.from({ length: steps }, () => 'AA')).success,
  ).toBe(true);
  const apart = 2 * sizeOf('HOLD') + sizeOf('CORRECT');
  const raw =
    MAX_WAY.bytes +
    RESERVE.bytes +
    // Whatever passes a limit last, then an answer to an offer and an ending.
    2 * sizeOf('EXAMINE') +
    sizeOf('ACCEPT') +
    sizeOf('DISPOSE') +
    members * MAX_APART * apart +
    MAX_APART * sizeOf('CONFIRM');
  // In base64url with its quotes and comma; a MiB is left for head, opening, commitment and attestation.
  expect(Math.ceil((raw * 4) / 3) + 4 * steps).toBeLessThan(MAX_BUNDLE_BYTES - (1 << 20));
});

/** Bytes of the largest record of a kind. */
function sizeOf(kind: StepKind): number {
  const digest = 'f'.repeat(64);
  const text = (length: number) => '界'.repeat(length);
  const name = 'n'.repeat(64);
  const reference = 'R'.repeat(96);
  const governed = { id: name, version: 1_000_000 };
  const many = <T>(count: number, value: T) => Array.from({ length: count }, () => value);
  const time = 253_402_300_799_999;
  const count = Number.MAX_SAFE_INTEGER;
  const foundSeals = many(16, { seal: reference, intact: false });
  const recordings = many(16, { kind: 'SCREEN_CAPTURE', sha256: digest, size: count });
  const bodies: Partial<Record<StepKind, object>> = {
    HOLD: { legalBasis: governed },
    CORRECT: { corrects: digest, statement: text(280) },
    CONFIRM: { position: 'DENIED', ground: 'CONTENT_DIFFERS', sha256: digest },
    ACCEPT: { foundSeals, checked: 'NOT_CHECKED' },
    DISPOSE: {
      legalBasis: governed,
      authority: { kind: 'EMERGENCY_POLICE', reference, sha256: digest },
      witnesses: many(16, digest),
    },
    EXAMINE: {
      method: text(160),
      tools: many(16, { name: text(80), version: text(40), sha256: digest }),
      report: { sha256: digest, size: count },
      checked: 'NOT_CHECKED',
      recordings,
    },
  };
  const record = {
    type: 'tabellion.custody',
    v: 1,
    kind,
    item: digest,
    sequence: 1_000_000_000,
    previous: digest,
    happenedAt: time,
    reason: text(280),
    ...bodies[kind],
    case: reference,
    legalBases: many(8, governed),
    flags: [...stepFlag.options],
    timeWindowSeconds: 86_400,
    act: {
      ...{ txId: digest, at: time, member: name, jurisdiction: 'ABCDEFGH', role: 'r'.repeat(32) },
      ...{ person: 'p'.repeat(64), certificate: digest, keyCustody: 'gateway' },
    },
  } as CustodyRecord;
  return canonicalBytes(custodyRecord.parse(record)).length;
}
