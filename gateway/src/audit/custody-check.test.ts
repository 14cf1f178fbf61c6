/** What a valid transaction of custody wrote, held to the rules: every way in which it could not fit. */
import { MAX_WAY } from '@tabellion/chaincode/custody/bounds';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { buildTree, fromHex, toHex } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import {
  BATCH,
  type CustodyScene,
  ITEM,
  LEAVES,
  named,
  OTHER_ACQUISITION,
  opened,
  openingOf,
  openScene,
  PEOPLE,
  SAYS,
  type Someone,
} from '../../../chaincode/test/custody-scene.ts';
import { ACQUISITION, digest, NOW } from '../../../chaincode/test/samples.ts';
import type { Spoiler } from '../../../test/support/audited-ledger.ts';
import {
  type Act,
  edit,
  head,
  judge,
  mirrorOf,
  misread,
  step,
} from '../../../test/support/judged-custody.ts';
import type { BreakCode } from './break.ts';

/** Steps that are taken by the rules; then the one that is spoiled. */
interface Steps {
  readonly opening?: object;
  readonly before?: readonly Act[];
  readonly spoiled: Act;
}
const offer: Steps = {
  spoiled: [PEOPLE.investigator, 'custody:offer', SAYS.offer('SgMSP', 'p-sg-1')],
};
const offered: Act = [PEOPLE.investigator, 'custody:offer', SAYS.offer('SgMSP')];
const accept: Steps = {
  before: [offered],
  spoiled: [PEOPLE.singapore, 'custody:accept', SAYS.accept],
};
const confirm: Steps = {
  opening: { mirrorOf },
  spoiled: [PEOPLE.judgeOfDe, 'custody:confirm', { position: 'CONFIRMED', sha256: digest('5') }],
};
const dispose: Steps = {
  before: [[PEOPLE.judgeOfDe, 'custody:hold', SAYS.hold]],
  spoiled: [PEOPLE.investigator, 'custody:dispose', SAYS.dispose],
};

async function judgeSteps({ opening, before = [], spoiled }: Steps, spoiler: Spoiler) {
  const scene = openScene();
  await scene.open(opening);
  for (const [who, name, says] of before) await scene.step(who, name, says);
  const [who, name, says] = spoiled;
  return judge(scene, [who, name, { ...scene.following(), ...says }], spoiler);
}

describe('what the rules give', () => {
  it.each([
    ['offer', offer],
    ['acceptance', accept],
    ['confirmation', confirm],
    ['hold', { spoiled: [PEOPLE.judgeOfDe, 'custody:hold', SAYS.hold] } satisfies Steps],
  ])('holds: %s', async (_what, steps) => {
    expect(await judgeSteps(steps, {})).toBe('HOLDS');
  });
});

describe('what does not fit', () => {
  const cases: [what: string, BreakCode, Spoiler, Steps][] = [
    [
      'a step stands under another key',
      'KEY_MISMATCH',
      {
        record: (key, record) => [
          key.startsWith('custody/') ? `custody/${digest('4')}` : key,
          record,
        ],
      },
      offer,
    ],
    [
      'a step says another reason than its signer',
      'INPUT_MISMATCH',
      step((record) => ({ ...record, reason: 'something else' })),
      offer,
    ],
    [
      'a step names another receiver than its signer',
      'INPUT_MISMATCH',
      step((record) => ({ ...record, to: { member: 'DeMSP' } })),
      offer,
    ],
    [
      'a step names another person',
      'ACT_MISMATCH',
      step(({ act, ...record }) => ({
        ...record,
        act: { ...(act as object), person: 'p-ffffffffffffffff' },
      })),
      offer,
    ],
    [
      'a step hides its flags',
      'STATE_MISMATCH',
      step((record) => ({ ...record, flags: [] })),
      {
        spoiled: [PEOPLE.colleague, 'custody:examine', { ...SAYS.examine, checked: 'DIFFERS' }],
      },
    ],
    [
      'a step invents a flag',
      'STATE_MISMATCH',
      step((record) => ({ ...record, flags: ['RECORDED_LATE'] })),
      offer,
    ],
    [
      'a step is of another case',
      'STATE_MISMATCH',
      step((record) => ({ ...record, case: 'CASE-2026-2' })),
      offer,
    ],
    [
      'a step rests on other bases',
      'STATE_MISMATCH',
      step((record) => ({ ...record, legalBases: [{ id: 'treaty', version: 1 }] })),
      offer,
    ],
    [
      'a step states another window',
      'STATE_MISMATCH',
      step((record) => ({ ...record, timeWindowSeconds: 901 })),
      offer,
    ],
    [
      'a step has a field too many',
      'RECORD_MALFORMED',
      step((record) => ({ ...record, extra: 1 })),
      offer,
    ],
    ...Object.entries({
      sequence: 2,
      last: digest('4'),
      happenedAt: NOW - 1,
      status: 'HELD',
      holder: { member: 'SgMSP', person: 'p-sg-1' },
      offer: null,
      seals: ['S-1'],
      holds: [{ hold: digest('4'), member: 'DeMSP' }],
      mirror: 'CONFIRMED',
      item: digest('4'),
    }).map(([field, value]): [string, BreakCode, Spoiler, Steps] => [
      `the head says another ${field}`,
      'STATE_MISMATCH',
      head({ [field]: value }),
      offer,
    ]),
    [
      'the head is left as it was',
      'STATE_MISMATCH',
      { record: (key, record) => (key.startsWith('item-head/') ? null : [key, record]) },
      offer,
    ],
    [
      'another item’s head is written besides',
      'RECORD_UNEXPECTED',
      {
        also: [
          [
            `item-head/${digest('4')}`,
            {
              ...{ type: 'tabellion.item-head', v: 1, item: digest('4'), sequence: 0 },
              ...{ last: digest('4'), happenedAt: NOW, status: 'HELD', offer: null, seals: [] },
              ...{ holder: { member: 'CnMSP', person: 'p-1' }, holds: [], mirror: null },
              ...{ way: { steps: 0, bytes: 0 }, apart: [] },
            },
          ],
        ],
      },
      offer,
    ],
    [
      'a step leaves a gap in the chain',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, sequence: 6, last: digest('4') })),
      {
        spoiled: [
          ...([PEOPLE.investigator, 'custody:offer'] as const),
          { ...SAYS.offer('SgMSP'), sequence: 7, previous: digest('4') },
        ],
      },
    ],
    [
      'two offers are open at once',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, status: 'HELD', offer: null })),
      { before: [offered], spoiled: offer.spoiled },
    ],
    [
      'another member accepts',
      'STATE_MISMATCH',
      misread('item-head/', ({ offer: open, ...record }) => ({
        ...record,
        offer: open && { ...open, to: { member: 'DeMSP' } },
      })),
      { before: [offered], spoiled: [PEOPLE.german, 'custody:accept', SAYS.accept] },
    ],
    [
      'another person accepts',
      'STATE_MISMATCH',
      misread('item-head/', ({ offer: open, ...record }) => ({
        ...record,
        offer: open && { ...open, to: { member: 'SgMSP' } },
      })),
      { before: [offer.spoiled], spoiled: [PEOPLE.singaporean, 'custody:accept', SAYS.accept] },
    ],
    [
      'somebody gives away what another holds',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({
        ...record,
        status: 'OFFERED',
        offer: { to: { member: 'SgMSP' }, happenedAt: NOW - 10_000 },
      })),
      { spoiled: accept.spoiled },
    ],
    [
      'an item is disposed of under legal hold',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, holds: [] })),
      dispose,
    ],
    [
      'a step is backdated',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, happenedAt: 0 })),
      {
        spoiled: [
          ...([PEOPLE.investigator, 'custody:offer'] as const),
          { ...SAYS.offer('SgMSP'), happenedAt: NOW - 10_001 },
        ],
      },
    ],
    [
      'what is under seal is examined',
      'STATE_MISMATCH',
      misread('item-head/', (record) => ({ ...record, seals: [] })),
      {
        opening: { seals: ['S-1'] },
        spoiled: [PEOPLE.colleague, 'custody:examine', SAYS.examine],
      },
    ],
    [
      'a hold rests on a basis that nobody published',
      'STATE_MISMATCH',
      misread('reference/', (record) => ({
        ...record,
        entry: { ...(record.entry as object), version: 2 },
      })),
      {
        spoiled: [
          ...([PEOPLE.judgeOfDe, 'custody:hold'] as const),
          { legalBasis: { id: 'charter', version: 2 } },
        ],
      },
    ],
    ['an acceptance lacks the mark of its member', 'MARKER_MISSING', { marks: false }, accept],
    [
      'a refusal lacks the mark of its member',
      'MARKER_MISSING',
      { marks: false },
      { before: [offered], spoiled: [PEOPLE.singapore, 'custody:refuse', {}] },
    ],
    ['a confirmation lacks the mark of its state', 'MARKER_MISSING', { marks: false }, confirm],
    [
      'a mirror is confirmed with another digest',
      'STATE_MISMATCH',
      misread('item/', (record) => ({ ...record, mirrorOf: { ...mirrorOf, sha256: digest('6') } })),
      {
        opening: { mirrorOf },
        spoiled: [
          ...([PEOPLE.judgeOfDe, 'custody:confirm'] as const),
          { position: 'CONFIRMED', sha256: digest('6') },
        ],
      },
    ],
    [
      'a mirror is denied as differing with the digest that it names',
      'STATE_MISMATCH',
      misread('item/', (record) => ({ ...record, mirrorOf: { ...mirrorOf, sha256: digest('6') } })),
      {
        opening: { mirrorOf },
        spoiled: [
          ...([PEOPLE.judgeOfDe, 'custody:confirm'] as const),
          { position: 'DENIED', ground: 'CONTENT_DIFFERS', sha256: mirrorOf.sha256 },
        ],
      },
    ],
  ];

  it.each(cases)('is found out: %s', async (_what, code, spoiler, steps) => {
    expect(await judgeSteps(steps, spoiler)).toMatch(new RegExp(`^${code} `));
  });

  it.each([
    ['steps', { steps: MAX_WAY.steps, bytes: 0 }],
    ['bytes', { steps: 0, bytes: MAX_WAY.bytes }],
  ] as const)('is found out: a chain that has no room for more %s goes on', async (_what, way) => {
    const scene = await opened();
    scene.records.set(`item-head/${ITEM}`, { ...scene.headOf(), way });
    const act: Act = [
      PEOPLE.colleague,
      'custody:examine',
      { ...scene.following(), ...SAYS.examine },
    ];
    // The head that is left is the one that an honest contract would leave, had there been room.
    const spoiler: Spoiler = {
      ...misread('item-head/', (record) => ({ ...record, way: { steps: 0, bytes: 0 } })),
      ...edit('item-head/', (record) => {
        const { steps, bytes } = record.way as typeof way;
        return { ...record, way: { steps: way.steps + steps, bytes: way.bytes + bytes } };
      }),
    };
    expect(await judge(scene, act, spoiler)).toMatch(/^STATE_MISMATCH .*CHAIN_FULL/);
    const passedOn = { ...scene.following(), ...SAYS.offer('SgMSP') };
    expect(await judge(scene, [PEOPLE.investigator, 'custody:offer', passedOn], {})).toBe('HOLDS');
  });

  /** What is opened, by whatever contracts. */
  type Opening = (
    scene: CustodyScene,
  ) => Promise<readonly [input: object, spoiler: Spoiler, who?: Someone]>;
  const openings: [what: string, BreakCode, Opening][] = [
    [
      'an item is opened by a forged path',
      'STATE_MISMATCH',
      async () => [
        openingOf({ leaf: digest('4'), path: [], origin: { ...openingOf().origin, index: 0 } }),
        misread('batch/', (record) => ({ ...record, size: 1, root: digest('4') })),
      ],
    ],
    [
      'an item is opened in another acquisition',
      'STATE_MISMATCH',
      async () => [
        openingOf({ origin: { ...openingOf().origin, acquisition: OTHER_ACQUISITION } }),
        misread('batch/', (record) => ({ ...record, acquisition: OTHER_ACQUISITION })),
      ],
    ],
    [
      'an item is opened by another member',
      'STATE_MISMATCH',
      async () => [
        openingOf(named(LEAVES[2]!, 'SgMSP')),
        misread('acquisition/', (record) => ({
          ...record,
          act: { ...(record.act as object), member: 'SgMSP' },
        })),
        PEOPLE.singapore,
      ],
    ],
    [
      'a mirror is opened of a mirror',
      'STATE_MISMATCH',
      async (scene) => {
        await scene.open({ mirrorOf });
        const [leaf] = LEAVES as [string];
        const tree = buildTree(LEAVES.map((leaf) => fromHex(leaf)));
        return [
          openingOf({
            leaf,
            path: tree.path(0).map((hash) => toHex(hash)),
            origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: BATCH, index: 0 },
            mirrorOf: { ...mirrorOf, original: openingOf().item },
          }),
          misread('item/', ({ mirrorOf: _, ...record }) => ({
            ...record,
            act: { ...(record.act as object), jurisdiction: mirrorOf.jurisdiction },
          })),
        ];
      },
    ],
    [
      'an item stands under another’s name',
      'STATE_MISMATCH',
      async () => [
        openingOf(),
        { record: (key, record) => [key.replace(/^item\/.*/, `item/${digest('4')}`), record] },
      ],
    ],
    [
      'a mirror passes for confirmed from the start',
      'STATE_MISMATCH',
      async () => [openingOf({ mirrorOf }), head({ mirror: 'CONFIRMED' })],
    ],
    [
      'an item hides that it is a mirror',
      'INPUT_MISMATCH',
      async () => [openingOf({ mirrorOf }), edit('item/', ({ mirrorOf: _, ...record }) => record)],
    ],
    [
      'an item has no head',
      'STATE_MISMATCH',
      async () => [
        openingOf(),
        { record: (key, record) => (key.startsWith('item-head/') ? null : [key, record]) },
      ],
    ],
    [
      'an item is opened again',
      'RECORD_REWRITTEN',
      async (scene) => {
        await scene.open();
        return [openingOf({ reason: 'once more' }), misread('item/', () => undefined)];
      },
    ],
  ];

  it.each(openings)('is found out: %s', async (_what, code, prepare) => {
    const scene = openScene();
    const [input, spoiler, who = PEOPLE.investigator] = await prepare(scene);
    const found = await judge(scene, [who, 'custody:open', input], spoiler);
    expect(found).toMatch(new RegExp(`^${code} `));
  });

  it('is found out: an item has the name that another member would give to its leaf', async () => {
    const { item } = named(LEAVES[2]!, 'SgMSP');
    let last = '';
    const rename: Spoiler = {
      record: (key, record) => {
        const renamed = { ...record, item, ...(key.startsWith('item-head/') && { last }) };
        last = digestRecord(renamed);
        return [key.replace(/[^/]+$/, item), renamed];
      },
    };
    const act = [PEOPLE.investigator, 'custody:open', openingOf()] as const;
    const found = await judge(openScene(), act, rename, { ...openingOf(), item });
    expect(found).toMatch(/^STATE_MISMATCH .*BAD_INPUT/);
  });
});
