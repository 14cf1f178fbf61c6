import { canonicalBytes } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  exhibitOf,
  offered,
  opened,
  openScene,
  PEOPLE,
  SAYS,
  type Someone,
} from '../../test/custody-scene.ts';
import { NOW } from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import { custodyRecord } from './record.ts';
import type { CustodyTransaction } from './rules.ts';

const {
  investigator,
  colleague,
  prosecutor,
  service,
  singapore,
  singaporean,
  judgeOfSg,
  german,
  exchange,
} = PEOPLE;
const EXHIBIT = exhibitOf().item;

describe('a hand-over', () => {
  it('is complete when both halves are on record, each by its own side', async () => {
    const scene = await opened();
    const start = scene.headOf();
    const offer = await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP', 'p-sg-1'));
    expect(custodyRecord.parse(offer)).toEqual(offer);
    expect(offer).toMatchObject({ sequence: 1, previous: start.last, case: 'CASE-2026-1' });
    expect(scene.headOf()).toEqual({
      ...start,
      sequence: 1,
      last: digestRecord(offer),
      happenedAt: NOW,
      status: 'OFFERED',
      offer: { to: { member: 'SgMSP', person: 'p-sg-1' }, happenedAt: NOW },
      way: { steps: 1, bytes: canonicalBytes(offer).length },
    });
    const accept = await scene.step(singapore, 'custody:accept', SAYS.accept);
    expect(accept).toMatchObject({ sequence: 2, previous: digestRecord(offer), kind: 'ACCEPT' });
    expect(scene.headOf()).toMatchObject({
      status: 'HELD',
      holder: { member: 'SgMSP', person: 'p-sg-1' },
      offer: null,
      last: digestRecord(accept),
    });
    expect(await scene.refusal(investigator, 'custody:offer', SAYS.offer('DeMSP'))).toBe(
      'NOT_THE_HOLDER',
    );
  });

  it('is open once at a time', async () => {
    const scene = await offered();
    expect(await scene.refusal(investigator, 'custody:offer', SAYS.offer('DeMSP'))).toBe(
      'STEP_OUT_OF_ORDER',
    );
    // Two that were prepared on the same head: the second no longer follows.
    const twice = await opened();
    const says = { ...twice.following(), ...SAYS.offer('SgMSP') };
    const other = { ...twice.following(), ...SAYS.offer('DeMSP') };
    await twice.act(investigator, 'custody:offer', says);
    expect(await codeOf(twice.decide(investigator, 'custody:offer', other))).toBe('CHAIN_CONFLICT');
  });

  it('is accepted by the receiver only: that member, and that person where one is named', async () => {
    const toPerson = await offered('SgMSP', 'p-sg-1');
    for (const who of [singaporean, judgeOfSg, german, exchange, colleague, investigator]) {
      expect(await toPerson.refusal(who, 'custody:accept', SAYS.accept)).toBe('NOT_THE_RECEIVER');
      expect(await toPerson.refusal(who, 'custody:refuse')).toBe('NOT_THE_RECEIVER');
    }
    // The same pseudonym at another member is another person.
    const namesake: Someone = { ...german, person: 'p-sg-1' };
    expect(await toPerson.refusal(namesake, 'custody:accept', SAYS.accept)).toBe(
      'NOT_THE_RECEIVER',
    );
    const toMember = await offered('SgMSP');
    await toMember.step(judgeOfSg, 'custody:accept', SAYS.accept);
    expect(toMember.headOf().holder).toEqual({ member: 'SgMSP', person: 'p-sg-3' });
  });

  it('binds the receiver’s member by its mark, taken or refused; an offer binds nobody else', async () => {
    for (const [name, says] of [
      ['custody:accept', SAYS.accept],
      ['custody:refuse', {}],
    ] as const) {
      const scene = await offered();
      const { record, markers } = await scene.act(singapore, name, {
        ...scene.following(),
        ...says,
      });
      expect(markers).toEqual([{ mspId: 'SgMSP', record }]);
    }
    const scene = await opened();
    const offer = { ...scene.following(), ...SAYS.offer('SgMSP') };
    expect((await scene.decide(investigator, 'custody:offer', offer)).markers).toBeUndefined();
  });

  it('that is refused or withdrawn leaves the item with its giver', async () => {
    const refused = await offered();
    await refused.step(singapore, 'custody:refuse', { reason: 'the seal does not match' });
    expect(refused.headOf()).toMatchObject({
      status: 'HELD',
      offer: null,
      holder: { member: 'CnMSP', person: 'p-cn-1' },
    });
    const withdrawn = await offered();
    expect(await withdrawn.refusal(colleague, 'custody:withdraw')).toBe('NOT_THE_HOLDER');
    expect(await withdrawn.refusal(singapore, 'custody:withdraw')).toBe('NOT_THE_HOLDER');
    expect(await withdrawn.refusal(judgeOfSg, 'custody:withdraw')).toBe('NOT_THE_HOLDER');
    await withdrawn.step(investigator, 'custody:withdraw');
    expect(withdrawn.headOf()).toMatchObject({ status: 'HELD', offer: null });
    expect(await withdrawn.refusal(singapore, 'custody:accept', SAYS.accept)).toBe(
      'STEP_OUT_OF_ORDER',
    );
  });

  it('of somebody who has left is taken back by who may take over', async () => {
    const scene = await offered();
    expect(await scene.refusal(prosecutor, 'custody:takeOver', SAYS.takeOver)).toBe(
      'STEP_OUT_OF_ORDER',
    );
    await scene.step(prosecutor, 'custody:withdraw');
    await scene.step(prosecutor, 'custody:takeOver', SAYS.takeOver);
    expect(scene.headOf().holder.person).toBe('p-cn-3');
  });

  it('goes to somebody else who can hold evidence', async () => {
    const scene = await opened();
    const offer = (member: string, person?: string) =>
      scene.refusal(investigator, 'custody:offer', SAYS.offer(member, person));
    expect(await offer('CnMSP', 'p-cn-1')).toBe('ALREADY_HOLDER');
    expect(await offer('XxMSP')).toBe('RECEIVER_CANNOT_HOLD');
    scene.setMember('SgMSP', { status: 'SUSPENDED' });
    expect(await offer('SgMSP')).toBe('RECEIVER_CANNOT_HOLD');
    scene.setMember('ExMSP', { kind: 'AUDITOR' });
    expect(await offer('ExMSP')).toBe('RECEIVER_CANNOT_HOLD');

    await scene.step(investigator, 'custody:offer', SAYS.offer('CnMSP'));
    expect(await scene.refusal(investigator, 'custody:accept', SAYS.accept)).toBe('ALREADY_HOLDER');
    await scene.step(colleague, 'custody:accept', SAYS.accept);
    expect(scene.headOf().holder.person).toBe('p-cn-2');
  });

  it('lets a service give a person what it opened', async () => {
    const scene = openScene();
    const { openingOf } = await import('../../test/custody-scene.ts');
    await scene.act(service, 'custody:open', openingOf());
    expect(await scene.refusal(service, 'custody:examine', SAYS.examine)).toBe('NOT_ALLOWED');
    await scene.step(service, 'custody:offer', SAYS.offer('CnMSP', 'p-cn-1'));
    await scene.step(investigator, 'custody:accept', SAYS.accept);
    expect(scene.headOf().holder.person).toBe('p-cn-1');
  });
});

describe('who acts on an item', () => {
  const own: readonly (readonly [CustodyTransaction, object])[] = [
    ['custody:offer', SAYS.offer('SgMSP')],
    ['custody:seal', SAYS.seal('S-9')],
    ['custody:return', SAYS.return],
    ['custody:dispose', SAYS.dispose],
  ];
  it.each(own)('%s is for the very person who holds it', async (name, says) => {
    const scene = await opened();
    for (const who of [colleague, prosecutor, singapore]) {
      expect(await scene.refusal(who, name, says)).toBe('NOT_THE_HOLDER');
    }
    await scene.step(investigator, name, says);
  });

  it('moves and unseals by its holder only', async () => {
    const scene = openScene();
    await scene.act(investigator, 'custody:register', exhibitOf());
    const unseal = { item: EXHIBIT, ...SAYS.unseal('S-1', 'S-2') };
    const move = { item: EXHIBIT, ...SAYS.move };
    expect(await scene.refusal(colleague, 'custody:unseal', unseal)).toBe('NOT_THE_HOLDER');
    expect(await scene.refusal(colleague, 'custody:move', move)).toBe('NOT_THE_HOLDER');
    await scene.step(investigator, 'custody:move', move);
    await scene.step(investigator, 'custody:unseal', unseal);
    expect(scene.headOf(EXHIBIT)).toMatchObject({ seals: [], sequence: 2 });
  });

  it('examines at any hands of the holder’s member', async () => {
    const scene = await opened();
    await scene.step(colleague, 'custody:examine', SAYS.examine);
    expect(await scene.refusal(prosecutor, 'custody:examine', SAYS.examine)).toBe('NOT_ALLOWED');
    expect(await scene.refusal(german, 'custody:examine', SAYS.examine)).toBe('NOT_THE_HOLDER');
    expect(scene.headOf().holder.person).toBe('p-cn-1');
  });

  it('of an exchange passes through its delegate to a colleague', async () => {
    const scene = await offered('ExMSP');
    await scene.step(exchange, 'custody:accept', SAYS.accept);
    const delegate = { ...exchange, role: 'delegate', person: 'p-ex-2' };
    const analyst = { ...exchange, role: 'analyst', person: 'p-ex-3' };
    expect(await scene.refusal(analyst, 'custody:takeOver', SAYS.takeOver)).toBe('NOT_ALLOWED');
    const foreign = { ...delegate, member: 'CnMSP', jurisdiction: 'CN' };
    for (const name of ['takeOver', 'offer', 'withdraw'] as const) {
      const says =
        name === 'offer' ? SAYS.offer('ExMSP') : name === 'takeOver' ? SAYS.takeOver : {};
      expect(await scene.refusal(foreign, `custody:${name}`, says)).toBe('NOT_ALLOWED');
    }
    await scene.step(delegate, 'custody:takeOver', SAYS.takeOver);
    for (const name of ['examine', 'return', 'dispose'] as const) {
      expect(await scene.refusal(delegate, `custody:${name}`, SAYS[name])).toBe('NOT_ALLOWED');
    }
    await scene.step(delegate, 'custody:offer', SAYS.offer('ExMSP', 'p-ex-3'));
    await scene.step(analyst, 'custody:accept', SAYS.accept);
    expect(scene.headOf().holder).toEqual({ member: 'ExMSP', person: 'p-ex-3' });
    // An offer of somebody who has left does not hang for ever either.
    await scene.step(analyst, 'custody:offer', SAYS.offer('SgMSP'));
    await scene.step(delegate, 'custody:withdraw', {});
  });

  it('is taken over by an authority of the same member', async () => {
    const scene = await opened();
    expect(await scene.refusal(colleague, 'custody:takeOver', SAYS.takeOver)).toBe('NOT_ALLOWED');
    expect(await scene.refusal(judgeOfSg, 'custody:takeOver', SAYS.takeOver)).toBe(
      'NOT_THE_HOLDER',
    );
    const { flags } = await scene.step(prosecutor, 'custody:takeOver', SAYS.takeOver);
    expect(flags).toEqual(['CONTENT_NOT_CHECKED']);
    expect(scene.headOf().holder).toEqual({ member: 'CnMSP', person: 'p-cn-3' });
    expect(await scene.refusal(prosecutor, 'custody:takeOver', SAYS.takeOver)).toBe(
      'ALREADY_HOLDER',
    );
    expect(await scene.refusal(investigator, 'custody:offer', SAYS.offer('SgMSP'))).toBe(
      'NOT_THE_HOLDER',
    );
  });
});
