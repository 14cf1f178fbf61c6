/** The events of valid transactions in the order of the ledger, read as fast as they are taken. */
import type { Projection } from './projection.ts';

export interface FeedEvent {
  readonly block: number;
  readonly position: number;
  readonly txId: string;
  /** Transaction time, milliseconds since 1970. */
  readonly at: number;
  readonly late: boolean;
  /** Function name, `<word>:<verb>`. */
  readonly name: string;
  readonly key: string;
  readonly record: unknown;
}

type Row = Omit<FeedEvent, 'late' | 'key' | 'record'> & {
  readonly late: number;
  /** Canonical JSON `{key, record}`. */
  readonly payload: Uint8Array;
};

const PAGE = 100;
const COLUMNS = 'block, position, tx_id AS txId, at, late, name, payload';

export function createEventFeed(projection: Projection) {
  const select = projection.database.prepare(
    `SELECT ${COLUMNS} FROM event WHERE (block, position) > (?, ?)
     ORDER BY block, position LIMIT ${PAGE}`,
  );
  const selectOne = projection.database.prepare(
    `SELECT ${COLUMNS} FROM event WHERE block = ? AND position = ?`,
  );
  return {
    find(block: number, position: number): FeedEvent | undefined {
      const row = selectOne.get(block, position) as Row | undefined;
      return row && show(row);
    },
    /**
     * Events after a position, for ever; a heartbeat when nothing happened for a while. Holds one page
     * however slowly it is read. Ends when the signal fires.
     */
    async *follow(
      after: readonly [block: number, position: number],
      heartbeatMs: number,
      signal: AbortSignal,
    ): AsyncGenerator<FeedEvent | 'heartbeat'> {
      let [block, position] = after;
      while (!signal.aborted) {
        const { height } = projection;
        const rows = select.all(block, position) as unknown as Row[];
        for (const row of rows) {
          if (signal.aborted) return;
          yield show(row);
          ({ block, position } = row);
        }
        if (rows.length > 0) continue;
        const patience = AbortSignal.any([signal, AbortSignal.timeout(heartbeatMs)]);
        const more = await projection.waitForHeight(height + 1, patience);
        if (!more && !signal.aborted) yield 'heartbeat';
      }
    },
  };
}

function show({ payload, late, ...row }: Row): FeedEvent {
  const { key, record } = JSON.parse(Buffer.from(payload).toString('utf8')) as {
    key: string;
    record: unknown;
  };
  return { ...row, late: late === 1, key, record };
}
