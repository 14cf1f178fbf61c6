/** The audit of custody: a rich ledger that holds, and whatever contracts could write that does not. */
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import type { Role } from '@tabellion/chaincode/member/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivationOf, exhibitOf } from '../../../chaincode/test/custody-scene.ts';
import { digest, NOW } from '../../../chaincode/test/samples.ts';
import {
  anchorItems,
  following,
  openItem,
  SAYS,
  takeStep,
} from '../../../test/contract/custody-scene.ts';
import { newId } from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import {
  audit,
  commit,
  listBlocks,
  rogueContracts,
  type Spoiler,
  trustOf,
} from '../../../test/support/audited-ledger.ts';
import { misread } from '../../../test/support/judged-custody.ts';
import type { BreakCode } from './break.ts';

const DAY = 86_400_000;
const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };

describe('a ledger whose custody holds', () => {
  let world: World;
  let item: string;
  let mirror: string;
  let offeredItem: string;
  beforeAll(async () => {
    world = await openWorld();
    await world.found();
  });
  afterAll(() => world.close());

  it('is clean, and shows gaps, seals, contents, and what is open', async () => {
    const investigator = await world.person('CnMSP', 'investigator');
    const receiver = await world.person('SgMSP', 'investigator');
    const prosecutor = await world.person('CnMSP', 'prosecutor');
    const judge = await world.person('DeMSP', 'judicialReviewer');
    mirror = await openItem(world, { mirrorOf });
    const denied = await openItem(world, { mirrorOf });
    offeredItem = await openItem(world);
    item = await openItem(world, { seals: ['S-1'] });
    const { acquisition } = await anchorItems(world, 1);
    const { origin } = exhibitOf();
    const exhibit = exhibitOf({ leaf: newId(32), origin: { ...origin, acquisition } });
    await world.act(investigator, 'custody:register', exhibit);
    await world.act(investigator, 'custody:derive', derivationOf(offeredItem, { leaf: newId(32) }));

    const denial = { position: 'DENIED', ground: 'CONTENT_DIFFERS', sha256: digest('6') };
    const steps: [typeof investigator, string, string, object][] = [
      [investigator, 'custody:offer', offeredItem, SAYS.offer('SgMSP')],
      [receiver, 'custody:refuse', offeredItem, {}],
      [investigator, 'custody:offer', offeredItem, SAYS.offer('ExMSP')],
      [judge, 'custody:confirm', denied, denial],
      [investigator, 'custody:examine', mirror, { ...SAYS.examine, checked: 'DIFFERS' }],
      [investigator, 'custody:offer', item, SAYS.offer('SgMSP')],
    ];
    for (const [signer, name, about, says] of steps) {
      expect((await takeStep(world, signer, name, about, says)).code, name).toBe('VALID');
    }
    world.clock.time = NOW + 3 * DAY;
    const broken = { foundSeals: [{ seal: 'S-2', intact: false }], checked: 'NOT_CHECKED' };
    const late = { ...broken, happenedAt: NOW + 1.5 * DAY };
    const accepted = await takeStep(world, receiver, 'custody:accept', item, late);
    const authority = await world.person('SgMSP', 'centralAuthority');
    const correction = { corrects: digestRecord(accepted.record), statement: 'seal S-1 was meant' };
    const more: [typeof investigator, string, string, object][] = [
      [receiver, 'custody:correct', item, correction],
      [
        authority,
        'custody:takeOver',
        item,
        { ...SAYS.takeOver, foundSeals: [{ seal: 'S-1', intact: true }] },
      ],
      [prosecutor, 'custody:hold', item, SAYS.hold],
      [authority, 'custody:unseal', item, SAYS.unseal('S-1')],
      [authority, 'custody:seal', item, SAYS.seal('S-3')],
      [investigator, 'custody:move', exhibit.item, SAYS.move],
    ];
    let hold = '';
    for (const [signer, name, about, says] of more) {
      const { code, txId } = await takeStep(world, signer, name, about, says);
      expect(code, name).toBe('VALID');
      if (name === 'custody:hold') hold = txId;
    }
    await takeStep(world, prosecutor, 'custody:lift', item, { hold });
    await takeStep(world, authority, 'custody:dispose', item, SAYS.dispose);
    await takeStep(world, investigator, 'custody:return', exhibit.item, SAYS.return);

    const report = await audit(await listBlocks(world), await trustOf(world), NOW + 4 * DAY);
    expect(report.break).toBeNull();
    expect(report.counts).toMatchObject({ inCustody: 6, custodySteps: 16 });
    const found = report.findings.map(({ code, subject }) => `${code} ${subject}`);
    for (const expected of [
      `RECORDED_LATE item ${item}, step 2`,
      `TRANSIT_GAP item ${item}, step 2`,
      `SEAL_BROKEN item ${item}, step 2`,
      `SEALS_DIFFER item ${item}, step 2`,
      `CONTENT_NOT_CHECKED item ${item}, step 2`,
      `AUTHORISATION_NOT_STATED item ${item}, step 2`,
      `CORRECTED item ${item}, step 3`,
      `CONTENT_DIFFERS item ${mirror}, step 1`,
      `MIRROR_UNCONFIRMED item ${mirror}, step 1`,
      `MIRROR_UNCONFIRMED item ${mirror}`,
      `MIRROR_DENIED item ${denied}, step 1`,
      `MIRROR_DENIED item ${denied}`,
      `OFFER_OPEN item ${offeredItem}, to ExMSP`,
    ]) {
      expect(found).toContain(expected);
    }
    expect(report.findingCounts.OFFER_OPEN).toBe(1);
    const flagged = report.findings.find(({ code }) => code === 'SEAL_BROKEN');
    expect(flagged).toMatchObject({ txId: accepted.txId });
  });
});

describe('contracts that break the rules of custody by agreement', () => {
  type Taken = readonly [string, Role, string, object];
  const offered: Taken = ['CnMSP', 'investigator', 'custody:offer', SAYS.offer('SgMSP')];
  const accepted: Taken = ['SgMSP', 'investigator', 'custody:accept', SAYS.accept];

  const cases: [what: string, BreakCode, Spoiler, before: Taken[], spoiled: Taken][] = [
    ['an acceptance lacks its mark', 'MARKER_MISSING', { marks: false }, [offered], accepted],
    [
      'two offers are open at once',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, status: 'HELD', offer: null })),
      [offered],
      ['CnMSP', 'investigator', 'custody:offer', SAYS.offer('DeMSP')],
    ],
    [
      'somebody takes what was never offered',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({
        ...record,
        status: 'OFFERED',
        offer: { to: { member: 'SgMSP' }, happenedAt: NOW - 10_000 },
      })),
      [],
      accepted,
    ],
    [
      'an item is disposed of under legal hold',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, holds: [] })),
      [['DeMSP', 'judicialReviewer', 'custody:hold', SAYS.hold]],
      ['CnMSP', 'investigator', 'custody:dispose', SAYS.dispose],
    ],
    [
      'the head names another holder',
      'STATE_MISMATCH',
      {
        record: (key, record) => [
          key,
          key.startsWith('item-head/')
            ? { ...record, holder: { member: 'DeMSP', person: 'p-1' } }
            : record,
        ],
      },
      [],
      offered,
    ],
  ];

  it.each(cases)('are found out where %s', async (_what, code, spoiler, before, spoiled) => {
    const world = await openWorld();
    try {
      await world.found();
      const item = await openItem(world);
      for (const [member, role, name, says] of before) {
        const done = await takeStep(world, await world.person(member, role), name, item, says);
        expect(done.code, name).toBe('VALID');
      }
      const [member, role, name, says] = spoiled;
      const input = await following(world, item, says);
      world.ledger.install(rogueContracts(spoiler));
      await commit(world, await world.person(member, role), name, input);
      const { break: found } = await audit(await listBlocks(world), await trustOf(world), NOW);
      expect(found?.code, found?.detail).toBe(code);
      expect(found?.block).toBe((await world.ledger.height()) - 1);
    } finally {
      await world.close();
    }
  });
});
