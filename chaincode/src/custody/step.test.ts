import { describe, expect, it } from 'vitest';
import {
  codeOf,
  derivationOf,
  ITEM,
  opened,
  openScene,
  PEOPLE,
  SAYS,
  type Someone,
} from '../../test/custody-scene.ts';
import { digest, NOW } from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { MAX_HOLDS } from './record.ts';
import type { CustodyTransaction } from './rules.ts';

const { investigator, colleague, prosecutor, singapore, judgeOfSg, judgeOfDe, exchange } = PEOPLE;

describe('a legal hold', () => {
  it('keeps an item from return and disposal until all are lifted, and nothing else', async () => {
    const scene = await opened();
    const first = await scene.step(judgeOfSg, 'custody:hold', SAYS.hold);
    const second = await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    expect(scene.headOf().holds).toEqual([
      { hold: first.act.txId, member: 'SgMSP' },
      { hold: second.act.txId, member: 'DeMSP' },
    ]);
    const ends = async () => [
      await scene.refusal(investigator, 'custody:dispose', SAYS.dispose),
      await scene.refusal(investigator, 'custody:return', SAYS.return),
    ];
    expect(await ends()).toEqual(['ITEM_ON_HOLD', 'ITEM_ON_HOLD']);
    await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    await scene.step(singapore, 'custody:accept', SAYS.accept);
    expect(await scene.refusal(singapore, 'custody:dispose', SAYS.dispose)).toBe('ITEM_ON_HOLD');

    await scene.step(judgeOfSg, 'custody:lift', { hold: first.act.txId });
    expect(await scene.refusal(singapore, 'custody:return', SAYS.return)).toBe('ITEM_ON_HOLD');
    await scene.step(judgeOfDe, 'custody:lift', { hold: second.act.txId });
    await scene.step(singapore, 'custody:dispose', SAYS.dispose);
    expect(scene.headOf()).toMatchObject({ status: 'DISPOSED', holds: [] });
  });

  it('is placed by authorities of states and lifted by the member that placed it', async () => {
    const scene = await opened();
    for (const who of [investigator, exchange, singapore]) {
      expect(await scene.refusal(who, 'custody:hold', SAYS.hold)).toBe('NOT_ALLOWED');
    }
    const ofExchange: Someone = { ...exchange, role: 'prosecutor' };
    expect(await scene.refusal(ofExchange, 'custody:hold', SAYS.hold)).toBe('NOT_ALLOWED');
    const { act } = await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    const lift = { hold: act.txId };
    expect(await scene.refusal(prosecutor, 'custody:lift', lift)).toBe('NOT_THE_AUTHOR');
    expect(await scene.refusal(judgeOfDe, 'custody:lift', { hold: digest('9') })).toBe(
      'HOLD_UNKNOWN',
    );
    await scene.step({ ...judgeOfDe, person: 'p-de-9' }, 'custody:lift', lift);
    expect(await scene.refusal(judgeOfDe, 'custody:lift', lift)).toBe('HOLD_UNKNOWN');
  });

  it('rests on a basis that is in force, as a disposal does', async () => {
    const scene = await opened();
    for (const [name, who, says] of [
      ['custody:hold', judgeOfDe, SAYS.hold],
      ['custody:dispose', investigator, SAYS.dispose],
    ] as const) {
      const unknown = { ...says, legalBasis: { id: 'none', version: 1 } };
      expect(await scene.refusal(who, name, unknown)).toBe('REFERENCE_UNKNOWN');
      const superseded = { ...says, legalBasis: { id: 'charter', version: 1 } };
      const newer = openScene();
      await newer.open();
      const record = newer.records.get('reference/legalBasis/charter/1') as { entry: object };
      newer.records.set('reference/legalBasis/charter/2', {
        ...record,
        entry: { ...record.entry, version: 2 },
      });
      expect(await newer.refusal(who, name, superseded)).toBe('REFERENCE_SUPERSEDED');
    }
  });

  it('has a limit in number', async () => {
    const scene = await opened();
    for (let count = 0; count < MAX_HOLDS; count += 1) {
      await scene.step(judgeOfDe, 'custody:hold', SAYS.hold);
    }
    expect(await scene.refusal(judgeOfDe, 'custody:hold', SAYS.hold)).toBe('TOO_MANY_HOLDS');
    // Of one member: another's is not kept out by them.
    await scene.step(prosecutor, 'custody:hold', SAYS.hold);
  });
});

describe('seals', () => {
  it('are put on, opened and put on anew, one set at a time', async () => {
    const scene = await opened();
    expect(await scene.refusal(investigator, 'custody:unseal', SAYS.unseal('S-1'))).toBe(
      'ITEM_NOT_SEALED',
    );
    await scene.step(investigator, 'custody:seal', SAYS.seal('S-1'));
    expect(await scene.refusal(investigator, 'custody:seal', SAYS.seal('S-2'))).toBe('ITEM_SEALED');
    expect(await scene.refusal(colleague, 'custody:examine', SAYS.examine)).toBe('ITEM_SEALED');
    const { flags } = await scene.step(investigator, 'custody:unseal', SAYS.unseal('S-1'));
    expect(flags).toEqual([]);
    await scene.step(investigator, 'custody:seal', SAYS.seal('S-2'));
    expect(scene.headOf().seals).toEqual(['S-2']);
    const twice = SAYS.seal('S-3', 'S-3');
    await scene.step(investigator, 'custody:unseal', SAYS.unseal('S-2'));
    expect(await scene.refusal(investigator, 'custody:seal', twice)).toBe('DUPLICATE_ENTRY');
  });

  it('travel with the item; broken, missing or foreign ones are flagged and never refused', async () => {
    const flagsOf = async (...foundSeals: { seal: string; intact: boolean }[]) => {
      const scene = await opened({ seals: ['S-1', 'S-2'] });
      await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
      const says = { foundSeals, checked: 'MATCHES' };
      const { flags } = await scene.step(singapore, 'custody:accept', says);
      expect(scene.headOf().seals).toEqual(['S-1', 'S-2']);
      return flags.filter((flag) => flag.startsWith('SEAL'));
    };
    const one = { seal: 'S-1', intact: true };
    const two = { seal: 'S-2', intact: true };
    expect(await flagsOf(two, one)).toEqual([]);
    expect(await flagsOf(one, { ...two, intact: false })).toEqual(['SEAL_BROKEN']);
    expect(await flagsOf(one)).toEqual(['SEALS_DIFFER']);
    expect(await flagsOf()).toEqual(['SEALS_DIFFER']);
    expect(await flagsOf(one, { seal: 'X-1', intact: false })).toEqual([
      'SEAL_BROKEN',
      'SEALS_DIFFER',
    ]);
    expect(await flagsOf(one, two, { seal: 'X-1', intact: true })).toEqual(['SEALS_DIFFER']);
  });

  it('are told once each as they were found', async () => {
    const scene = await opened({ seals: ['S-1'] });
    const twice = { ...SAYS.unseal('S-1', 'S-1') };
    expect(await scene.refusal(investigator, 'custody:unseal', twice)).toBe('DUPLICATE_ENTRY');
  });
});

describe('a place', () => {
  it('belongs to things and to copies of their own', async () => {
    const scene = await opened();
    expect(await scene.refusal(investigator, 'custody:move', SAYS.move)).toBe('NOT_AN_EXHIBIT');
    const copy = derivationOf(ITEM);
    await scene.act(investigator, 'custody:derive', copy);
    await scene.step(investigator, 'custody:move', { item: copy.item, ...SAYS.move });
  });
});

describe('the order of steps', () => {
  const after: readonly (readonly [string, CustodyTransaction, Someone, object, ErrorCode])[] = [
    ['offer', 'custody:offer', investigator, SAYS.offer('SgMSP'), 'STEP_OUT_OF_ORDER'],
    ['accept', 'custody:accept', singapore, SAYS.accept, 'STEP_OUT_OF_ORDER'],
    ['refuse', 'custody:refuse', singapore, {}, 'STEP_OUT_OF_ORDER'],
    ['withdraw', 'custody:withdraw', investigator, {}, 'STEP_OUT_OF_ORDER'],
    ['take-over', 'custody:takeOver', prosecutor, SAYS.takeOver, 'STEP_OUT_OF_ORDER'],
    ['examination', 'custody:examine', colleague, SAYS.examine, 'STEP_OUT_OF_ORDER'],
    ['seal', 'custody:seal', investigator, SAYS.seal('S-1'), 'STEP_OUT_OF_ORDER'],
    ['unseal', 'custody:unseal', investigator, SAYS.unseal('S-1'), 'STEP_OUT_OF_ORDER'],
    ['move', 'custody:move', investigator, SAYS.move, 'STEP_OUT_OF_ORDER'],
    ['return', 'custody:return', investigator, SAYS.return, 'STEP_OUT_OF_ORDER'],
    ['hold', 'custody:hold', judgeOfDe, SAYS.hold, 'STEP_OUT_OF_ORDER'],
    ['lift', 'custody:lift', judgeOfDe, { hold: digest('1') }, 'STEP_OUT_OF_ORDER'],
    ['disposal', 'custody:dispose', investigator, SAYS.dispose, 'STEP_OUT_OF_ORDER'],
    [
      'confirmation',
      'custody:confirm',
      judgeOfDe,
      { position: 'DENIED', sha256: digest('1') },
      'STEP_OUT_OF_ORDER',
    ],
  ];
  it.each(after)('ends with return or disposal: no %s', async (_what, name, who, says, code) => {
    for (const [end, ending] of [
      ['custody:return', SAYS.return],
      ['custody:dispose', SAYS.dispose],
    ] as const) {
      const scene = await opened();
      await scene.step(investigator, end, ending);
      expect(await scene.refusal(who, name, says)).toBe(code);
    }
  });

  it('knows nothing of an item without custody', async () => {
    const scene = openScene();
    const says = { ...SAYS.offer('SgMSP'), item: ITEM, sequence: 1, previous: digest('1') };
    const input = { ...says, happenedAt: NOW, reason: 'due' };
    expect(await codeOf(scene.decide(investigator, 'custody:offer', input))).toBe('NOT_FOUND');
  });

  it('is the chain’s: each step names the one before', async () => {
    const scene = await opened();
    await scene.step(investigator, 'custody:examine', SAYS.examine);
    for (const wrong of [
      { sequence: 1 },
      { sequence: 3 },
      { previous: digest('0') },
      { sequence: 1, previous: digestRecord(scene.itemOf()) },
    ]) {
      expect(
        await scene.refusal(investigator, 'custody:examine', { ...SAYS.examine, ...wrong }),
      ).toBe('CHAIN_CONFLICT');
    }
  });

  it('is the order of what happened, and not of the future', async () => {
    const scene = await opened();
    const at = (happenedAt: number) =>
      scene.refusal(investigator, 'custody:examine', { ...SAYS.examine, happenedAt });
    expect(await at(NOW - 10_001)).toBe('TIME_ORDER');
    expect(await at(NOW + 900_001)).toBe('TIME_IN_FUTURE');
    await scene.step(investigator, 'custody:examine', {
      ...SAYS.examine,
      happenedAt: NOW + 900_000,
    });
    expect(await at(NOW + 899_999)).toBe('TIME_ORDER');
  });

  it('is kept from nobody by those who act beside the holder, however far ahead', async () => {
    const scene = await opened();
    const hold = { ...SAYS.hold, happenedAt: NOW + 900_000 };
    await scene.step(judgeOfDe, 'custody:hold', hold);
    await scene.step(investigator, 'custody:examine', { ...SAYS.examine, happenedAt: NOW });
    const before = { ...SAYS.hold, happenedAt: NOW - 10_001 };
    expect(await scene.refusal(judgeOfDe, 'custody:hold', before)).toBe('TIME_ORDER');
  });
});
