import { describe, expect, it } from 'vitest';
import {
  derivationOf,
  exhibitOf,
  ITEM,
  offered,
  opened,
  PEOPLE,
  SAYS,
} from '../../test/custody-scene.ts';
import { ACQUISITION, digest, NOW, sampleProfile } from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';

const {
  investigator,
  colleague,
  prosecutor,
  singapore,
  singaporean,
  judgeOfSg,
  german,
  judgeOfDe,
} = PEOPLE;
const EXHIBIT = exhibitOf().item;

describe('flags', () => {
  it('show a record that is late, and a long way between offer and acceptance', async () => {
    const DAY = 86_400_000;
    const flagsOf = async (late: number, transit: number) => {
      const scene = await offered();
      scene.clock.time = NOW + transit + late;
      const says = { ...SAYS.accept, happenedAt: NOW + transit };
      const { flags } = await scene.step(singapore, 'custody:accept', says);
      return flags.filter((flag) => flag === 'RECORDED_LATE' || flag === 'TRANSIT_GAP');
    };
    expect(await flagsOf(DAY, DAY)).toEqual([]);
    expect(await flagsOf(DAY + 1, DAY)).toEqual(['RECORDED_LATE']);
    expect(await flagsOf(DAY, DAY + 1)).toEqual(['TRANSIT_GAP']);
  });

  it('show what was found of the content', async () => {
    const flagsOf = async (checked: string) => {
      const scene = await opened();
      return (await scene.step(colleague, 'custody:examine', { ...SAYS.examine, checked })).flags;
    };
    expect(await flagsOf('MATCHES')).toEqual([]);
    expect(await flagsOf('DIFFERS')).toEqual(['CONTENT_DIFFERS']);
    expect(await flagsOf('NOT_CHECKED')).toEqual(['CONTENT_NOT_CHECKED']);
  });

  it('hold the acquisition against the receiver’s profile, whatever was derived from it', async () => {
    const key = `acquisition/${ACQUISITION}`;
    const receive = async (acquisition: object, profile = {}, conversion?: object) => {
      const scene = await opened();
      scene.records.set(key, { ...(scene.records.get(key) as object), ...acquisition });
      scene.setMember('SgMSP', { profile: { ...sampleProfile, ...profile } });
      const derived = derivationOf(
        ITEM,
        conversion && {
          origin: {
            ...{ kind: 'DERIVED', source: ITEM, tools: [] },
            as: {
              form: 'CONVERSION',
              from: { id: 'iso-27037', version: 1 },
              ...conversion,
            } as never,
          },
        },
      );
      await scene.act(investigator, 'custody:derive', derived);
      const flags = [];
      for (const item of [ITEM, derived.item]) {
        await scene.step(investigator, 'custody:offer', { item, ...SAYS.offer('SgMSP') });
        flags.push((await scene.step(singapore, 'custody:accept', { item, ...SAYS.accept })).flags);
      }
      return flags;
    };
    const judicial = { authorisation: { kind: 'JUDICIAL', reference: 'O/1' } };
    const both = (...flags: string[]) => [flags, flags];
    expect(await receive(judicial)).toEqual(both());
    expect(await receive({})).toEqual(both('AUTHORISATION_NOT_STATED'));
    expect(await receive({ authorisation: { kind: 'INTERNAL', reference: 'O/1' } })).toEqual(
      both('AUTHORISATION_NOT_ACCEPTED'),
    );
    expect(await receive(judicial, { adoptedStandards: [] })).toEqual(both('STANDARD_NOT_ADOPTED'));
    const other = { id: 'iso-27037', version: 1 };
    expect(await receive(judicial, { adoptedStandards: [] }, { to: other })).toEqual(
      both('STANDARD_NOT_ADOPTED'),
    );
    // What was converted follows the standard that it was converted to.
    expect(
      await receive({ ...judicial, standard: { id: 'gb-t-29362', version: 1 } }, {}, { to: other }),
    ).toEqual([['STANDARD_NOT_ADOPTED'], []]);
  });

  it('show a key that a gateway holds', async () => {
    const scene = await opened();
    const { flags } = await scene.step(investigator, 'custody:seal', SAYS.seal('S-1'), {
      keyCustody: 'gateway',
    });
    expect(flags).toEqual(['GATEWAY_HELD_KEY']);
  });
});

describe('a correction', () => {
  it('names an earlier record of the item and leaves it, in any state', async () => {
    const scene = await opened();
    const first = digestRecord(scene.itemOf());
    const correct = (corrects: string) => ({ corrects, statement: 'the room was number 5' });
    const before = new Map(scene.records);
    const correction = await scene.step(colleague, 'custody:correct', correct(first));
    for (const [key, record] of before) {
      if (key !== `item-head/${ITEM}`) expect(scene.records.get(key)).toEqual(record);
    }
    await scene.step(investigator, 'custody:correct', correct(digestRecord(correction)));
    await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    await scene.step(investigator, 'custody:correct', correct(first));
    await scene.step(investigator, 'custody:withdraw');
    await scene.step(investigator, 'custody:dispose', SAYS.dispose);
    await scene.step(prosecutor, 'custody:correct', correct(first));
    expect(scene.headOf()).toMatchObject({ status: 'DISPOSED', sequence: 7 });
  });

  it('is by the member that wrote the record', async () => {
    const scene = await opened();
    const offer = await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    const accept = await scene.step(singapore, 'custody:accept', SAYS.accept);
    const correct = (record: unknown) => ({ corrects: digestRecord(record), statement: 'not so' });
    expect(await scene.refusal(singapore, 'custody:correct', correct(offer))).toBe(
      'NOT_THE_AUTHOR',
    );
    expect(await scene.refusal(investigator, 'custody:correct', correct(accept))).toBe(
      'NOT_THE_AUTHOR',
    );
    await scene.step(singaporean, 'custody:correct', correct(accept));
    await scene.step(investigator, 'custody:correct', correct(offer));
  });

  it('is of a record that is there, and of this item', async () => {
    const scene = await opened();
    await scene.act(investigator, 'custody:register', exhibitOf());
    const ofOther = await scene.step(investigator, 'custody:move', { item: EXHIBIT, ...SAYS.move });
    for (const corrects of [
      digest('9'),
      digestRecord(ofOther),
      digestRecord(scene.itemOf(EXHIBIT)),
      digestRecord(scene.records.get(`acquisition/${ACQUISITION}`)),
    ]) {
      const says = { corrects, statement: 'not so' };
      expect(await scene.refusal(investigator, 'custody:correct', says)).toBe(
        'NOT_A_RECORD_OF_ITEM',
      );
    }
  });
});

describe('a confirmation', () => {
  const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };
  const confirm = { position: 'CONFIRMED', sha256: digest('5') };

  it('is by the original’s state, with the very digest, and binds it', async () => {
    const scene = await opened({ mirrorOf });
    expect(await scene.refusal(judgeOfSg, 'custody:confirm', confirm)).toBe(
      'NOT_THE_ORIGINALS_STATE',
    );
    expect(await scene.refusal(german, 'custody:confirm', confirm)).toBe('NOT_ALLOWED');
    const other = { ...confirm, sha256: digest('6') };
    expect(await scene.refusal(judgeOfDe, 'custody:confirm', other)).toBe('MIRROR_DIGEST_DIFFERS');
    const input = { ...scene.following(), ...confirm };
    const { record, markers } = await scene.act(judgeOfDe, 'custody:confirm', input);
    expect(markers).toEqual([{ mspId: 'DeMSP', record }]);
    expect(scene.headOf()).toMatchObject({
      mirror: 'CONFIRMED',
      holder: { member: 'CnMSP' },
      status: 'HELD',
    });
  });

  it('may be denied for what was found, is flagged from then on, and taken anew', async () => {
    const scene = await opened({ mirrorOf });
    const says = { position: 'DENIED', ground: 'CONTENT_DIFFERS', sha256: digest('6') };
    const denial = await scene.step(judgeOfDe, 'custody:confirm', says);
    expect(denial.flags).toEqual(['MIRROR_DENIED']);
    expect(scene.headOf().mirror).toBe('DENIED');
    const { flags } = await scene.step(colleague, 'custody:examine', SAYS.examine);
    expect(flags).toEqual(['MIRROR_DENIED']);
    const changed = await scene.step(judgeOfDe, 'custody:confirm', confirm);
    expect(changed.flags).toEqual(['MIRROR_POSITION_CHANGED']);
    const after = await scene.step(colleague, 'custody:examine', SAYS.examine);
    expect(after.flags).toEqual([]);
    expect((await scene.step(judgeOfDe, 'custody:confirm', confirm)).flags).toEqual([]);
    const again = await scene.step(judgeOfDe, 'custody:confirm', says);
    expect(again.flags).toEqual(['MIRROR_DENIED', 'MIRROR_POSITION_CHANGED']);
  });

  it('does not contradict itself: a denial has its ground, and digests that agree are none', async () => {
    const scene = await opened({ mirrorOf });
    const deny = { position: 'DENIED' };
    for (const says of [
      deny,
      { ...deny, sha256: digest('5') },
      { ...deny, sha256: digest('6') },
      { ...deny, ground: 'CONTENT_DIFFERS' },
      { ...deny, ground: 'CONTENT_DIFFERS', sha256: digest('5') },
      { ...confirm, ground: 'OTHER' },
    ]) {
      const code = await scene.refusal(judgeOfDe, 'custody:confirm', says);
      expect([says, code]).toEqual([says, 'MIRROR_GROUND_MISMATCH']);
    }
    const undigested = { position: 'CONFIRMED' };
    expect(await scene.refusal(judgeOfDe, 'custody:confirm', undigested)).toBe(
      'MIRROR_DIGEST_DIFFERS',
    );
  });

  it('may be denied though the digests agree, or without one: what was copied is not all', async () => {
    const scene = await opened({ mirrorOf });
    for (const ground of ['NO_SUCH_ORIGINAL', 'NOT_AUTHORISED', 'OTHER']) {
      for (const sha256 of [undefined, digest('5'), digest('6')]) {
        const says = { position: 'DENIED', ground, ...(sha256 && { sha256 }) };
        const { flags } = await scene.step(judgeOfDe, 'custody:confirm', says);
        expect(flags).toEqual(['MIRROR_DENIED']);
      }
    }
    expect(scene.headOf().mirror).toBe('DENIED');
  });

  it('is asked of mirror copies only; until then their use is flagged', async () => {
    const plain = await opened();
    expect(await plain.refusal(judgeOfDe, 'custody:confirm', confirm)).toBe('NOT_A_MIRROR');
    const scene = await opened({ mirrorOf });
    expect((await scene.step(investigator, 'custody:seal', SAYS.seal('S-1'))).flags).toEqual([]);
    await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    const says = { foundSeals: [{ seal: 'S-1', intact: true }], checked: 'MATCHES' };
    const { flags } = await scene.step(singapore, 'custody:accept', says);
    expect(flags).toContain('MIRROR_UNCONFIRMED');
  });

  it('is not got round by a copy of the mirror', async () => {
    const scene = await opened({ mirrorOf });
    const { record } = await scene.act(investigator, 'custody:derive', derivationOf(ITEM));
    const { item } = record as { item: string };
    const examine = () => scene.step(investigator, 'custody:examine', { ...SAYS.examine, item });
    expect((await examine()).flags).toContain('MIRROR_UNCONFIRMED');
    const denial = { position: 'DENIED', ground: 'NOT_AUTHORISED' };
    await scene.step(judgeOfDe, 'custody:confirm', denial);
    expect((await examine()).flags).toEqual(['MIRROR_DENIED']);
    await scene.step(judgeOfDe, 'custody:confirm', confirm);
    expect((await examine()).flags).toEqual([]);
  });
});
