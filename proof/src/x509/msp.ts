/** A member's certificates: who speaks for it, in which role, at which time. */
import { equalBytes } from '../bytes/encoding.ts';
import { verifyAuthority } from '../crypto/signature.ts';
import type { MspDefinition, NodeOus } from '../fabric/config.ts';
import type { SerializedIdentity } from '../fabric/identity.ts';
import { type ParsedCertificate, parseCertificate } from './certificate.ts';
import { MspError } from './error.ts';
import { parseRevocations, type RevocationList } from './revocation.ts';

export type Role = 'CLIENT' | 'PEER' | 'ADMIN' | 'ORDERER';

export interface MemberIdentity {
  readonly mspId: string;
  readonly role: Role;
  readonly commonName: string;
  /** Hex SHA-256 of the certificate's DER bytes. */
  readonly fingerprint: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly certificate: ParsedCertificate;
}

export interface MspOptions {
  /** Whether the marker of embedded ledgers is allowed; as a critical extension it is refused else. */
  readonly embedded?: boolean;
}

const USUAL_OUS: NodeOus = { client: 'client', peer: 'peer', admin: 'admin', orderer: 'orderer' };
/** Certificates from leaf to root. */
const MAX_CHAIN = 5;
const MAX_CACHED = 4096;

export class Msp {
  readonly mspId: string;
  readonly roots: readonly ParsedCertificate[];
  readonly intermediates: readonly ParsedCertificate[];
  readonly #revocations: readonly RevocationList[];
  readonly #ous: NodeOus;
  readonly #embedded: boolean;
  /** Chains that hold whatever the time; a consortium's certificates are few. */
  readonly #chains = new Map<string, readonly ParsedCertificate[]>();

  /** @throws MspError `MSP_MALFORMED` when the definition itself cannot be used. */
  constructor(definition: MspDefinition, options: MspOptions = {}) {
    this.mspId = definition.mspId;
    this.#ous = definition.nodeOus ?? USUAL_OUS;
    this.#embedded = options.embedded ?? false;
    try {
      this.roots = definition.roots.map(parseCertificate);
      this.intermediates = definition.intermediates.map(parseCertificate);
      const authorities = [...this.roots, ...this.intermediates];
      this.#revocations = definition.revocations.map((pem) => parseRevocations(pem, authorities));
    } catch (error) {
      const reason = error instanceof MspError ? error.message : 'unreadable';
      throw new MspError('MSP_MALFORMED', `${definition.mspId}: ${reason}`);
    }
    if (this.roots.length === 0 || !this.roots.every((root) => this.#isAuthority(root))) {
      throw new MspError('MSP_MALFORMED', `${definition.mspId}: a root is no authority`);
    }
  }

  /**
   * Judges a certificate, PEM or as Fabric serialises it, at a time in milliseconds since 1970: chain
   * to a root, revocation lists, validity of every certificate of the chain, one role.
   * @throws MspError any code but `MSP_MALFORMED`.
   */
  validate(identity: SerializedIdentity | string, at: number): MemberIdentity {
    const pem = typeof identity === 'string' ? identity : identity.certificatePem;
    if (typeof identity !== 'string' && identity.mspId !== this.mspId) {
      throw new MspError('CERTIFICATE_UNTRUSTED', 'the identity names another member');
    }
    const chain = this.#chainOf(pem);
    for (const certificate of chain) assertValidAt(certificate, at);
    const certificate = chain[0]!;
    return {
      mspId: this.mspId,
      role: this.#roleOf(certificate),
      commonName: certificate.commonName,
      fingerprint: certificate.fingerprint,
      attributes: certificate.attributes,
      certificate,
    };
  }

  #chainOf(pem: string): readonly ParsedCertificate[] {
    const known = this.#chains.get(pem);
    if (known) return known;
    const leaf = parseCertificate(pem);
    if (leaf.isCa || leaf.isEmbedded || leaf.hasUnknownCritical) {
      throw new MspError('CERTIFICATE_UNTRUSTED', 'not the certificate of a person or node');
    }
    const chain = this.#extend([leaf]);
    if (!chain) throw new MspError('CERTIFICATE_UNTRUSTED', `no chain to a root of ${this.mspId}`);
    this.#assertNotRevoked(chain);
    if (this.#chains.size >= MAX_CACHED) this.#chains.clear();
    this.#chains.set(pem, chain);
    return chain;
  }

  /** The chain continued to a root, or null. */
  #extend(chain: readonly ParsedCertificate[]): readonly ParsedCertificate[] | null {
    const last = chain.at(-1)!;
    const root = this.roots.find((candidate) => this.#hasIssued(candidate, last, chain.length - 1));
    if (root) return [...chain, root];
    if (chain.length >= MAX_CHAIN - 1) return null;
    for (const candidate of this.intermediates) {
      if (!chain.includes(candidate) && this.#hasIssued(candidate, last, chain.length - 1)) {
        const whole = this.#extend([...chain, candidate]);
        if (whole) return whole;
      }
    }
    return null;
  }

  #hasIssued(authority: ParsedCertificate, subject: ParsedCertificate, below: number): boolean {
    return (
      equalBytes(authority.subject, subject.issuer) &&
      this.#isAuthority(authority) &&
      (authority.pathLength === null || authority.pathLength >= below) &&
      verifyAuthority(authority.publicKey, subject.signedBytes, subject.signature)
    );
  }

  #isAuthority(certificate: ParsedCertificate): boolean {
    return (
      certificate.isCa &&
      certificate.mayCertify &&
      !certificate.hasUnknownCritical &&
      (this.#embedded || !certificate.isEmbedded)
    );
  }

  #assertNotRevoked(chain: readonly ParsedCertificate[]): void {
    chain.slice(0, -1).forEach((certificate, position) => {
      const issuer = chain[position + 1]!;
      for (const list of this.#revocations) {
        if (
          equalBytes(list.issuer.subject, issuer.subject) &&
          list.serials.has(certificate.serial)
        ) {
          throw new MspError('CERTIFICATE_REVOKED', `${this.mspId} revoked this certificate`);
        }
      }
    });
  }

  #roleOf(certificate: ParsedCertificate): Role {
    const roles = (['client', 'peer', 'admin', 'orderer'] as const).filter((name) =>
      certificate.organizationalUnits.includes(this.#ous[name]),
    );
    if (roles.length !== 1) {
      throw new MspError('CERTIFICATE_NO_ROLE', 'not exactly one unit that stands for a role');
    }
    return roles[0]!.toUpperCase() as Role;
  }
}

function assertValidAt(certificate: ParsedCertificate, at: number): void {
  // Written so that a time that is no number fails.
  if (!(at >= certificate.notBefore)) {
    throw new MspError('CERTIFICATE_NOT_YET_VALID', 'the certificate was not valid yet');
  }
  // RFC 5280 times have whole seconds and include the last one.
  if (!(at < certificate.notAfter + 1000)) {
    throw new MspError('CERTIFICATE_EXPIRED', 'the certificate had expired');
  }
}
