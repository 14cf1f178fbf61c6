import type { ItemInput } from '../http/deps.ts';
import type { Batcher, Placed } from './batcher.ts';
import { toItemFacts } from './item-facts.ts';

/** Items of one stream that may be under way: a batch that commits and one that fills. */
const WINDOW = 131_072;

/**
 * Places a stream's items in batches and yields their places in order, while it pulls ahead of the
 * reader by a bounded number. If the stream fails, what came before is yielded first, then it throws;
 * if the reader stops, nothing more is pulled.
 */
export async function* placeItems(
  batcher: Batcher,
  items: AsyncIterable<ItemInput>,
  now: () => number,
): AsyncGenerator<Placed, void, undefined> {
  let placed: Placed[] = [];
  let underWay = 0;
  let ended: { readonly error?: unknown } | undefined;
  let stopped = false;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const pull = async () => {
    for await (const item of items) {
      while (!batcher.hasRoom && !stopped) await batcher.room();
      while (underWay >= WINDOW && !stopped) await changed.promise;
      if (stopped) return;
      placed.push(batcher.place(toItemFacts(item), item.collectedAt ?? now()));
      underWay += 1;
      if (placed.length === 1) tell();
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
      for (const place of ready) {
        yield place;
        underWay -= 1;
      }
      if (ready.length > 0) {
        tell();
        continue;
      }
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
