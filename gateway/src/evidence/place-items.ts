import type { ItemInput } from '../http/deps.ts';
import type { Batcher, Placed, WaitedBatch } from './batcher.ts';
import { toItemFacts } from './item-facts.ts';

/** Items of one stream that may be under way: twice as many took more memory and were no faster. */
const WINDOW = 32_768;

/** Places of items that follow one another in the stream, in one batch. */
export interface PlacedGroup {
  readonly batch: WaitedBatch;
  readonly indexes: number[];
}

/**
 * Places a stream's items in batches and yields their places in order, while it pulls ahead of the
 * reader by a bounded number. `timeOf` says when an item was collected, or refuses it by throwing. If
 * the stream fails, what came before is yielded first, then it throws; if the reader stops, nothing
 * more is pulled.
 */
export async function* placeItems(
  batcher: Batcher,
  items: AsyncIterable<readonly ItemInput[]>,
  timeOf: (item: ItemInput) => number,
): AsyncGenerator<PlacedGroup, void, undefined> {
  let placed: PlacedGroup[] = [];
  let underWay = 0;
  let ended: { readonly error?: unknown } | undefined;
  let stopped = false;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const add = ({ index, batch }: Placed) => {
    const last = placed.at(-1);
    if (last?.batch === batch) {
      last.indexes.push(index);
      return;
    }
    placed.push({ batch, indexes: [index] });
    if (placed.length === 1) tell();
  };

  const pull = async () => {
    for await (const group of items) {
      for (const item of group) {
        while (!batcher.hasRoom && !stopped) await batcher.room();
        while (underWay >= WINDOW && !stopped) await changed.promise;
        if (stopped) return;
        add(batcher.place(toItemFacts(item), timeOf(item)));
        underWay += 1;
      }
    }
  };
  const pulling = pull().then(
    () => ({}),
    (error: unknown) => ({ error }),
  );
  const finished = pulling.then((end) => {
    ended = end;
    tell();
  });

  try {
    for (;;) {
      const ready = placed;
      placed = [];
      for (const group of ready) {
        yield group;
        underWay -= group.indexes.length;
        tell();
      }
      if (ready.length > 0) continue;
      if (ended !== undefined) break;
      await changed.promise;
    }
  } finally {
    stopped = true;
    tell();
  }
  await finished;
  if ('error' in ended) throw ended.error;
}
