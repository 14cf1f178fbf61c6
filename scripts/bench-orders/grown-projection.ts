/** A projection of many orders, written by its own code from blocks that are made after real orders. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { orderHeadKey, orderKey } from '@tabellion/chaincode/order/key';
import {
  type OrderHeadRecord,
  type OrderRecord,
  orderRecord,
} from '@tabellion/chaincode/order/record';
import { canonicalBytes, parseCanonical } from '@tabellion/proof';
import { pino } from 'pino';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import { createBlockWriter } from '../../gateway/src/projection/apply.ts';
import { startProjection } from '../../gateway/src/projection/projection.ts';
import { openProjectionFile } from '../../gateway/src/projection/schema.ts';
import { Checkpoints } from '../../gateway/src/sqlite/checkpoints.ts';
import { writeAtOnce } from '../../gateway/src/sqlite/write-at-once.ts';
import { openEvidenceConsortium } from '../../test/support/evidence-consortium.ts';
import { openDesk } from '../bench-common/desk.ts';
import { CALENDARS, readHead, takeOwnStep } from './officers.ts';

export const HOUR_MS = 3_600_000;
/** Over which the ends of the clocks are spread: as many fall due in each week of it. */
const SPREAD_MS = 365 * 24 * HOUR_MS;
const BLOCK = 1000;
/** A real order is taken as a likeness after each of its first steps: issued, served, received, extended. */
const LIKENESSES = 4;

export interface GrownProjection {
  readonly database: DatabaseSync;
  /** The first end of a clock, milliseconds since 1970. */
  readonly begun: number;
  readonly orders: number;
  /** Where an order stands in the list of all. */
  placeOf(index: number): readonly [block: number, position: number];
  close(): void;
}

interface Likeness {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
}

export async function growOrders(directory: string, count: number): Promise<GrownProjection> {
  const file = join(directory, 'grown.sqlite');
  mkdirSync(directory, { recursive: true });
  const { likenesses, height, hash } = await projectLikenesses(directory, file);
  const begun = Date.now();
  const database = openProjectionFile(file);
  const write = createBlockWriter(database);
  const checkpoints = new Checkpoints(database);
  for (let first = 0; first < count; first += BLOCK) {
    const number = height + first / BLOCK;
    const transactions = Array.from({ length: Math.min(BLOCK, count - first) }, (_, position) => {
      const index = first + position;
      const { order, head } = makeLike(likenesses[index % likenesses.length]!, index, {
        ...{ begun, count },
      });
      const writes = [
        { key: orderKey(order.id), value: canonicalBytes(order) },
        { key: orderHeadKey(order.id), value: canonicalBytes(head) },
      ];
      const txId = digest(`transaction ${index}`);
      return { position, txId, at: order.act.at, writes, event: null, isReadable: true };
    });
    const block = { number, hash, previousHash: hash, config: null, definitions: [], transactions };
    writeAtOnce(database, () => {
      if (write(block).length > 0) throw new Error('the projection took not all of it');
    });
    checkpoints.afterCommit();
  }
  checkpoints.run();
  return {
    ...{ database, begun, orders: count },
    placeOf: (index) => [height + Math.floor(index / BLOCK), index % BLOCK],
    close: () => database.close(),
  };
}

/** Real orders at several stages, on a ledger of their own that is projected whole. */
async function projectLikenesses(directory: string, file: string) {
  const consortium = await openEvidenceConsortium(join(directory, 'data'), CALENDARS);
  const { ledger } = consortium;
  const judge = await consortium.person('judicialReviewer');
  const desk = openDesk(consortium);
  const place = { order: undefined as string | undefined };
  const likenesses: Likeness[] = [];
  while (likenesses.length < LIKENESSES) {
    await takeOwnStep(desk, judge, place);
    const order = place.order!;
    const stored = await readKey(ledger, judge, orderKey(order));
    likenesses.push({
      order: orderRecord.parse(parseCanonical(stored)),
      head: await readHead(desk, judge, order),
    });
  }
  const logger = pino({ level: 'silent' });
  const projection = await startProjection({ file, ledger, logger });
  const isThere = await projection.catchUp(AbortSignal.timeout(60_000));
  const { height } = projection;
  const { hash } = projection.database.prepare('SELECT hash FROM progress').get() as {
    hash: Uint8Array;
  };
  await projection.close();
  await consortium.close();
  if (!isThere) throw new Error('the projection did not catch up');
  return { likenesses, height, hash: Uint8Array.from(hash) };
}

function makeLike(
  { order, head }: Likeness,
  index: number,
  { begun, count }: { readonly begun: number; readonly count: number },
): Likeness {
  const id = digest(`order ${index}`).slice(0, 32);
  // Not in the order in which they came.
  const due = begun + Math.floor((((index * 7919) % count) * SPREAD_MS) / count) + HOUR_MS;
  return {
    order: { ...order, id, case: `DE-2026-${index % 5000}` },
    head: {
      ...{ ...head, order: id, sequence: 0 },
      clocks: head.clocks.map((clock) => (clock.due === null ? clock : { ...clock, due })),
    },
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
