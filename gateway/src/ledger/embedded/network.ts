/**
 * Who takes part in an embedded ledger: the identities and keys that one operator holds for all
 * members. That all keys sit in one place is what makes it embedded: no distributed trust is claimed.
 */
import type { MspDefinition } from '@tabellion/proof';

/** PEM text of one certificate, key or certificate revocation list. */
export type Pem = string;

/** A certificate with its PKCS#8 private key (P-256). */
export interface KeyPair {
  readonly certificate: Pem;
  readonly key: Pem;
}

/** What a channel knows of a member's certificate authority; public. Roles have their usual names. */
export type MemberMsp = Omit<MspDefinition, 'nodeOus'>;

export interface EmbeddedMember extends MemberMsp {
  /** Whether its endorsement counts as a state's. */
  readonly state: boolean;
  /** Endorsing identity: organisational unit `peer`, issued by this member's authority. */
  readonly peer: KeyPair;
}

export interface EmbeddedNetwork {
  readonly consortium: string;
  readonly channel: string;
  readonly chaincode: string;
  /** In the order in which the configuration lists them; MSP IDs are distinct. */
  readonly members: readonly EmbeddedMember[];
  /** The one ordering identity: organisational unit `orderer`, issued by the named member's authority. */
  readonly orderer: KeyPair & { readonly mspId: string };
  /** Distinct members whose peers must endorse, at least one of them a state. */
  readonly endorsementThreshold: number;
}
