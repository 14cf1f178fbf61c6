/**
 * Endpoints, their secrets, and the queue: one SQLite file with mode 0600 that never leaves the member.
 * Every commit is on disk when it returns.
 */
import type { DatabaseSync } from 'node:sqlite';
import { openPrivateDatabase } from '../identity/private-database.ts';
import { writeAtOnce } from '../sqlite/write-at-once.ts';
import type { AttemptCode } from './send.ts';

export const ENDPOINT_STATES = ['ENABLED', 'DISABLED'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];
/** Why: by hand, because every attempt failed for days, or because the receiver answered 410. */
export const DISABLE_REASONS = ['ASKED', 'FAILING', 'GONE'] as const;
export type DisableReason = (typeof DISABLE_REASONS)[number];

/** QUEUED: still to be delivered; FAILED: after the last attempt. */
export const MESSAGE_STATES = ['QUEUED', 'DELIVERED', 'FAILED'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface Owner {
  /** MSP ID. */
  readonly member: string;
  /** Pseudonym of a person or system, see `pseudonymOf`. */
  readonly owner: string;
}

export interface Endpoint extends Owner {
  readonly id: string;
  readonly url: string;
  readonly createdAt: number;
  readonly state: EndpointState;
  readonly reason: DisableReason | null;
  readonly disabledAt: number | null;
  /** Since when no attempt succeeded; null while the last one did. */
  readonly failingSince: number | null;
  /** Messages that found the queue full. */
  readonly dropped: number;
}

export interface Message {
  readonly sequence: number;
  /** Of Standard Webhooks: the same for every attempt. */
  readonly id: string;
  readonly endpoint: string;
  readonly type: string;
  readonly payload: Uint8Array;
  readonly createdAt: number;
  readonly state: MessageState;
  readonly attempts: number;
  /** When it is tried next; null where it is not. */
  readonly nextAt: number | null;
}

export interface StoredAttempt {
  readonly number: number;
  readonly at: number;
  readonly code: AttemptCode;
  readonly status: number | null;
  readonly milliseconds: number;
}

export interface NewMessage {
  readonly id: string;
  readonly endpoint: string;
  readonly type: string;
  readonly payload: Uint8Array;
  readonly at: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS endpoint (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL, owner TEXT NOT NULL,
    url TEXT NOT NULL, created INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, disabled INTEGER,
    failing INTEGER, rests INTEGER NOT NULL, dropped INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS endpoint_owner ON endpoint (member, owner);
  CREATE TABLE IF NOT EXISTS secret (
    endpoint TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    made INTEGER NOT NULL, ends INTEGER, bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS secret_endpoint ON secret (endpoint);
  CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    endpoint TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    type TEXT NOT NULL, payload BLOB NOT NULL, created INTEGER NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL, next INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS message_due ON message (endpoint, next, sequence)
    WHERE state = 'QUEUED';
  CREATE INDEX IF NOT EXISTS message_endpoint ON message (endpoint, sequence);
  CREATE TABLE IF NOT EXISTS attempt (
    message TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL, status INTEGER,
    milliseconds INTEGER NOT NULL, PRIMARY KEY (message, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;
`;
const ENDPOINT = `id, member, owner, url, created AS createdAt, state, reason, disabled AS disabledAt,
  failing AS failingSince, dropped`;
const MESSAGE = `sequence, id, endpoint, type, payload, created AS createdAt, state, attempts,
  next AS nextAt`;

const MESSAGE_OF_ENDPOINT = `m.sequence, m.id, m.endpoint, m.type, m.payload, m.created AS createdAt,
  m.state, m.attempts, m.next AS nextAt FROM endpoint e CROSS JOIN message m`;
/** One look into the queue for each endpoint, however long that is. */
const FIRST = `e.state = 'ENABLED' AND m.sequence = (
  SELECT n.sequence FROM message n WHERE n.endpoint = e.id AND n.state = 'QUEUED'
  ORDER BY n.next, n.sequence LIMIT 1)`;

export type WebhookStore = ReturnType<typeof openWebhookStore>;

export function openWebhookStore(file: string) {
  const database: DatabaseSync = openPrivateDatabase(file);
  database.exec(`PRAGMA foreign_keys = ON; ${SCHEMA}`);
  const prepare = (sql: string) => database.prepare(sql);
  const run = (sql: string) => {
    const statement = prepare(sql);
    return (...values: (string | number | null | Uint8Array)[]) => statement.run(...values).changes;
  };
  const one = <T>(sql: string) => {
    const statement = prepare(sql);
    return (...values: (string | number)[]) => statement.get(...values) as T | undefined;
  };
  const all = <T>(sql: string) => {
    const statement = prepare(sql);
    return (...values: (string | number)[]) => statement.all(...values) as unknown as T[];
  };
  const counted = one<{ count: number }>(
    `SELECT count(*) AS count FROM message WHERE endpoint = ? AND state = 'QUEUED'`,
  );

  return {
    /** Several changes, all or none. */
    atOnce: (change: () => void) => writeAtOnce(database, change),
    addEndpoint: (() => {
      const insert = run(
        `INSERT INTO endpoint (id, member, owner, url, created, state, rests, dropped)
         VALUES (?, ?, ?, ?, ?, 'ENABLED', 0, 0)`,
      );
      return (id: string, { member, owner }: Owner, url: string, at: number) =>
        void insert(id, member, owner, url, at);
    })(),
    find: one<Endpoint>(`SELECT ${ENDPOINT} FROM endpoint WHERE id = ?`),
    listOf: all<Endpoint>(
      `SELECT ${ENDPOINT} FROM endpoint WHERE member = ? AND owner = ? ORDER BY number`,
    ),
    listOfMember: all<Endpoint>(
      `SELECT ${ENDPOINT} FROM endpoint WHERE member = ? ORDER BY number`,
    ),
    listEnabled: all<Endpoint>(
      `SELECT ${ENDPOINT} FROM endpoint WHERE member = ? AND state = 'ENABLED' ORDER BY number`,
    ),
    countOwn: one<{ count: number }>(
      'SELECT count(*) AS count FROM endpoint WHERE member = ? AND owner = ?',
    ),
    countOf: one<{ count: number }>(`SELECT count(*) AS count FROM endpoint WHERE member = ?`),
    remove: run('DELETE FROM endpoint WHERE id = ?'),
    setUrl: run('UPDATE endpoint SET url = ?, failing = NULL, rests = 0 WHERE id = ?'),
    enable: run(
      `UPDATE endpoint SET state = 'ENABLED', reason = NULL, disabled = NULL, failing = NULL,
       rests = 0 WHERE id = ?`,
    ),
    disable: run(
      `UPDATE endpoint SET state = 'DISABLED', reason = ?, disabled = ? WHERE id = ?
       AND state = 'ENABLED'`,
    ),
    /** Since when it fails, and until when it is left alone. */
    setFailing: run('UPDATE endpoint SET failing = ?, rests = ? WHERE id = ?'),
    endRest: run('UPDATE endpoint SET rests = 0 WHERE id = ?'),
    addDropped: run('UPDATE endpoint SET dropped = dropped + 1 WHERE id = ?'),
    addSecret: run('INSERT INTO secret VALUES (?, ?, NULL, ?)'),
    endSecrets: run('UPDATE secret SET ends = ? WHERE endpoint = ? AND (ends IS NULL OR ends > ?)'),
    removeSecrets: run('DELETE FROM secret WHERE ends <= ?'),
    /** The newest first. */
    secretsOf: all<{ bytes: Uint8Array; ends: number | null }>(
      `SELECT bytes, ends FROM secret WHERE endpoint = ? AND (ends IS NULL OR ends > ?)
       ORDER BY made DESC, rowid DESC`,
    ),
    enqueue: (() => {
      const insert = run(
        `INSERT INTO message (id, endpoint, type, payload, created, state, attempts, next)
         VALUES (?, ?, ?, ?, ?, 'QUEUED', 0, ?) ON CONFLICT (id) DO NOTHING`,
      );
      /** Whether it was not there yet. */
      return ({ id, endpoint, type, payload, at }: NewMessage) =>
        insert(id, endpoint, type, payload, at, at) > 0;
    })(),
    countQueued: (endpoint: string) => counted(endpoint)!.count,
    findMessage: one<Message>(`SELECT ${MESSAGE} FROM message WHERE id = ?`),
    listMessages: all<Message>(
      `SELECT ${MESSAGE} FROM message WHERE endpoint = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
    ),
    /** Members that have an endpoint to send to. */
    listMembers: all<{ member: string }>(
      `SELECT DISTINCT member FROM endpoint WHERE state = 'ENABLED' ORDER BY member`,
    ),
    /** Of each enabled endpoint of a member that does not rest the message that is due first. */
    listDue: all<Message>(
      `SELECT ${MESSAGE_OF_ENDPOINT} WHERE e.member = ? AND ${FIRST}
       AND max(m.next, e.rests) <= ? ORDER BY m.next, m.sequence LIMIT ?`,
    ),
    /** When something is due, now or later. */
    nextDue: one<{ next: number | null }>(
      `SELECT min(max(m.next, e.rests)) AS next FROM endpoint e CROSS JOIN message m WHERE ${FIRST}`,
    ),
    settle: run('UPDATE message SET state = ?, attempts = ?, next = ? WHERE id = ?'),
    addAttempt: run('INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?)'),
    attemptsOf: all<StoredAttempt>(
      'SELECT number, at, code, status, milliseconds FROM attempt WHERE message = ? ORDER BY number',
    ),
    purge: run(`DELETE FROM message WHERE state <> 'QUEUED' AND created < ?`),
    positionOf: one<{ position: number }>('SELECT position FROM source WHERE name = ?'),
    setPosition: run(
      `INSERT INTO source VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
    ),
    close: () => database.close(),
  };
}
