/**
 * Orders under contention, and what many of them cost whoever looks at them.
 *   own orders       50 officers of one member, through one gateway, each issuing orders and taking the
 *                    next step of one drawn at random from 1,000, without regard to each other: how many of
 *                    the transactions submitted are valid
 *   hot order        50 officers of the addressee, through one gateway, report pieces of one and the same
 *                    order at once, each again and again until its step is on the ledger: valid steps a
 *                    block, of the blocks that were made meanwhile. An order takes 64 of them; then they
 *                    go on with the next
 *   inbox, due       a page of a member's orders, and of those that fall due, of a projection that holds
 *                    1,000,000 of its orders, against one with 10,000. The projection's own code wrote
 *                    both, from blocks made after the likeness of real ones
 */
import '@tabellion/proof/node';
import { join } from 'node:path';
import type { Signer } from '../gateway/src/ledger/act.ts';
import { createDueList, UPCOMING } from '../gateway/src/order/due-list.ts';
import { createOrderList } from '../gateway/src/order/order-list.ts';
import { MEMBER, openEvidenceConsortium } from '../test/support/evidence-consortium.ts';
import { type Bench, runBench } from './bench-common/bench.ts';
import { openDesk } from './bench-common/desk.ts';
import {
  comparePairs,
  formatRow,
  measureRate,
  type Row,
  toRow,
  toShareRow,
} from './bench-common/report.ts';
import { keepInFlight } from './bench-fabric/load.ts';
import { inTurns } from './bench-fabric/transactions.ts';
import { type GrownProjection, growOrders, HOUR_MS } from './bench-orders/grown-projection.ts';
import {
  ADDRESSEE,
  CALENDARS,
  openOrder,
  reportPiece,
  takeOwnStep,
} from './bench-orders/officers.ts';

const OFFICERS = 50;
const PLACES = 1000;
const PAIRS = 5;
const GOAL = 1 / 1.5;

await runBench('orders', async (bench) => {
  const rows: Row[] = [];
  // Told one by one too: the whole takes long.
  for (const measure of [measureContention, measureLists]) {
    const measured = await measure(bench);
    for (const row of measured) bench.report(formatRow(row).trimEnd());
    rows.push(...measured);
  }
  return rows;
});

async function measureContention({ quick, directory, report }: Bench): Promise<Row[]> {
  const consortium = await openEvidenceConsortium(join(directory, 'contention'), CALENDARS);
  const { ledger, person } = consortium;
  const officers = (...who: Parameters<typeof person>) =>
    Promise.all(Array.from({ length: OFFICERS }, () => person(...who)));
  const judges = await officers('judicialReviewer');
  const analysts = await officers('analyst', ADDRESSEE);
  const milliseconds = quick ? 3000 : 20_000;
  let turn = 0;
  const nextOf = (people: readonly Signer[]) => people[turn++ % people.length]!;

  report('own orders');
  const own = openDesk(consortium);
  const places = Array.from({ length: PLACES }, () => ({ order: undefined as string | undefined }));
  const draw = () => places[Math.floor(Math.random() * places.length)]!;
  const acted = await keepInFlight(OFFICERS, milliseconds, () =>
    takeOwnStep(own, nextOf(judges), draw()),
  );
  if (acted.failures.length > 0) throw acted.failures[0];
  const { valid, invalid } = own.submissions;
  report(`  ${valid} valid, ${invalid} invalid`);

  report('opening orders');
  const orders = await inTurns(quick ? 8 : 60, () => openOrder(openDesk(consortium), judges[0]!));
  report('one order');
  const hot = openDesk(consortium);
  const from = await ledger.height();
  const pieces = await keepInFlight(OFFICERS, milliseconds, async () => {
    const [order] = orders;
    if (order === undefined) throw new Error('too few orders were opened');
    if (!(await reportPiece(hot, nextOf(analysts), order)) && orders[0] === order) orders.shift();
  });
  if (pieces.failures.length > 0) throw pieces.failures[0];
  const blocks = (await ledger.height()) - from;
  report(`  ${hot.submissions.valid} valid, ${hot.submissions.invalid} invalid, ${blocks} blocks`);
  await consortium.close();
  return [
    toShareRow('own orders', 'steps', own.submissions, {
      ...{ of: valid + invalid, against: 'transactions submitted', goal: 0.99 },
    }),
    toShareRow('hot order', 'steps', hot.submissions, {
      ...{ of: blocks, against: 'one valid step a block', goal: 0.9 },
    }),
  ];
}

async function measureLists({ quick, directory, report }: Bench): Promise<Row[]> {
  const sizes = { small: quick ? 500 : 10_000, large: quick ? 5000 : 1_000_000 };
  report('writing the projections');
  const small = await growOrders(join(directory, 'small'), sizes.small);
  const large = await growOrders(join(directory, 'large'), sizes.large);
  report('lists');
  const pages = quick ? 20 : 40;
  const limit = 50;
  // From anywhere in the list, the same places in every run.
  const inbox = ({ database, orders: count, placeOf }: GrownProjection) => {
    const orders = createOrderList(database);
    return () =>
      measureRate(pages, async () => {
        for (let page = 0; page < pages; page += 1) {
          const cursor = placeOf(Math.floor((page * (count - limit)) / pages));
          const { items } = orders.list(MEMBER, {}, { cursor, limit });
          if (items.length < limit - 1) throw new Error('the page is not full');
        }
      });
  };
  const due = ({ database, begun }: GrownProjection) => {
    const dates = createDueList(database);
    const week = 168 * HOUR_MS;
    return () =>
      measureRate(pages, async () => {
        for (let page = 0; page < pages; page += 1) {
          const from = begun + page * week;
          const filter = { from, until: from + 52 * week, standings: UPCOMING };
          const { items } = dates.list(MEMBER, filter, { limit });
          if (items.length < limit) throw new Error('too little falls due');
        }
      });
  };
  const against = `with ${sizes.small} orders`;
  const compared = await comparePairs(inbox(large), inbox(small), PAIRS);
  const dated = await comparePairs(due(large), due(small), PAIRS);
  small.close();
  large.close();
  return [
    toRow('inbox', 'pages/s', against, compared, GOAL),
    toRow('due', 'pages/s', against, dated, GOAL),
  ];
}
