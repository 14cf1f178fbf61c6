/**
 * What the development issuer remembers (sessions, grants, codes, refresh tokens), in one SQLite file
 * so that a restart signs nobody out. Rows hold live tokens: the file has mode 0600.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { openPrivateDatabase } from '../private-database.ts';

export interface IssuerStore {
  /** oidc-provider asks for one adapter a kind of record. */
  adapter(kind: string): Adapter;
  close(): void;
}

export function openIssuerStore(file: string): IssuerStore {
  const database = openPrivateDatabase(file);
  database.exec(`
    CREATE TABLE IF NOT EXISTS record (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      payload TEXT NOT NULL,
      grant_id TEXT,
      user_code TEXT,
      uid TEXT,
      expires_at INTEGER,
      PRIMARY KEY (kind, id)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS record_grant ON record (grant_id);
    CREATE INDEX IF NOT EXISTS record_user_code ON record (kind, user_code);
    CREATE INDEX IF NOT EXISTS record_uid ON record (kind, uid);
  `);
  database.prepare('DELETE FROM record WHERE expires_at <= ?').run(epochSeconds());
  return {
    adapter: (kind) => new SqliteAdapter(database, kind),
    close: () => database.close(),
  };
}

/** oidc-provider's storage contract; times are seconds since 1970. */
class SqliteAdapter implements Adapter {
  readonly #database: DatabaseSync;
  readonly #kind: string;

  constructor(database: DatabaseSync, kind: string) {
    this.#database = database;
    this.#kind = kind;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    this.#database
      .prepare('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        this.#kind,
        id,
        JSON.stringify(payload),
        payload.grantId ?? null,
        payload.userCode ?? null,
        payload.uid ?? null,
        expiresIn ? epochSeconds() + expiresIn : null,
      );
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('id', id);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('user_code', userCode);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('uid', uid);
  }

  /** Marks a one-time record as used. */
  async consume(id: string): Promise<void> {
    this.#database
      .prepare(
        `UPDATE record SET payload = json_set(payload, '$.consumed', ?) WHERE kind = ? AND id = ?`,
      )
      .run(epochSeconds(), this.#kind, id);
  }

  async destroy(id: string): Promise<void> {
    this.#database.prepare('DELETE FROM record WHERE kind = ? AND id = ?').run(this.#kind, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    this.#database.prepare('DELETE FROM record WHERE grant_id = ?').run(grantId);
  }

  #findBy(column: 'id' | 'user_code' | 'uid', value: string): AdapterPayload | undefined {
    const row = this.#database
      .prepare(
        `SELECT payload FROM record WHERE kind = ? AND ${column} = ?
         AND (expires_at IS NULL OR expires_at > ?)`,
      )
      .get(this.#kind, value, epochSeconds());
    return row && JSON.parse(String(row.payload));
  }
}

function epochSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
