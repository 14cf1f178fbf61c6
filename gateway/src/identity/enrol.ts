/**
 * Enrolment: a certificate for each person, role and member. The person makes the key and sends a
 * request; role and member come from the sign-in. A person keeps one pseudonym in a role through
 * renewals and new keys, so that the custody of an item reads on.
 */
import { createHash } from 'node:crypto';
import type { Enrolled, Enrolment, Principal } from '../http/deps.ts';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import { type MemberCa, makePseudonym } from './ca.ts';
import { describeCertificate } from './certificate.ts';
import type { Revocation } from './crl.ts';
import { provenKey } from './csr.ts';
import { type EnrolledCertificate, EnrolmentStore } from './enrolment-store.ts';
import { IdentityError } from './error.ts';
import { REVOCATION_REASONS, type RevocationReason } from './revocation-reason.ts';
import { Turns } from './turns.ts';

/** A certificate can be renewed in the last third of its life. */
const RENEWABLE_PART = 3;

export interface EnrolmentOptions {
  /** SQLite file. */
  readonly file: string;
  /** By MSP ID. */
  readonly authorities: ReadonlyMap<string, MemberCa>;
  /** Life of a person's certificate; 365 days. */
  readonly personDays?: number;
  /** Tells the ledger what an authority now says, after every revocation. */
  readonly publishMsp: (msp: MemberMsp) => Promise<void>;
  readonly now?: () => number;
}

export interface ListedCertificate {
  readonly serial: string;
  readonly pseudonym: string;
  readonly role: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revoked: Pick<Revocation, 'at' | 'reason'> | null;
}

/** Errors are IdentityError with the codes named at each method. */
export class GatewayEnrolment implements Enrolment {
  readonly #store: EnrolmentStore;
  readonly #authorities: ReadonlyMap<string, MemberCa>;
  readonly #days: number;
  readonly #publishMsp: EnrolmentOptions['publishMsp'];
  readonly #now: () => number;
  /** One at a time, so that two requests of one person cannot both find nothing. */
  readonly #turns = new Turns();

  constructor(options: EnrolmentOptions) {
    this.#store = new EnrolmentStore(options.file);
    this.#authorities = options.authorities;
    this.#days = options.personDays ?? 365;
    this.#publishMsp = options.publishMsp;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The first certificate of a person in a role, or the next after expiry or revocation. Asking again
   * with the same key answers with the same certificate.
   * @throws `NOT_ALLOWED` (not a person, or a member without authority here), `CSR_INVALID`,
   * `ALREADY_ENROLLED` (with another key).
   */
  async enrol(principal: Principal, csr: string): Promise<Enrolled> {
    return this.#turns.take(async () => {
      const keyDigest = await digestKey(csr);
      const current = this.#findCurrent(principal);
      if (current) return this.#repeat(current, keyDigest);
      return this.#issue(principal, csr, keyDigest);
    });
  }

  /**
   * The next certificate, for the same key or a new one. The one before stays valid to its end.
   * @throws `NOT_FOUND` (nothing to renew: enrol), `ALREADY_ENROLLED` (too early), and as `enrol`.
   */
  async renew(principal: Principal, csr: string): Promise<Enrolled> {
    return this.#turns.take(async () => {
      const keyDigest = await digestKey(csr);
      const current = this.#findCurrent(principal);
      if (!current) throw new IdentityError('NOT_FOUND', 'there is no valid certificate to renew');
      if (this.#now() < renewableFrom(current)) return this.#repeat(current, keyDigest);
      return this.#issue(principal, csr, keyDigest);
    });
  }

  /**
   * By the person, or by a `delegate` of the same member. Durable and published to the ledger when it
   * resolves; repeating publishes again.
   * @throws `BAD_INPUT` (reason), `NOT_FOUND` (also for another member's), `NOT_ALLOWED`.
   */
  async revoke(
    principal: Principal,
    { serial, reason }: { serial: string; reason: string },
  ): Promise<void> {
    const found = this.#store.findBySerial(principal.member, serial.toLowerCase());
    if (!found) throw new IdentityError('NOT_FOUND', 'no such certificate of this member');
    if (found.subject !== principal.subject && principal.role !== 'delegate') {
      throw new IdentityError('NOT_ALLOWED', 'it is for its owner or a delegate to revoke this');
    }
    const ca = this.#authorityOf(principal);
    await ca.revoke(found.serial, parseReason(reason));
    await this.#publishMsp(ca.describeMsp());
  }

  /** Whose valid certificate this is; undefined if unknown, revoked, expired or not yet valid. */
  ownerOf(fingerprint: string): EnrolledCertificate | undefined {
    const found = this.#store.findByFingerprint(fingerprint);
    return found && this.#isValid(found) ? found : undefined;
  }

  /** Under which the person ever acted for the member, latest first; in one role or in whatever role. */
  pseudonymsOf(person: Pick<Principal, 'member' | 'subject'>, role?: string): readonly string[] {
    const held = this.#store.listPerson(person);
    const ofRole = held.filter((entry) => role === undefined || entry.role === role);
    return [...new Set(ofRole.map(({ pseudonym }) => pseudonym))];
  }

  /** Who of the member has a valid certificate under a pseudonym; undefined if nobody has. */
  findPerson(member: string, pseudonym: string): EnrolledCertificate | undefined {
    return this.#store.listPseudonym(member, pseudonym).find((entry) => this.#isValid(entry));
  }

  /** The person's own certificates; for a `delegate` all of the member's. Latest first. */
  list(principal: Principal): ListedCertificate[] {
    const ca = this.#authorityOf(principal);
    const revocations = new Map(ca.revocations().map((entry) => [entry.serial, entry]));
    const found =
      principal.role === 'delegate'
        ? this.#store.listMember(principal.member)
        : this.#store.listOf(principal);
    return found.map(({ serial, pseudonym, role, notBefore, notAfter }) => {
      const revocation = revocations.get(serial);
      const revoked = revocation ? { at: revocation.at, reason: revocation.reason } : null;
      return { serial, pseudonym, role, notBefore, notAfter, revoked };
    });
  }

  /** Signs revocation lists anew where due, and publishes those. To be called once a day. */
  async refreshRevocationLists(): Promise<void> {
    for (const ca of this.#authorities.values()) {
      if (await ca.refreshCrl()) await this.#publishMsp(ca.describeMsp());
    }
  }

  close(): void {
    this.#store.close();
  }

  async #issue(principal: Principal, csr: string, keyDigest: string): Promise<Enrolled> {
    const ca = this.#authorityOf(principal);
    if (principal.clientKind !== 'person') {
      throw new IdentityError('NOT_ALLOWED', 'a certificate is for a person who holds the key');
    }
    const { subject, member, role } = principal;
    this.#assertKeyIsFree(keyDigest, subject);
    const pseudonym = this.#store.listOf(principal)[0]?.pseudonym ?? makePseudonym();
    const certificate = await ca.issue(csr, {
      ou: 'client',
      role,
      keyCustody: 'person',
      days: this.#days,
      pseudonym,
    });
    const facts = describeCertificate(certificate);
    this.#store.add({ ...facts, subject, member, role, keyDigest, certificate });
    return { certificate, chain: [ca.root], mspId: member };
  }

  /** One key, one person; and no way back for a key whose certificate was revoked. */
  #assertKeyIsFree(keyDigest: string, subject: string): void {
    for (const entry of this.#store.listKey(keyDigest)) {
      // A request that was seen elsewhere proves nothing of who sends it again.
      if (entry.subject !== subject) {
        throw new IdentityError('CSR_INVALID', 'the key is somebody else’s: make one of your own');
      }
      if (this.#authorityOf(entry).isRevoked(entry.serial)) {
        throw new IdentityError(
          'CSR_INVALID',
          'a certificate of this key was revoked: make another',
        );
      }
    }
  }

  /** What was issued already, if it was for this very key. */
  #repeat(current: EnrolledCertificate, keyDigest: string): Enrolled {
    if (current.keyDigest !== keyDigest) {
      const from = new Date(renewableFrom(current)).toISOString().slice(0, 10);
      const text = `there is a valid certificate for another key: renew from ${from} on, or revoke it`;
      throw new IdentityError('ALREADY_ENROLLED', text);
    }
    const { certificate, member } = current;
    return { certificate, chain: [this.#authorityOf(current).root], mspId: member };
  }

  #findCurrent(principal: Principal): EnrolledCertificate | undefined {
    return this.#store.listOf(principal).find((entry) => this.#isValid(entry));
  }

  #isValid(entry: EnrolledCertificate): boolean {
    const now = this.#now();
    const inTime = entry.notBefore <= now && now < entry.notAfter;
    return inTime && !this.#authorityOf(entry).isRevoked(entry.serial);
  }

  #authorityOf({ member }: { readonly member: string }): MemberCa {
    const ca = this.#authorities.get(member);
    if (!ca) throw new IdentityError('NOT_ALLOWED', 'this gateway has no authority of that member');
    return ca;
  }
}

function renewableFrom({ notBefore, notAfter }: EnrolledCertificate): number {
  return notAfter - Math.floor((notAfter - notBefore) / RENEWABLE_PART);
}

async function digestKey(csr: string): Promise<string> {
  return createHash('sha256')
    .update(await provenKey(csr))
    .digest('hex');
}

function parseReason(reason: string): RevocationReason {
  const known = REVOCATION_REASONS.find((name) => name === reason);
  if (known) return known;
  throw new IdentityError('BAD_INPUT', `reason: one of ${REVOCATION_REASONS.join(', ')}`);
}
