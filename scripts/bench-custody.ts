/**
 * Custody under contention, and what a large ledger costs it.
 *   contended item   50 custodians, all through one gateway, examine one and the same item at once, each
 *                    again and again until its step is on the ledger: valid steps a block, of the blocks
 *                    that were made meanwhile
 *   items at random  50 custodians, each examining items drawn at random from 10,000, without regard to
 *                    each other: how many of the transactions submitted are valid
 *   time line        the life of an item with 1,000 steps, all its pages, shown by a gateway whose ledger
 *                    holds 1,000,000 records, against one with 10,000 (filled as bench growth does it)
 *   audit            what a record costs the audit on a ledger of 1,000,000 records, against one of 10,000:
 *                    nearly all of them openings and steps of custody with their heads, every one written
 *                    by the product's own transactions. Writing them takes most of an hour, and each audit
 *                    of them half of one
 */
import '@tabellion/proof/node';
import { join } from 'node:path';
import { auditLedger } from '../gateway/src/audit/audit.ts';
import { MAX_PAGE } from '../gateway/src/http/schema.ts';
import type { Signer } from '../gateway/src/ledger/act.ts';
import { encodeCursor } from '../gateway/src/projection/cursor.ts';
import { openEvidenceConsortium } from '../test/support/evidence-consortium.ts';
import { type Bench, runBench } from './bench-common/bench.ts';
import { openDesk } from './bench-common/desk.ts';
import { type BenchGateway, startBenchGateway } from './bench-common/gateway.ts';
import { measureRequests } from './bench-common/raw-client.ts';
import { comparePairs, formatRow, type Row, toRow, toShareRow } from './bench-common/report.ts';
import { examine, openItems, takeSteps } from './bench-custody/custodians.ts';
import { keepInFlight } from './bench-fabric/load.ts';
import { inTurns } from './bench-fabric/transactions.ts';
import { growLedger } from './bench-growth/grown-ledger.ts';

const CUSTODIANS = 50;
const PAIRS = 5;
const AUDIT_PAIRS = 1;
const GOAL = 1 / 1.2;
/** Steps of each item whose custody is audited. */
const STEPS_EACH = 9;
/** Opening custody and a step write a record and the item's head. */
const RECORDS_EACH = 2;

await runBench('custody', async (bench) => {
  const rows: Row[] = [];
  // Told one by one too: the whole takes long.
  for (const measure of [measureContention, measureTimeLine, measureAudit]) {
    const measured = await measure(bench);
    for (const row of measured) bench.report(formatRow(row).trimEnd());
    rows.push(...measured);
  }
  return rows;
});

async function measureContention({ quick, directory, report }: Bench): Promise<Row[]> {
  const consortium = await openEvidenceConsortium(join(directory, 'contention'));
  const { ledger, person } = consortium;
  const custodians = await Promise.all(
    Array.from({ length: CUSTODIANS }, () => person('investigator')),
  );
  report('opening custody');
  const items = await openItems(consortium, custodians, quick ? 300 : 10_000);
  const milliseconds = quick ? 3000 : 20_000;
  const load = async (choose: () => string) => {
    const desk = openDesk(consortium);
    const from = await ledger.height();
    let turn = 0;
    const step = () => {
      const signer = custodians[turn++ % custodians.length] as Signer;
      return examine(desk, signer, choose());
    };
    const { failures } = await keepInFlight(CUSTODIANS, milliseconds, step);
    if (failures.length > 0) throw failures[0];
    return { ...desk.submissions, blocks: (await ledger.height()) - from };
  };

  report('one item');
  const [contended] = items;
  const one = await load(() => contended!);
  report(`  ${one.valid} valid, ${one.invalid} invalid, ${one.blocks} blocks`);
  report('items at random');
  const all = await load(() => items[Math.floor(Math.random() * items.length)]!);
  report(`  ${all.valid} valid, ${all.invalid} invalid, ${all.blocks} blocks`);
  await consortium.close();
  return [
    toShareRow('contended item', 'steps', one, {
      of: one.blocks,
      against: 'one valid step a block',
      goal: 0.9,
    }),
    toShareRow('items at random', 'steps', all, {
      of: all.valid + all.invalid,
      against: 'transactions submitted',
      goal: 0.99,
    }),
  ];
}

async function measureTimeLine({ quick, directory, report }: Bench): Promise<Row[]> {
  const steps = quick ? 50 : 1000;
  const sizes = { small: quick ? 2000 : 10_000, large: quick ? 20_000 : 1_000_000 };
  report('filling the ledgers');
  const prepare = async (name: 'small' | 'large') => {
    const data = join(directory, name);
    await (await growLedger(data, sizes[name])).close();
    return { data, item: await writeLife(data, steps) };
  };
  const sides = { small: await prepare('small'), large: await prepare('large') };
  report('projecting the ledgers');
  await using small = await startBenchGateway(sides.small.data);
  await using large = await startBenchGateway(sides.large.data);
  for (const gateway of [small, large]) await gateway.ready();
  report('time line');
  const milliseconds = quick ? 500 : 3000;
  const show = (gateway: BenchGateway, item: string) => async () => {
    const token = await gateway.signIn();
    const pages = listPages(item, steps);
    let turn = 0;
    const next = () => ({ method: 'GET', path: pages[turn++ % pages.length]!, token }) as const;
    const load = { inFlight: 4, milliseconds, status: 200 };
    return (await measureRequests({ ...load, address: gateway.address, next })) / pages.length;
  };
  const against = `with ${sizes.small} records`;
  const compared = await comparePairs(
    show(large, sides.large.item),
    show(small, sides.small.item),
    PAIRS,
  );
  return [toRow('time line', 'reads/s', against, compared, GOAL)];
}

/** The item with its first page of steps, and the pages that follow. */
function listPages(item: string, steps: number): string[] {
  const path = `/v1/custody/items/${item}`;
  const limit = `limit=${MAX_PAGE}`;
  return Array.from({ length: Math.ceil(steps / MAX_PAGE) }, (_, page) =>
    page === 0
      ? `${path}?${limit}`
      : `${path}/steps?${limit}&cursor=${encodeCursor([page * MAX_PAGE])}`,
  );
}

/** One item with so many steps; returns its name. */
async function writeLife(data: string, steps: number): Promise<string> {
  const consortium = await openEvidenceConsortium(data);
  const custodian = await consortium.person('investigator');
  const [item] = await openItems(consortium, [custodian], 1);
  await takeSteps(consortium, custodian, item!, steps);
  await consortium.close();
  return item!;
}

async function measureAudit({ quick, directory, report }: Bench): Promise<Row[]> {
  const sizes = { small: quick ? 300 : 10_000, large: quick ? 1500 : 1_000_000 };
  report('writing the ledgers to be audited');
  const audit = async (name: 'small' | 'large') => {
    const consortium = await openEvidenceConsortium(join(directory, `audited-${name}`));
    const { ledger } = consortium;
    const custodian = await consortium.person('investigator');
    const records = sizes[name];
    const lives = Math.ceil(records / RECORDS_EACH / (1 + STEPS_EACH));
    const items = await openItems(consortium, [custodian], lives);
    await inTurns(lives, () => takeSteps(consortium, custodian, items.pop()!, STEPS_EACH));
    const trust = await consortium.trust();
    const height = await ledger.height();
    const measure = async () => {
      const began = performance.now();
      const { report: found, close } = await auditLedger({
        ...{ blocks: firstBlocks(ledger.blocks(0), height), trust, now: Date.now() },
      });
      close();
      if (found.outcome !== 'CLEAN') throw new Error(`the audit broke: ${found.break?.code}`);
      return (records * 1000) / (performance.now() - began);
    };
    return { measure, close: consortium.close };
  };
  const small = await audit('small');
  const large = await audit('large');
  report('audit');
  const compared = await comparePairs(large.measure, small.measure, AUDIT_PAIRS);
  await small.close();
  await large.close();
  return [toRow('audit', 'records/s', `with ${sizes.small} records`, compared, GOAL)];
}

async function* firstBlocks(blocks: AsyncIterable<Uint8Array>, height: number) {
  let read = 0;
  for await (const block of blocks) {
    yield block;
    read += 1;
    if (read === height) return;
  }
}
