/** Reading observed transfers from a table and manifests of their own, against a ledger made up here. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TransferFacts } from '@tabellion/proof';
import type { Transfer } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelManifestStore } from '../label/manifest-store.ts';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import type { LabelView } from '../label/view.ts';
import {
  type ObservationPorts,
  type Observations,
  READ_LIMITS,
  readObservations,
} from './observations.ts';
import { makeTransfers, sampleTransfer } from './testing.ts';
import { openTransferTable, type PlacedTransfer } from './transfer-table.ts';
import { createTurns } from './turns.ts';

const NOW = 1_000_000;
const account = (number: number) => ({ network: ETHEREUM, address: sampleAddress(number) });

let directory: string;
let manifests: LabelManifestStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-flow-'));
  manifests = await LabelManifestStore.open(join(directory, 'manifests'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A ledger with one batch a block, from block 0 on. */
async function openLedger() {
  const genesis = `${Math.random()}`;
  const table = openTransferTable(join(directory, `${genesis}.sqlite`), genesis);
  const withheld = new Map<string, number>();
  const withdrawals = new Map<string, { key: string; record: object; block: number }[]>();
  let lines = 0;
  let turns = 0;
  let block = 0;
  const view = {
    isWithheld: (batch, below = Number.POSITIVE_INFINITY) =>
      (withheld.get(batch) ?? Number.POSITIVE_INFINITY) < below,
    listWithdrawals: (batch, after = '', limit) =>
      (withdrawals.get(batch) ?? []).filter(({ key }) => key > after).slice(0, limit) as never,
    listResponsesBelow: () => [],
    findBatch: () => ({ record: { act: { member: 'CnAgencyMSP', at: 1 } } }) as never,
  } satisfies Pick<
    LabelView,
    'isWithheld' | 'listWithdrawals' | 'listResponsesBelow' | 'findBatch'
  >;
  const digests = new Map<string, string>();
  const damaged: string[] = [];
  const ports: ObservationPorts = {
    table,
    view,
    manifests: {
      readLine(digest, place) {
        lines += 1;
        return manifests.readLine(digest, place);
      },
    },
    onDamaged: (batch) => void damaged.push(batch),
    turn: async () => {
      turns += 1;
    },
  };
  return {
    damaged,
    /** Returns the name of the batch. */
    async assert(facts: readonly TransferFacts[]): Promise<string> {
      const { digest, bytes } = makeTransfers(facts);
      await manifests.put(digest, [bytes] as unknown as AsyncIterable<Uint8Array>);
      const placed: PlacedTransfer[] = [];
      await manifests.read(
        digest,
        () => undefined,
        ({ statement, offset, length }) => void placed.push({ statement, offset, length }),
      );
      const batch = `batch-${block}`;
      digests.set(batch, digest);
      await table.take({ digest: batch, manifest: digest, block, position: 0 }, placed);
      block += 1;
      return batch;
    },
    /** Of the whole batch where no line is named. */
    withdraw(batch: string, index?: number, at = block) {
      const record = { label: index === undefined ? undefined : { index, leaf: '' } };
      const all = withdrawals.get(batch) ?? [];
      const key = `${batch}/${String(index ?? 'all').padStart(9, '0')}`;
      withdrawals.set(batch, [...all, { key, record, block: at }]);
    },
    withhold: (batch: string, at: number) => void withheld.set(batch, at),
    lose: (batch: string) => manifests.remove(digests.get(batch)!),
    counts: () => ({ lines, turns }),
    at: (height = NOW, limits = {}) =>
      readObservations(ports, height, { ...READ_LIMITS, ...limits }),
    close: () => table.close(),
  };
}

/** Fails where they were not read. */
async function outgoing(read: ReturnType<Observations['outgoing']>): Promise<readonly Transfer[]> {
  const transfers = await read;
  if (typeof transfers === 'string') throw new Error(transfers);
  return transfers;
}

describe('what was withdrawn', () => {
  it.each([
    ['line by line', 0],
    ['as a whole', undefined],
  ] as const)('%s hides nothing that stands, and is not read', async (_, index) => {
    const ledger = await openLedger();
    const real = sampleTransfer([1, 2, 10, 1]);
    for (let fake = 0; fake < 64; fake += 1) {
      ledger.withdraw(await ledger.assert([{ ...real, amount: '11' }]), index);
    }
    await ledger.assert([real]);
    const [found, ...others] = await outgoing(ledger.at(NOW, { lines: 1 }).outgoing(account(1)));
    expect([found?.amount, found?.isCut, others]).toEqual([10n, undefined, []]);
    expect(ledger.counts().lines).toBe(1);
    ledger.close();
  });

  it('counts for no limit, so that an account is read again once fakes are withdrawn', async () => {
    const ledger = await openLedger();
    await ledger.assert([sampleTransfer([1, 2, 10, 1])]);
    // More than one page of rows, and of withdrawals.
    const fakes = Array.from({ length: 300 }, (_, at) => sampleTransfer([1, 3, 5, at + 2]));
    const batch = await ledger.assert(fakes);
    await ledger.assert([sampleTransfer([1, 4, 10, 2])]);
    const read = () => ledger.at(NOW, { ofAccount: 2 }).outgoing(account(1));
    expect(await read()).toBe('NODE_LIMIT');
    expect(ledger.counts().lines).toBe(0);
    for (const index of fakes.keys()) ledger.withdraw(batch, index);
    expect(await read()).toHaveLength(2);
    ledger.close();
  });
});

it('as of a height it is what it was then, whatever was withheld, withdrawn or said later', async () => {
  const ledger = await openLedger();
  const batch = await ledger.assert([sampleTransfer([1, 2, 10, 1])]);
  const other = await ledger.assert([sampleTransfer([1, 3, 10, 1])]);
  await ledger.assert([sampleTransfer([1, 4, 10, 1])]);
  ledger.withhold(batch, 5);
  ledger.withdraw(other, undefined, 6);
  const heights = [1, 2, 3, 5, 6, 7];
  const counts = [];
  for (const height of heights) {
    counts.push((await ledger.at(height).outgoing(account(1))).length);
  }
  expect(counts).toEqual([1, 2, 3, 3, 2, 1]);
  ledger.close();
});

it('more observations of a transfer than are looked at are said to be there', async () => {
  const ledger = await openLedger();
  for (let one = 0; one < 65; one += 1) await ledger.assert([sampleTransfer([1, 2, 10, 1])]);
  const [found] = await outgoing(ledger.at().outgoing(account(1)));
  expect([found?.observations.length, found?.isCut]).toEqual([64, true]);
  const [before] = await outgoing(ledger.at(64).outgoing(account(1)));
  expect(before?.isCut).toBeUndefined();
  ledger.close();
});

it('more transfers of one transaction than are looked at are said to be there', async () => {
  const ledger = await openLedger();
  const { transaction } = sampleTransfer([1, 2, 10, 1]);
  const facts = [0, 1, 2].map((index) => sampleTransfer([1, 2, 10, 1], { index }));
  await ledger.assert([...facts, sampleTransfer([1, 2, 10, 2])]);
  const listOf = (limits: object) =>
    ledger.at(NOW, limits).listOf({ network: ETHEREUM, transaction });
  const shown = async (limits: object) => {
    const { transfers, unread } = await listOf(limits);
    return [transfers.map(({ index }) => index), unread];
  };
  expect(await shown({})).toEqual([[0, 1, 2], undefined]);
  expect(await shown({ ofAccount: 2 })).toEqual([[0, 1], 'NODE_LIMIT']);
  expect(await shown({ lines: 1 })).toEqual([[0], 'READ_LIMIT']);
  ledger.close();
});

describe('one question', () => {
  it('reads so many lines and no more, none of them twice, and gives others a turn at each', async () => {
    const ledger = await openLedger();
    const facts = Array.from({ length: 40 }, (_, at) => sampleTransfer([1, at + 2, 5, at + 1]));
    await ledger.assert(facts);
    await ledger.assert([sampleTransfer([50, 1, 5, 1])]);
    const observations = ledger.at(NOW, { lines: 40 });
    const first = await observations.outgoing(account(1));
    expect(first).toHaveLength(40);
    expect(await observations.outgoing(account(1))).toBe(first);
    expect(await observations.incoming(account(2))).toHaveLength(1);
    expect(await observations.outgoing(account(50))).toBe('READ_LIMIT');
    expect(await observations.outgoing(account(51))).toEqual([]);
    expect(ledger.counts().lines).toBe(40);
    expect(ledger.counts().turns).toBeGreaterThanOrEqual(40);
    ledger.close();
  });

  it('tells of a manifest that is no longer here, and fails', async () => {
    const ledger = await openLedger();
    const batch = await ledger.assert([sampleTransfer([1, 2, 77, 1])]);
    ledger.lose(batch);
    await expect(ledger.at().outgoing(account(1))).rejects.toThrow();
    expect(ledger.damaged).toEqual([batch]);
    ledger.close();
  });
});

it('a turn lets others go on once it has taken its time', async () => {
  const turn = createTurns()();
  let others = 0;
  const other = setImmediate().then(() => {
    others += 1;
  });
  const until = performance.now() + 20;
  while (performance.now() < until);
  await turn();
  expect(others).toBe(1);
  await other;
});
