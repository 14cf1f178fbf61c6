import { describe, expect, it } from 'vitest';
import {
  BATCH,
  codeOf,
  derivationOf,
  exhibitOf,
  ITEM,
  LEAVES,
  named,
  OTHER_ACQUISITION,
  openingOf,
  openScene,
  PEOPLE,
  SAYS,
} from '../../test/custody-scene.ts';
import { ACQUISITION, digest, NOW } from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import type { ItemRecord, OpenInput } from './record.ts';
import { itemHeadRecord, itemRecord, MAX_LINEAGE } from './record.ts';

const { investigator, colleague, prosecutor, service, singapore } = PEOPLE;

describe('custody:open', () => {
  it('writes the item and its head, and nothing of the path', async () => {
    const scene = openScene();
    const { key, record, also, markers } = await scene.open();
    expect(key).toBe(`item/${ITEM}`);
    expect(itemRecord.parse(record)).toEqual(record);
    expect(record).not.toHaveProperty('path');
    expect(record).toMatchObject({
      case: 'CASE-2026-1',
      legalBases: [{ id: 'charter', version: 1 }],
      flags: [],
      timeWindowSeconds: 900,
      act: { person: 'p-cn-1' },
    });
    expect(also).toEqual([
      {
        key: `item-head/${ITEM}`,
        record: {
          type: 'tabellion.item-head',
          v: 1,
          item: ITEM,
          sequence: 0,
          last: digestRecord(record),
          happenedAt: NOW - 10_000,
          status: 'HELD',
          holder: { member: 'CnMSP', person: 'p-cn-1' },
          offer: null,
          seals: [],
          holds: [],
          way: { steps: 0, bytes: 0 },
          apart: [],
          mirror: null,
        },
      },
    ]);
    expect(itemHeadRecord.parse(also?.[0]?.record)).toEqual(also?.[0]?.record);
    expect(markers).toBeUndefined();
  });

  it.each([0, 1, 2, 3, 4])('accepts the path of leaf %i, and of it only', async (index) => {
    const scene = openScene();
    const { buildTree, fromHex, toHex } = await import('@tabellion/proof');
    const tree = buildTree(LEAVES.map((leaf) => fromHex(leaf)));
    const path = tree.path(index).map((hash) => toHex(hash));
    const at = (leaf: string, place: number): OpenInput =>
      openingOf({
        leaf,
        path,
        origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: BATCH, index: place },
      });
    for (const place of [0, 1, 2, 3, 4, 5, 1e15]) {
      for (const leaf of LEAVES) {
        if (leaf === LEAVES[index] && place === index) continue;
        const refused = scene.decide(investigator, 'custody:open', at(leaf, place));
        expect(await codeOf(refused), `${leaf} at ${place}`).toBe('PATH_MISMATCH');
      }
    }
    await scene.act(investigator, 'custody:open', at(LEAVES[index]!, index));
  });

  const forge = (path: (path: string[]) => string[]) =>
    openingOf({ path: path([...openingOf().path]) });
  it.each([
    ['a hash changed', forge((path) => [digest('0'), ...path.slice(1)])],
    ['one too few', forge((path) => path.slice(1))],
    ['one too many', forge((path) => [...path, digest('0')])],
    ['none', forge(() => [])],
    ['another order', forge((path) => path.reverse())],
  ])('refuses a forged path: %s', async (_what, input) => {
    const refused = openScene().decide(investigator, 'custody:open', input);
    expect(await codeOf(refused)).toBe('PATH_MISMATCH');
  });

  it('refuses an inner node that passes itself off as an item', async () => {
    const { fromHex, nodeHash, toHex } = await import('@tabellion/proof');
    const [first, second, ...rest] = openingOf().path;
    const inner = toHex(nodeHash(fromHex(LEAVES[2]!), fromHex(first!)));
    for (const index of [0, 1, 2]) {
      const input = openingOf({
        leaf: inner,
        path: [second!, ...rest],
        origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: BATCH, index },
      });
      expect(await codeOf(openScene().decide(investigator, 'custody:open', input))).toBe(
        'PATH_MISMATCH',
      );
    }
  });

  it('refuses the leaf of another acquisition, a batch or acquisition that is not there', async () => {
    const { origin } = openingOf();
    for (const [changes, code] of [
      [{ acquisition: OTHER_ACQUISITION }, 'BATCH_OF_OTHER_ACQUISITION'],
      [{ acquisition: '9'.repeat(32) }, 'NOT_FOUND'],
      [{ batch: digest('9') }, 'NOT_FOUND'],
    ] as const) {
      const input = openingOf({ origin: { ...origin, ...changes } });
      expect(await codeOf(openScene().decide(investigator, 'custody:open', input))).toBe(code);
    }
  });

  it('is for investigators, analysts and services of the collecting member', async () => {
    for (const who of [colleague, service]) {
      await openScene().act(who, 'custody:open', openingOf());
    }
    const scene = openScene();
    expect(await codeOf(scene.decide(singapore, 'custody:open', openingOf()))).toBe(
      'NOT_OWN_MEMBER',
    );
    expect(await codeOf(scene.decide(prosecutor, 'custody:open', openingOf()))).toBe('NOT_ALLOWED');
  });

  it('happens once for an item', async () => {
    const scene = openScene();
    await scene.open();
    expect(await codeOf(scene.open({ reason: 'again' }))).toBe('ALREADY_EXISTS');
  });

  it('is for the name that follows from member and leaf', async () => {
    const scene = openScene();
    const theirs = named(LEAVES[2]!, 'SgMSP').item;
    const others = [LEAVES[2]!, digest('4'), theirs, named(LEAVES[1]!).item];
    for (const item of others) {
      expect(await codeOf(scene.open({ item })), item).toBe('BAD_INPUT');
      const exhibit = scene.decide(investigator, 'custody:register', exhibitOf({ item }));
      expect(await codeOf(exhibit), item).toBe('BAD_INPUT');
    }
    await scene.open();
    for (const item of others) {
      const derived = scene.decide(investigator, 'custody:derive', derivationOf(ITEM, { item }));
      expect(await codeOf(derived), item).toBe('BAD_INPUT');
    }
  });

  it('is not hindered by a member that took the same leaf before', async () => {
    const scene = openScene();
    const leaf = LEAVES[2]!;
    await scene.act(investigator, 'custody:register', exhibitOf());
    const exhibit = exhibitOf().item;
    await scene.step(investigator, 'custody:offer', { item: exhibit, ...SAYS.offer('SgMSP') });
    await scene.step(singapore, 'custody:accept', { item: exhibit, ...SAYS.accept });
    await scene.step(singapore, 'custody:unseal', {
      item: exhibit,
      ...SAYS.unseal('S-1', 'S-2'),
    });
    const taken = named(leaf, 'SgMSP');
    await scene.act(singapore, 'custody:derive', derivationOf(exhibit, taken));
    const { key, record } = await scene.open();
    expect(key).toBe(`item/${named(leaf).item}`);
    expect(record).toMatchObject({ leaf, act: { member: 'CnMSP' } });
    expect(scene.itemOf(taken.item)).toMatchObject({ leaf, act: { member: 'SgMSP' } });
    expect(await codeOf(scene.open())).toBe('ALREADY_EXISTS');
  });

  it('happens after the collection and not in the future, to the millisecond', async () => {
    const at = (happenedAt: number) =>
      openScene().decide(investigator, 'custody:open', openingOf({ happenedAt }));
    const collected = NOW - 30_000;
    await at(collected);
    expect(await codeOf(at(collected - 1))).toBe('TIME_ORDER');
    await at(NOW + 900_000);
    expect(await codeOf(at(NOW + 900_001))).toBe('TIME_IN_FUTURE');
  });

  it('flags what was recorded late, and a key that a gateway holds', async () => {
    const scene = openScene();
    const flagsAt = async (time: number, keyCustody: 'person' | 'gateway') => {
      const decision = await scene.decide(investigator, 'custody:open', openingOf(), {
        at: time,
        keyCustody,
      });
      return (decision.record as ItemRecord).flags;
    };
    const limit = NOW - 10_000 + 86_400_000;
    expect(await flagsAt(limit, 'person')).toEqual([]);
    expect(await flagsAt(limit + 1, 'gateway')).toEqual(['RECORDED_LATE', 'GATEWAY_HELD_KEY']);
  });

  it('names each seal once', async () => {
    expect(await codeOf(openScene().open({ seals: ['S-1', 'S-1'] }))).toBe('DUPLICATE_ENTRY');
    const scene = openScene();
    await scene.open({ seals: ['S-1', 'S-2'] });
    expect(scene.headOf().seals).toEqual(['S-1', 'S-2']);
  });
});

describe('a mirror copy', () => {
  const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };

  it('is unconfirmed from the start', async () => {
    const scene = openScene();
    const { record } = await scene.open({ mirrorOf });
    expect(record).toMatchObject({ mirrorOf });
    expect(scene.headOf().mirror).toBe('UNCONFIRMED');
  });

  it('has its original abroad', async () => {
    const home = { ...mirrorOf, jurisdiction: 'CN' };
    expect(await codeOf(openScene().open({ mirrorOf: home }))).toBe('MIRROR_AT_HOME');
  });

  it('names an original that is there and is no mirror, nor made from one', async () => {
    const scene = openScene();
    const { buildTree, fromHex, toHex } = await import('@tabellion/proof');
    const tree = buildTree(LEAVES.map((leaf) => fromHex(leaf)));
    const next = (original: string) =>
      openingOf({
        leaf: LEAVES[0]!,
        path: tree.path(0).map((hash) => toHex(hash)),
        origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: BATCH, index: 0 },
        mirrorOf: { ...mirrorOf, original },
      });
    const refusal = (original: string) =>
      codeOf(scene.decide(investigator, 'custody:open', next(original)));

    expect(await refusal(ITEM)).toBe('NOT_FOUND');
    await scene.open({ mirrorOf });
    expect(await refusal(ITEM)).toBe('MIRROR_OF_MIRROR');
    await scene.act(investigator, 'custody:derive', derivationOf(ITEM));
    const again = derivationOf(derivationOf(ITEM).item, { leaf: digest('c') });
    await scene.act(investigator, 'custody:derive', again);
    expect(await refusal(again.item)).toBe('MIRROR_OF_MIRROR');

    const clean = openScene();
    await clean.open();
    const own = clean.decide(investigator, 'custody:open', next(ITEM));
    expect(await codeOf(own)).toBe('NOT_THE_ORIGINALS_STATE');
    const { act, ...record } = clean.itemOf();
    clean.records.set(`item/${ITEM}`, { ...record, act: { ...act, jurisdiction: 'DE' } });
    await clean.act(investigator, 'custody:open', next(ITEM));
  });
});

describe('custody:register', () => {
  it('writes a thing under its seals', async () => {
    const scene = openScene();
    const { record } = await scene.act(investigator, 'custody:register', exhibitOf());
    expect(itemRecord.parse(record)).toEqual(record);
    expect(scene.headOf(exhibitOf().item)).toMatchObject({
      status: 'HELD',
      seals: ['S-1', 'S-2'],
      mirror: null,
    });
  });

  it('is for the collecting member, and seizes within its acquisition', async () => {
    const scene = openScene();
    const refusal = (who: typeof singapore, changes = {}) =>
      codeOf(scene.decide(who, 'custody:register', exhibitOf(changes)));
    expect(await refusal(singapore)).toBe('NOT_OWN_MEMBER');
    expect(await refusal(service)).toBe('NOT_ALLOWED');
    expect(await refusal(investigator, { happenedAt: NOW - 60_001 })).toBe('TIME_ORDER');
    const key = `acquisition/${ACQUISITION}`;
    scene.records.set(key, { ...(scene.records.get(key) as object), endedAt: NOW - 5_000 });
    expect(await refusal(investigator, { happenedAt: NOW - 4_999 })).toBe('TIME_ORDER');
    await scene.act(investigator, 'custody:register', exhibitOf({ happenedAt: NOW - 5_000 }));
  });
});

describe('custody:derive', () => {
  const standard = { id: 'iso-27037', version: 1 };

  it('points to its source, takes its case, and leaves it as it is', async () => {
    const scene = openScene();
    await scene.open();
    const before = scene.headOf();
    const input = derivationOf(ITEM);
    const { record, also } = await scene.act(colleague, 'custody:derive', input);
    expect(itemRecord.parse(record)).toEqual(record);
    expect(record).toMatchObject({ case: 'CASE-2026-1', origin: { source: ITEM } });
    expect(also?.map(({ key }) => key)).toEqual([`item-head/${input.item}`]);
    expect(scene.headOf()).toEqual(before);
    expect(scene.headOf(input.item).holder.person).toBe('p-cn-2');
  });

  it('is for whoever holds the source, while it is held and open', async () => {
    const scene = openScene();
    await scene.open();
    const refusal = (who = investigator as typeof singapore, changes = {}) =>
      codeOf(scene.decide(who, 'custody:derive', derivationOf(ITEM, changes)));
    expect(await refusal(singapore)).toBe('NOT_THE_HOLDER');
    expect(await refusal(prosecutor)).toBe('NOT_ALLOWED');
    expect(await refusal(investigator, { happenedAt: NOW - 10_001 })).toBe('TIME_ORDER');
    expect(await refusal(investigator, { happenedAt: NOW + 900_001 })).toBe('TIME_IN_FUTURE');
    expect(await refusal(investigator, { leaf: LEAVES[2]! })).toBe('ALREADY_EXISTS');
    await scene.step(investigator, 'custody:seal', SAYS.seal('S-1'));
    expect(await refusal()).toBe('ITEM_SEALED');
    await scene.step(investigator, 'custody:unseal', SAYS.unseal('S-1'));
    await scene.step(investigator, 'custody:offer', SAYS.offer('SgMSP'));
    expect(await refusal()).toBe('STEP_OUT_OF_ORDER');
    await scene.step(singapore, 'custody:accept', SAYS.accept);
    expect(await refusal()).toBe('NOT_THE_HOLDER');
    await scene.act(
      PEOPLE.singaporean,
      'custody:derive',
      derivationOf(ITEM, named(digest('d'), 'SgMSP')),
    );
  });

  it('knows the standards of a conversion', async () => {
    const scene = openScene();
    await scene.open();
    const into = (to: typeof standard) =>
      derivationOf(ITEM, {
        origin: {
          kind: 'DERIVED',
          source: ITEM,
          as: { form: 'CONVERSION', from: standard, to },
          tools: [],
        },
      });
    const unknown = into({ id: 'gb-t-29362', version: 1 });
    expect(await codeOf(scene.decide(investigator, 'custody:derive', unknown))).toBe(
      'REFERENCE_UNKNOWN',
    );
    await scene.act(investigator, 'custody:derive', into(standard));
  });

  it('goes on for as long as anybody can follow it back', async () => {
    const scene = openScene();
    await scene.open();
    let source = ITEM;
    for (let length = 1; length < MAX_LINEAGE; length += 1) {
      const next = derivationOf(source, { leaf: length.toString(16).padStart(64, '0') });
      await scene.act(investigator, 'custody:derive', next);
      source = next.item;
    }
    const next = derivationOf(source, { leaf: digest('f') });
    expect(await codeOf(scene.decide(investigator, 'custody:derive', next))).toBe(
      'DERIVED_TOO_OFTEN',
    );
    // The last one still can be received: its origin is looked up whole.
    await scene.step(investigator, 'custody:offer', { item: source, ...SAYS.offer('SgMSP') });
    await scene.step(singapore, 'custody:accept', { item: source, ...SAYS.accept });
  });
});
