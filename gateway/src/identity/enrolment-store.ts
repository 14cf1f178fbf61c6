/**
 * Which certificate was issued to whom: the only place where a pseudonym meets a sign-in. One SQLite
 * file with mode 0600 that never leaves the member. What is revoked is not kept here: the
 * authority's revocation list is the one record of that.
 */
import type { DatabaseSync } from 'node:sqlite';
import { openPrivateDatabase } from './private-database.ts';

/** A person in one role for one member, as the token says. */
export interface Holder {
  readonly subject: string;
  readonly member: string;
  readonly role: string;
}

export interface EnrolledCertificate extends Holder {
  readonly serial: string;
  /** Hex SHA-256 of the DER bytes. */
  readonly fingerprint: string;
  readonly pseudonym: string;
  /** Hex SHA-256 of the public key's SubjectPublicKeyInfo. */
  readonly keyDigest: string;
  /** PEM. */
  readonly certificate: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const COLUMNS = `serial, fingerprint, subject, member, role, pseudonym, key_digest AS keyDigest,
  certificate, not_before AS notBefore, not_after AS notAfter`;

export class EnrolmentStore {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = openPrivateDatabase(file);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS certificate (
        number INTEGER PRIMARY KEY,
        serial TEXT NOT NULL,
        fingerprint TEXT NOT NULL UNIQUE,
        subject TEXT NOT NULL,
        member TEXT NOT NULL,
        role TEXT NOT NULL,
        pseudonym TEXT NOT NULL,
        key_digest TEXT NOT NULL,
        certificate TEXT NOT NULL,
        not_before INTEGER NOT NULL,
        not_after INTEGER NOT NULL,
        UNIQUE (member, serial)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS certificate_holder ON certificate (subject, member, role);
      CREATE INDEX IF NOT EXISTS certificate_pseudonym ON certificate (member, pseudonym);
      CREATE INDEX IF NOT EXISTS certificate_key ON certificate (key_digest);
    `);
  }

  add(entry: EnrolledCertificate): void {
    this.#database
      .prepare(
        `INSERT INTO certificate (serial, fingerprint, subject, member, role, pseudonym, key_digest,
           certificate, not_before, not_after)
         VALUES ($serial, $fingerprint, $subject, $member, $role, $pseudonym, $keyDigest,
           $certificate, $notBefore, $notAfter)`,
      )
      .run({ ...entry });
  }

  findByFingerprint(fingerprint: string): EnrolledCertificate | undefined {
    return this.#select('fingerprint = ?', fingerprint)[0];
  }

  findBySerial(member: string, serial: string): EnrolledCertificate | undefined {
    return this.#select('member = ? AND serial = ?', member, serial)[0];
  }

  /** Everybody's certificates for one key. */
  listKey(keyDigest: string): EnrolledCertificate[] {
    return this.#select('key_digest = ?', keyDigest);
  }

  /** Latest first. */
  listOf({ subject, member, role }: Holder): EnrolledCertificate[] {
    return this.#select('subject = ? AND member = ? AND role = ?', subject, member, role);
  }

  /** In whatever role; latest first. */
  listPerson({ subject, member }: Omit<Holder, 'role'>): EnrolledCertificate[] {
    return this.#select('subject = ? AND member = ?', subject, member);
  }

  /** Latest first. */
  listPseudonym(member: string, pseudonym: string): EnrolledCertificate[] {
    return this.#select('member = ? AND pseudonym = ?', member, pseudonym);
  }

  /** Latest first. */
  listMember(member: string): EnrolledCertificate[] {
    return this.#select('member = ?', member);
  }

  close(): void {
    this.#database.close();
  }

  #select(condition: string, ...values: string[]): EnrolledCertificate[] {
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM certificate WHERE ${condition} ORDER BY number DESC`)
      .all(...values) as unknown as EnrolledCertificate[];
  }
}
