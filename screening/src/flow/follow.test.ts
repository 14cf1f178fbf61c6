import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followTransfers } from './follow.ts';
import { accountId, type Transfer } from './model.ts';
import type { Tainted } from './taint.ts';
import { at, CHAIN, LIMITS, move, sourceOf } from './testing.ts';
import type { Start, WalkLimits } from './walk.ts';

const from = (...addresses: string[]): Start => ({ accounts: addresses.map(at), transfers: [] });
const ASSET = `${CHAIN} native`;

async function endsOf(
  transfers: readonly Transfer[],
  start: Start,
  options: { limits?: Partial<WalkLimits>; stops?: Record<string, 'EXCHANGE' | 'SERVICE'> } = {},
) {
  const limits = { ...LIMITS, ...options.limits };
  const followed = await followTransfers(
    start,
    'FORWARD',
    sourceOf(transfers, options.stops),
    limits,
  );
  return {
    ...followed,
    ends: Object.fromEntries(
      [...followed.nodes.values()].map(({ account, end }) => [account.address, end]),
    ),
    taint: (address: string) =>
      followed.tainted!.pools.get(accountId(at(address)))?.get(ASSET)?.taint ?? 0n,
  };
}

describe('the haircut', () => {
  it('takes along the share that the amount is of the pool, rounded down', async () => {
    const { taint, tainted } = await endsOf(
      [move('A', 'B', 10, 1), move('X', 'B', 20, 2), move('B', 'C', 10, 3), move('B', 'D', 5, 4)],
      from('A'),
    );
    // 10 of 30 are tainted: of 10 paid on 3 (3.33), of the 5 after that 7 × 5 / 20 = 1 (1.75).
    expect([taint('C'), taint('D'), taint('B')]).toEqual([3n, 1n, 6n]);
    expect(tainted!.seeded).toEqual(new Map([[ASSET, 10n]]));
  });

  it('leaves clean what left before the taint came, and what was paid above what was observed', async () => {
    const { taint } = await endsOf(
      [move('X', 'B', 8, 1), move('B', 'E', 8, 2), move('A', 'B', 10, 3), move('B', 'C', 50, 4)],
      from('A'),
    );
    expect([taint('E'), taint('C'), taint('B')]).toEqual([0n, 10n, 0n]);
  });

  it('of a loop through the start counts nothing twice', async () => {
    const { tainted, taint } = await endsOf(
      [move('A', 'B', 10, 1), move('B', 'A', 10, 2), move('A', 'C', 10, 3)],
      from('A'),
    );
    expect(tainted!.seeded).toEqual(new Map([[ASSET, 10n]]));
    expect(taint('C')).toBe(10n);
  });

  it('goes over a bridge in the share of what came out', async () => {
    const arrival = { network: 'eip155:10', asset: 'native', amount: 90n };
    const { tainted } = await endsOf([move('A', 'B', 100, 1, { arrival })], from('A'));
    const far = accountId({ network: 'eip155:10', address: 'B' });
    expect(tainted!.pools.get(far)).toEqual(
      new Map([['eip155:10 native', { value: 90n, taint: 90n }]]),
    );
    expect(tainted!.changed.from).toEqual(new Map([[ASSET, 100n]]));
  });

  it('shares out what several pay together by what each holds', async () => {
    const { taint } = await endsOf(
      [
        move('A', 'B', 10, 1),
        move('A', 'C', 10, 2),
        move('X', 'C', 20, 3),
        move('B,C', 'D', 20, 4),
      ],
      from('A'),
    );
    // B pays 5 of its 10, all of them tainted, and C 15 of its 30, of which 10 are.
    expect([taint('B'), taint('C'), taint('D')]).toEqual([5n, 5n, 10n]);
  });

  it('of what is paid together with somebody who is not followed takes as much as there is', async () => {
    const { taint } = await endsOf(
      [move('A', 'B', 10, 1), move('X', 'C', 30, 2), move('B,C', 'D', 20, 3)],
      from('A'),
    );
    expect([taint('B'), taint('D')]).toEqual([0n, 10n]);
  });
});

const ADDRESSES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
const anyTransfers = fc
  .array(
    fc.record({
      from: fc.uniqueArray(fc.constantFrom(...ADDRESSES), { minLength: 1, maxLength: 3 }),
      to: fc.constantFrom(...ADDRESSES),
      amount: fc.bigInt({ min: 1n, max: 2n ** 255n }),
      time: fc.integer({ min: 0, max: 12 }),
      out: fc.option(fc.bigInt({ min: 1n, max: 2n ** 200n }), { nil: undefined }),
    }),
    { maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ from, to, amount, time, out }, index) =>
      move([...from].sort().join(','), to, amount, time, {
        id: `${index}`,
        index,
        ...(out && { arrival: { network: 'eip155:10', asset: 'native', amount: out } }),
      }),
    ),
  );

/** Seeded and changed into it, less what is held, gone beyond and changed from it; by asset. */
function imbalance({ seeded, beyond, changed, pools }: Tainted): bigint[] {
  const assets = [ASSET, 'eip155:10 native'];
  return assets.map((asset) => {
    const held = [...pools.values()].reduce((sum, all) => sum + (all.get(asset)?.taint ?? 0n), 0n);
    const of = (amounts: ReadonlyMap<string, bigint>) => amounts.get(asset) ?? 0n;
    return of(seeded) + of(changed.to) - held - of(beyond) - of(changed.from);
  });
}

describe('whatever was observed', () => {
  it('nothing is made and nothing is lost, and no pool is tainted beyond what it holds', async () => {
    await fc.assert(
      fc.asyncProperty(anyTransfers, fc.integer({ min: 1, max: 6 }), async (transfers, hops) => {
        const { tainted } = await endsOf(transfers, from('A'), { limits: { hops, nodes: 4 } });
        expect(imbalance(tainted!)).toEqual([0n, 0n]);
        for (const pools of tainted!.pools.values()) {
          for (const { value, taint } of pools.values()) {
            expect(taint >= 0n && value >= 0n && taint <= value).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('it ends, within its limits, and the same however the transfers are listed', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTransfers,
        fc.constantFrom('FORWARD', 'BACK'),
        async (transfers, direction) => {
          const limits = { ...LIMITS, hops: 5, nodes: 4, transfers: 10 };
          const start = from('A');
          const one = await followTransfers(start, direction, sourceOf(transfers), limits);
          const reversed = [...transfers].reverse();
          const other = await followTransfers(start, direction, sourceOf(reversed), limits);
          expect(other).toEqual(one);
          expect(one.nodes.size).toBeLessThanOrEqual(4);
          expect(one.transfers.length).toBeLessThanOrEqual(10);
        },
      ),
    );
  });
});

describe('where it ends, it says why', () => {
  const path = [move('A', 'B', 9, 1), move('B', 'C', 9, 2), move('C', 'D', 4, 3)];
  it('at an exchange, whatever was observed beyond it', async () => {
    const { ends } = await endsOf(path, from('A'), { stops: { B: 'EXCHANGE' } });
    expect(ends).toEqual({ A: undefined, B: 'EXCHANGE' });
  });
  it('at the limit of hops only where something leads on', async () => {
    expect((await endsOf(path, from('A'), { limits: { hops: 2 } })).ends).toEqual({
      ...{ A: undefined, B: undefined, C: 'HOP_LIMIT' },
    });
    expect((await endsOf(path, from('A'), { limits: { hops: 3 } })).ends.D).toBe('NOT_OBSERVED');
  });
  it('with what stayed behind, and with nothing observed, which is no finding', async () => {
    expect((await endsOf(path, from('A'))).ends).toEqual({
      ...{ A: undefined, B: undefined, C: 'UNSPENT', D: 'NOT_OBSERVED' },
    });
    expect((await endsOf(path, from('Z'))).ends).toEqual({ Z: 'NOT_OBSERVED' });
  });
  it('at the limit of nodes', async () => {
    const { ends, isCut } = await endsOf(path, from('A'), { limits: { nodes: 2 } });
    expect([ends, isCut]).toEqual([{ A: undefined, B: 'NODE_LIMIT' }, true]);
  });
  it('where its transfers, or its labels, were not read: then nothing is known of what it holds', async () => {
    const source = sourceOf([...path, move('A', 'E', 9, 1), move('E', 'F', 9, 2)]);
    const followed = await followTransfers(
      from('A'),
      'FORWARD',
      {
        ...source,
        outgoing: async (account) =>
          account.address === 'B' ? 'READ_LIMIT' : source.outgoing(account),
        stopAt: async ({ address }) => (address === 'E' ? 'READ_LIMIT' : undefined),
      },
      LIMITS,
    );
    const ends = [...followed.nodes.values()].map(({ account, end }) => [account.address, end]);
    expect(ends).toEqual([
      ['A', undefined],
      ['B', 'READ_LIMIT'],
      ['E', 'READ_LIMIT'],
    ]);
    expect(followed.unread).toEqual([at('B'), at('E')]);
    expect(followed.isCut).toBe(true);
    expect(imbalance(followed.tainted!)).toEqual([0n, 0n]);
  });
  it('within the time that was asked for', async () => {
    const { ends } = await endsOf(path, from('A'), { limits: { until: 2 } });
    expect(ends).toEqual({ A: undefined, B: undefined, C: 'NOT_OBSERVED' });
  });
});

describe('in the order of time', () => {
  it('what left before anything came is not followed', async () => {
    const { ends } = await endsOf([move('B', 'C', 5, 1), move('A', 'B', 5, 2)], from('A'));
    expect(ends).toEqual({ A: undefined, B: 'NOT_OBSERVED' });
  });
  it('a longer way that comes sooner is followed from its time on', async () => {
    const transfers = [
      move('A', 'B', 5, 10),
      move('A', 'X', 5, 1),
      move('X', 'B', 5, 2),
      move('B', 'C', 5, 5),
    ];
    expect((await endsOf(transfers, from('A'))).ends).toHaveProperty('C');
  });
  it('a cycle ends', async () => {
    const { ends } = await endsOf(
      [move('A', 'B', 5, 1), move('B', 'C', 5, 2), move('C', 'A', 5, 3)],
      from('A'),
    );
    expect(Object.keys(ends)).toEqual(['A', 'B', 'C']);
  });
  it('back, to where it came from, all senders of a transfer', async () => {
    const { nodes, tainted } = await followTransfers(
      from('C'),
      'BACK',
      sourceOf([move('A,B', 'C', 5, 3), move('X', 'A', 2, 1), move('Y', 'A', 2, 9)]),
      LIMITS,
    );
    expect([...nodes.values()].map(({ account }) => account.address)).toEqual(['C', 'A', 'B', 'X']);
    expect(tainted).toBeUndefined();
  });
  it('from one transaction: what it paid is what is followed', async () => {
    const [first, ...rest] = [move('A', 'B', 5, 1), move('A', 'Z', 5, 2), move('B', 'C', 5, 3)];
    const start = { accounts: [], transfers: [first!] };
    const { ends, taint } = await endsOf([first!, ...rest], start);
    expect(Object.keys(ends)).toEqual(['A', 'B', 'C']);
    expect(taint('C')).toBe(5n);
  });
});
