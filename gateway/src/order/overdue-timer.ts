/**
 * Marks on the ledger what is overdue, whether or not anybody looks (ORD-5): signed by the member's service,
 * where the contract lets that member, and once. Several gateways see the same clock; each side waits its
 * turn, and what another marked meanwhile is done.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { orderHeadKey } from '@tabellion/chaincode/order/key';
import type { OrderHeadRecord } from '@tabellion/chaincode/order/record';
import { PARTIES, type Party } from '@tabellion/chaincode/order/vocabulary';
import { canonicalBytes } from '@tabellion/proof';
import type { Logger } from 'pino';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';
import type { Projection } from '../projection/projection.ts';
import { createRecords } from '../projection/records.ts';
import { type ClockRow, createDueList, type DuePlace } from './due-list.ts';

const MINUTE_MS = 60_000;
/** So long after the end each side lets those before it have their turn, milliseconds. */
export const TURNS: Readonly<Record<Party, number>> = {
  ISSUER: 0,
  ENFORCING: 5 * MINUTE_MS,
  ADDRESSEE: 10 * MINUTE_MS,
};
/** Clocks looked at in one run for one side of a member; the next goes on behind them. */
const PAGE = 100;
const TRIES = 3;
const COMMIT_WAIT_MS = 30_000;
const REASON = 'Nobody did what was owed before the end';
/** What the contract says where there is nothing left to mark. */
const DONE = ['NOT_OVERDUE', 'NO_CHANGE', 'STEP_OUT_OF_ORDER'];
/** Another step came first: the next try builds on it. */
const AGAIN = ['CHAIN_CONFLICT', 'OVERTAKEN', 'NOT_ACCEPTED'];

export interface OverdueOptions {
  readonly ledger: LedgerPort;
  /** Members whose keys this gateway holds; it marks for no other. */
  readonly signers: ReadonlyMap<string, Signer>;
  readonly projection: Projection;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws while the clock is not to be believed: nothing is overdue then. */
  readonly assertClock?: (() => void) | undefined;
  readonly everyMs?: number;
}

export interface OverdueTimer {
  /** Marks what is due; resolves when done. What fails is tried again in another round. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export function startOverdueTimer(options: OverdueOptions): OverdueTimer {
  const { signers, projection, logger, now } = options;
  const dates = createDueList(projection.database);
  const mark = createMarker(options);
  const closing = new AbortController();
  /** By member and side, where the next run goes on: what cannot be marked holds up nothing behind it. */
  const places = new Map<string, DuePlace>();
  let running: Promise<void> | undefined;

  const runSide = async (signer: Signer, side: Party, at: number) => {
    const member = signer.mspId;
    const place = `${member} ${side}`;
    const rows = dates.listMarkable({ member, side }, at - TURNS[side], places.get(place), PAGE);
    places.delete(place);
    for (const row of rows) {
      if (closing.signal.aborted) return;
      const { id: order, clock } = row;
      try {
        if (await mark(row, signer, closing.signal))
          logger.info({ member, order, clock }, 'marked as overdue');
      } catch (error) {
        if (closing.signal.aborted) return;
        logger.error(
          { member, order, clock, code: codeOf(error) },
          'could not be marked as overdue',
        );
      }
    }
    const last = rows.at(-1);
    if (last !== undefined && rows.length === PAGE)
      places.set(place, [last.ends, last.id, last.clock]);
  };

  const runOnce = async () => {
    try {
      options.assertClock?.();
    } catch {
      // It has been told by itself.
      return;
    }
    const at = now();
    for (const signer of signers.values())
      for (const side of PARTIES) await runSide(signer, side, at);
  };
  const run = () => {
    running ??= runOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(
    () =>
      void run().catch((error) => logger.error({ code: codeOf(error) }, 'marking of clocks waits')),
    options.everyMs ?? 10_000,
  );
  timer.unref();
  return {
    run,
    async close() {
      closing.abort();
      clearInterval(timer);
      await running;
    },
  };
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof LedgerError
    ? (error.contractCode ?? error.code)
    : (error as { code?: string }).code;

function createMarker({ ledger, projection, now }: OverdueOptions) {
  const records = createRecords(projection.database);

  /** Undefined where it was marked, or is no longer owed. */
  const draft = ({ id, clock }: ClockRow) => {
    const head = records.find<OrderHeadRecord>(orderHeadKey(id))?.record;
    const isOpen = head?.clocks.some((each) => each.clock === clock && each.state === 'OPEN');
    if (!head || !isOpen || head.overdue.includes(clock)) return undefined;
    const chain = { order: id, sequence: head.sequence + 1, previous: head.last };
    return { ...chain, clock, reason: REASON };
  };

  const submit = async (input: object, signer: Signer, signal: AbortSignal) => {
    const request = { transaction: 'order:markOverdue', args: [canonicalBytes(input)] };
    const { txId, status } = await performAct(
      ledger,
      signer,
      request,
      expectRecord(request, signer),
      {
        ...{ channel: ledger.channel, chaincode: ledger.chaincode, now },
        signal: AbortSignal.any([signal, AbortSignal.timeout(COMMIT_WAIT_MS)]),
      },
    );
    if (status.code !== 'VALID')
      throw new LedgerError('NOT_ACCEPTED', `committed as ${status.code}`, { txId });
    // The next clock of the same order follows on this step.
    await projection.waitForHeight(status.block + 1, AbortSignal.any([signal, wait()]));
  };

  /** Whether it was marked by this call; false where there was nothing left to mark. */
  return async (row: ClockRow, signer: Signer, signal: AbortSignal): Promise<boolean> => {
    for (let tries = 1; ; tries += 1) {
      const input = draft(row);
      if (input === undefined) return false;
      try {
        await submit(input, signer, signal);
        return true;
      } catch (error) {
        const code = codeOf(error) ?? '';
        if (DONE.includes(code)) return false;
        if (!AGAIN.includes(code) || tries === TRIES || signal.aborted) throw error;
        await delay(tries * 200, undefined, { signal }).catch(() => undefined);
        await projection.catchUp(AbortSignal.any([signal, wait()]));
      }
    }
  };
}

const wait = () => AbortSignal.timeout(COMMIT_WAIT_MS);
