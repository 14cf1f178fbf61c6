/**
 * A member's certificate authority: one self-signed root (P-256) that issues its people's, peers' and
 * services' certificates and signs the list of those revoked (RFC 5280). Directory, mode 0700:
 * `key.pem` (0600), `crl.pem`, `root.pem`. The revocation list is the only record of what is
 * revoked. One process at a time may use a directory.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import { type CaMaterial, type CaOptions, foundCa, loadCa } from './ca-root.ts';
import {
  authorityKeyIdentifier,
  CRL_DAYS,
  crlNumber,
  type Revocation,
  readRevocations,
  signCrl,
} from './crl.ts';
import { provenKey } from './csr.ts';
import { attributesExtension } from './extension.ts';
import { makePrivateDirectory, readPrivate, unlessAbsent, writeDurably } from './private-file.ts';
import type { RevocationReason } from './revocation-reason.ts';
import { Turns } from './turns.ts';
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  lowSCrypto,
  makeSerial,
  SIGNING,
  SubjectKeyIdentifierExtension,
  toPem,
  X509CertificateGenerator,
  X509Crl,
} from './x509.ts';

const DAY = 86_400_000;
/** Certificates begin this long before they are made, because members' clocks differ. */
const BACKDATE = 300_000;

export interface IssueOptions {
  /** Organisational unit by which Fabric tells the kind of an identity (NodeOUs). */
  readonly ou: 'client' | 'peer' | 'admin' | 'orderer';
  /** Attribute `role`; none for peers and orderers. */
  readonly role?: string;
  /** Attribute `keyCustody`: who holds the private key. */
  readonly keyCustody?: 'person' | 'gateway';
  readonly days: number;
  /** Common name to go on with, when a certificate is renewed; otherwise a new pseudonym. */
  readonly pseudonym?: string;
}

/** A random name that says nothing of its bearer: certificates stand in blocks for ever (O-1). */
export function makePseudonym(): string {
  return `p-${randomBytes(8).toString('hex')}`;
}

export class MemberCa {
  readonly mspId: string;
  /** The root certificate, PEM. */
  readonly root: string;
  readonly #directory: string;
  readonly #now: () => number;
  #material: CaMaterial;
  /** Revocations are made one after the other: each list extends the one before. */
  readonly #turns = new Turns();

  private constructor(options: CaOptions, material: CaMaterial) {
    this.mspId = options.mspId;
    this.root = toPem(material.root, 'CERTIFICATE');
    this.#directory = options.directory;
    this.#now = options.now ?? Date.now;
    this.#material = material;
  }

  /**
   * Opens the authority of a directory, or founds it where there is none.
   * @throws IdentityError `KEY_EXPOSED`, `KEY_INVALID`, `CA_DAMAGED` (a part is missing or does not
   * belong to the others), `CA_EXPIRED`.
   */
  static async open(options: CaOptions): Promise<MemberCa> {
    await makePrivateDirectory(options.directory);
    const rootPem = await unlessAbsent(readPrivate(join(options.directory, 'root.pem')));
    const material =
      rootPem === undefined ? await foundCa(options) : await loadCa(options, rootPem);
    const ca = new MemberCa(options, material);
    await ca.refreshCrl();
    return ca;
  }

  /**
   * A certificate for the key whose possession the request proves. Nothing else of it is used.
   * @throws IdentityError `CSR_INVALID`.
   */
  async issue(csrPem: string, options: IssueOptions): Promise<string> {
    const publicKey = await provenKey(csrPem);
    const { root, signingKey } = this.#material;
    const now = this.#now();
    const end = Math.min(now + options.days * DAY, root.notAfter.getTime());
    const certificate = await X509CertificateGenerator.create(
      {
        serialNumber: makeSerial(),
        issuer: root.subjectName,
        subject: `OU=${options.ou}, CN=${options.pseudonym ?? makePseudonym()}`,
        notBefore: new Date(now - BACKDATE),
        notAfter: new Date(end),
        publicKey,
        signingKey,
        signingAlgorithm: SIGNING,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          await SubjectKeyIdentifierExtension.create(publicKey, false, lowSCrypto),
          authorityKeyIdentifier(root),
          ...attributes(options),
        ],
      },
      lowSCrypto,
    );
    return toPem(certificate, 'CERTIFICATE');
  }

  /**
   * Adds a serial number to the revocation list. Durable when it resolves; revoking again changes
   * nothing, the first time and reason stand.
   */
  async revoke(serial: string, reason: RevocationReason): Promise<void> {
    await this.#turns.take(async () => {
      if (this.isRevoked(serial)) return;
      const added = { serial: serial.toLowerCase(), at: this.#now(), reason };
      await this.#replaceCrl([...this.revocations(), added]);
    });
  }

  /** Signs the list anew when a third of its time is over. Returns whether it did. */
  async refreshCrl(): Promise<boolean> {
    return this.#turns.take(async () => {
      const due = this.#material.crl.thisUpdate.getTime() + (CRL_DAYS * DAY) / 3;
      if (this.#now() < due) return false;
      await this.#replaceCrl(this.revocations());
      return true;
    });
  }

  /** What a channel must know of this authority. */
  describeMsp(): MemberMsp {
    return { mspId: this.mspId, roots: [this.root], intermediates: [], revocations: [this.crl()] };
  }

  /** The signed revocation list in force, PEM. */
  crl(): string {
    return toPem(this.#material.crl, 'X509 CRL');
  }

  isRevoked(serial: string): boolean {
    return this.#material.crl.findRevoked(serial.toLowerCase()) !== null;
  }

  /** What is revoked here and stands in none of these lists (PEM), which others go by. */
  missingIn(lists: readonly string[]): Revocation[] {
    const published = lists.map((pem) => new X509Crl(pem));
    return this.revocations().filter(
      ({ serial }) => !published.some((list) => list.findRevoked(serial) !== null),
    );
  }

  revocations(): Revocation[] {
    return readRevocations(this.#material.crl);
  }

  async #replaceCrl(revocations: readonly Revocation[]): Promise<void> {
    const { root, signingKey } = this.#material;
    const crl = await signCrl(root, signingKey, {
      number: crlNumber(this.#material.crl) + 1,
      now: this.#now(),
      revocations,
    });
    await writeDurably(join(this.#directory, 'crl.pem'), toPem(crl, 'X509 CRL'));
    this.#material = { ...this.#material, crl };
  }
}

function attributes({ role, keyCustody }: IssueOptions): Extension[] {
  const attrs = { ...(role && { role }), ...(keyCustody && { keyCustody }) };
  return Object.keys(attrs).length === 0 ? [] : [attributesExtension(attrs)];
}
