/** Which observations stand at a height, known from the ledger alone: no line is read for it. */
import type { LabelView } from '../label/view.ts';
import { afterBatch, BEFORE_ALL, type PlaceMark, type TransferPlace } from './transfer-table.ts';
import type { Turn } from './turns.ts';

/** Rows, or withdrawals, taken at once. */
const PAGE = 256;

export interface StandingPorts {
  readonly view: Pick<LabelView, 'isWithheld' | 'listWithdrawals'>;
  readonly turn: Turn;
}

interface Withdrawn {
  /** The batch as a whole was withdrawn, or withheld. */
  readonly isWhole: boolean;
  /** Lines of it that were withdrawn. */
  readonly lines: ReadonlySet<number>;
}

/** @param height in blocks: what came later changes nothing. */
export function createStandingPlaces({ view, turn }: StandingPorts, height: number) {
  const known = new Map<string, Withdrawn>();

  const readWithdrawn = async (batch: string): Promise<Withdrawn> => {
    if (view.isWithheld(batch, height)) return WHOLE;
    const lines = new Set<number>();
    for (let after: string | undefined; ; ) {
      await turn();
      const page = view.listWithdrawals(batch, after, PAGE);
      for (const { key, record, block } of page) {
        after = key;
        if (block >= height) continue;
        if (record.label === undefined) return WHOLE;
        lines.add(record.label.index);
      }
      if (page.length < PAGE) return { isWhole: false, lines };
    }
  };

  const withdrawnOf = async (batch: string): Promise<Withdrawn> => {
    const found = known.get(batch) ?? (await readWithdrawn(batch));
    known.set(batch, found);
    return found;
  };

  /** In the ledger's order; batches of which nothing stands are passed over in one step each. */
  return async function* listStanding(
    list: (after: PlaceMark, limit: number) => readonly TransferPlace[],
  ): AsyncGenerator<TransferPlace, void, undefined> {
    let after = BEFORE_ALL;
    for (;;) {
      await turn();
      const page = list(after, PAGE);
      for (const place of page) {
        const [batch] = place.mark;
        // The rest of a batch that was passed over already.
        if (after[0] === batch && after[1] > place.mark[1]) continue;
        const { isWhole, lines } = await withdrawnOf(place.batch);
        after = isWhole ? afterBatch(place.mark) : place.mark;
        if (!isWhole && !lines.has(place.index)) yield place;
      }
      if (page.length < PAGE) return;
    }
  };
}

const WHOLE: Withdrawn = { isWhole: true, lines: new Set() };
