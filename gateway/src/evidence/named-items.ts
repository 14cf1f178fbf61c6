/**
 * Items handed in under a name. They are on disk before they are anchored, in parts with a receipt
 * each, and the name leads to the receipts: whatever cuts a request off, the same request finds what it
 * has handed in already, and hands in the rest.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import type { AnchoredItem, ItemInput } from '../http/deps.ts';
import { LedgerError } from '../ledger/port.ts';
import { EvidenceError } from './error.ts';
import type { Lane } from './lane.ts';
import type { PendingItem, PendingItems } from './pending-items.ts';
import { readReceipt } from './receipt.ts';

export interface NamedItems {
  readonly lane: Lane;
  readonly acquisition: string;
  readonly name: string;
  readonly items: AsyncIterable<readonly ItemInput[]>;
  readonly prepare: (item: ItemInput) => PendingItem;
  /** How long a part waits for further items, milliseconds. */
  readonly maxAgeMs: number;
  /** How long to wait for the commit of a part, milliseconds. */
  readonly patienceMs: number;
  /** Ends every wait. */
  readonly signal?: AbortSignal | undefined;
}

/** The receipt of one part of what is handed in under a name. */
export function nameReceipt(acquisition: string, name: string, part = 0): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, part]))
    .digest('hex');
  return `${acquisition}.${digest.slice(0, 32)}`;
}

/**
 * Yields the places of the items in order, each once it is on the ledger. One part is gathered while
 * the one before commits.
 * @throws EvidenceError `IDEMPOTENCY_KEY_REUSED`, `STOPPED`, and why a part cannot be anchored;
 * LedgerError `UNKNOWN` (or why the last attempt failed) when it was not anchored in time.
 */
export async function* anchorNamed(
  options: NamedItems,
): AsyncGenerator<readonly AnchoredItem[], void, void> {
  const { lane, acquisition, name, prepare, maxAgeMs } = options;
  using held = lane.holdItems();
  const gatherer = new Gatherer(options.items);
  let stopped = false;
  const takePart = async (part: number) => {
    const receipt = nameReceipt(acquisition, name, part);
    const known = held.items.findReceipt(receipt);
    const gathered = known
      ? await gatherer.gather(known.last - known.first + 1)
      : await gatherer.gather(MAX_BATCH_ITEMS, maxAgeMs);
    const isAny = known !== undefined || gathered.items.length > 0;
    // Who has left may be back under the same name by now.
    if (isAny && !stopped) lane.spool(receipt, gathered.items.map(prepare));
    return { ...gathered, receipt, isAny };
  };
  try {
    let next = takePart(0);
    for (let part = 1; ; part += 1) {
      const { receipt, isAny, end } = await next;
      if (end === undefined) {
        next = takePart(part);
        next.catch(() => undefined);
      }
      if (isAny) yield await awaitPlaces(options, held.items, receipt);
      if (end?.error !== undefined) throw end.error;
      if (end !== undefined) return;
    }
  } finally {
    stopped = true;
    gatherer.stop();
  }
}

async function awaitPlaces(
  { lane, patienceMs, signal }: NamedItems,
  items: PendingItems,
  receipt: string,
): Promise<readonly AnchoredItem[]> {
  const late = AbortSignal.timeout(patienceMs);
  const either = signal === undefined ? late : AbortSignal.any([late, signal]);
  const aborted = untilAborted(either);
  for (;;) {
    const { changed } = lane;
    const state = readReceipt(items, receipt, lane.spoolFailure);
    if (state?.state === 'ANCHORED') return state.items;
    if (state?.state === 'FAILED') throw lane.spoolFailure;
    if (lane.isClosed) throw new EvidenceError('STOPPED', 'the gateway is stopping');
    if (either.aborted) {
      throw lane.spoolFailure ?? new LedgerError('UNKNOWN', 'taken, and not yet on the ledger');
    }
    await Promise.race([changed, aborted]);
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

interface Gathered {
  readonly items: readonly ItemInput[];
  /** Nothing more comes, perhaps because of an error. */
  readonly end?: { readonly error?: unknown };
}

/** Takes from a stream what has come by a certain time, and leaves the rest for the next. */
class Gatherer {
  readonly #iterator: AsyncIterator<readonly ItemInput[]>;
  /** Asked for, not taken yet. */
  #next: Promise<IteratorResult<readonly ItemInput[]>> | undefined;
  /** Came together with what was taken, and was too much. */
  #rest: readonly ItemInput[] = [];

  constructor(items: AsyncIterable<readonly ItemInput[]>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }

  /** At most so many; without an age all of these, else those that come within it after the first. */
  async gather(most: number, maxAgeMs?: number): Promise<Gathered> {
    const items: ItemInput[] = [];
    let late: Promise<undefined> | undefined;
    const take = (group: readonly ItemInput[]) => {
      this.#rest = group.slice(most - items.length);
      for (const item of group.slice(0, most - items.length)) items.push(item);
      if (maxAgeMs !== undefined && items.length > 0) {
        late ??= delay(maxAgeMs, undefined, { ref: false });
      }
    };
    try {
      take(this.#rest);
      while (items.length < most) {
        this.#next ??= this.#iterator.next();
        const next = await (late === undefined ? this.#next : Promise.race([this.#next, late]));
        if (next === undefined) break;
        this.#next = undefined;
        if (next.done) return { items, end: {} };
        take(next.value);
      }
    } catch (error) {
      return { items, end: { error } };
    }
    return { items };
  }

  stop(): void {
    this.#next?.catch(() => undefined);
    void this.#iterator.return?.();
  }
}
