/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the first answer to a key is kept on
 * disk and given again, also after a restart. A request that a crash cut off is resolved by the
 * transaction that it had begun to submit.
 */
import { openPrivateDatabase } from '../identity/private-database.ts';
import type { Signed } from '../ledger/port.ts';
import { Problem } from './problem.ts';

const KEEP_MS = 48 * 3_600_000;
const PURGE_MS = 3_600_000;
const KEY = /^[\x21-\x7e]{1,255}$/;

export interface StoredReply {
  readonly status: number;
  readonly mediaType: string | null;
  /** JSON object of response headers. */
  readonly headers: string;
  /** Null when the answer was too large to keep. */
  readonly body: Uint8Array | null;
}

/** Names one caller's use of one route. */
export interface RequestName {
  readonly scope: string;
  readonly key: string;
}

export type Beginning =
  | { readonly state: 'new' }
  /** Answered already. */
  | { readonly state: 'done'; readonly reply: StoredReply; readonly digest: string }
  /** Begun by a process that is gone, which had begun to submit this. */
  | { readonly state: 'cut-off'; readonly begun: Begun };

/** What a request had begun to submit. */
export interface Begun {
  readonly txId: string;
  /** The transaction's signed payload; absent where an earlier version began it. */
  readonly submitted: Signed | undefined;
}

export type IdempotencyStore = ReturnType<typeof openIdempotencyStore>;

/** @throws Problem `BAD_REQUEST` for a key that is empty, too long or not printable ASCII. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw new Problem('BAD_REQUEST', 'Idempotency-Key: 1 to 255 printable ASCII characters');
}

export function openIdempotencyStore(file: string, now: () => number) {
  const database = openPrivateDatabase(file);
  database.exec(`CREATE TABLE IF NOT EXISTS request (
    scope TEXT NOT NULL, key TEXT NOT NULL, process TEXT NOT NULL, at INTEGER NOT NULL,
    digest TEXT, tx_id TEXT, status INTEGER, media_type TEXT, headers TEXT, body BLOB,
    PRIMARY KEY (scope, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS request_age ON request (at);
    CREATE TABLE IF NOT EXISTS submission (
    tx_id TEXT PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL, signature BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS submission_age ON submission (at);`);
  /** In memory, so that a request is let go of even where nothing can be written. */
  const inFlight = new Set<string>();
  const idOf = ({ scope, key }: RequestName) => `${scope} ${key}`;
  const select = database.prepare('SELECT * FROM request WHERE scope = ? AND key = ?');
  const insert = database.prepare(
    `INSERT INTO request (scope, key, process, at, digest) VALUES (?, ?, '', ?, ?)
     ON CONFLICT (scope, key) DO UPDATE SET digest = excluded.digest`,
  );
  const setTransaction = database.prepare(
    'UPDATE request SET tx_id = ? WHERE scope = ? AND key = ?',
  );
  const insertSubmission = database.prepare(
    'INSERT OR REPLACE INTO submission (tx_id, at, payload, signature) VALUES (?, ?, ?, ?)',
  );
  const selectSubmission = database.prepare(
    'SELECT payload AS bytes, signature FROM submission WHERE tx_id = ?',
  );
  const setReply = database.prepare(
    `UPDATE request SET digest = ?, status = ?, media_type = ?, headers = ?, body = ?
     WHERE scope = ? AND key = ?`,
  );
  const forget = database.prepare(
    'DELETE FROM request WHERE scope = ? AND key = ? AND tx_id IS NULL AND status IS NULL',
  );
  const purges = ['request', 'submission'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE at < ?`),
  );
  let purgedAt = 0;

  return {
    /**
     * `digest`: SHA-256 of the body, or null while it is still streaming.
     * @throws Problem `IDEMPOTENCY_KEY_REUSED` | `IDEMPOTENCY_IN_FLIGHT`.
     */
    begin(name: RequestName, digest: string | null): Beginning {
      const { scope, key } = name;
      if (now() - purgedAt > PURGE_MS) {
        for (const purge of purges) purge.run(now() - KEEP_MS);
        purgedAt = now();
      }
      const row = select.get(scope, key) as Row | undefined;
      if (row?.digest && digest && row.digest !== digest)
        throw new Problem('IDEMPOTENCY_KEY_REUSED');
      if (row && row.status !== null) {
        const { status, media_type: mediaType, headers, body } = row;
        const reply = { status, mediaType, headers: headers ?? '{}', body };
        return { state: 'done', reply, digest: row.digest ?? '' };
      }
      if (inFlight.has(idOf(name))) throw new Problem('IDEMPOTENCY_IN_FLIGHT');
      if (row && row.tx_id !== null) {
        const submitted = selectSubmission.get(row.tx_id) as Signed | undefined;
        return { state: 'cut-off', begun: { txId: row.tx_id, submitted } };
      }
      insert.run(scope, key, now(), digest);
      inFlight.add(idOf(name));
      return { state: 'new' };
    },
    /** Durable before the transaction is submitted. */
    remember({ scope, key }: RequestName, txId: string, { bytes, signature }: Signed): void {
      insertSubmission.run(txId, now(), bytes, signature);
      setTransaction.run(txId, scope, key);
    },
    finish(name: RequestName, digest: string, reply: StoredReply): void {
      const { scope, key } = name;
      const { status, mediaType, headers, body } = reply;
      // First: on a full disk the answer cannot be kept, and the request is to be asked again.
      inFlight.delete(idOf(name));
      setReply.run(digest, status, mediaType, headers, body, scope, key);
    },
    /** The request came to no lasting answer: it may be sent again. */
    abandon(name: RequestName): void {
      inFlight.delete(idOf(name));
      forget.run(name.scope, name.key);
    },
    close: () => database.close(),
  };
}

interface Row {
  readonly digest: string | null;
  readonly tx_id: string | null;
  readonly status: number | null;
  readonly media_type: string | null;
  readonly headers: string | null;
  readonly body: Uint8Array | null;
}
