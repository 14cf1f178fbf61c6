/**
 * Which endorsement policies a transaction's writes call for (Fabric's validation with application
 * capability V2_0 and later): a key's own policy, else its collection's, else the chaincode's. The
 * chaincode's policy is asked when no other one was, so that a transaction without writes has one.
 */
import {
  evaluateSignaturePolicy,
  FabricError,
  memberPeerPolicy,
  type NamespaceRwset,
  type Signatory,
} from '@tabellion/proof';
import { collectionOwner } from './collection.ts';
import { hashedSpace, publicSpace } from './store/space.ts';

/** `common.SignaturePolicyEnvelope` bytes. */
export type PolicyBytes = Uint8Array;

export interface PolicySource {
  readonly chaincodePolicy: PolicyBytes;
  readonly members: ReadonlySet<string>;
  /** A key's own policy in force, or null. */
  keyPolicy(space: string, key: Uint8Array): PolicyBytes | null;
}

/** A write that no policy can allow: into a collection that no member owns. */
export class UnknownCollectionError extends Error {
  override readonly name = 'UnknownCollectionError';
}

/** All policies that must hold, each once. @throws UnknownCollectionError */
export function listPolicies(set: NamespaceRwset, source: PolicySource): PolicyBytes[] {
  const collected = new PolicySet();
  const publicKeys = [...set.writes, ...set.metadataWrites].map(({ key }) => Buffer.from(key));
  for (const key of publicKeys) {
    collected.add(source.keyPolicy(publicSpace(set.namespace), key) ?? source.chaincodePolicy);
  }
  for (const { collection, writes, metadataWrites } of set.collections) {
    for (const { keyHash } of [...writes, ...metadataWrites]) {
      const own = source.keyPolicy(hashedSpace(set.namespace, collection), keyHash);
      collected.add(own ?? collectionPolicy(collection, source.members));
    }
  }
  if (collected.isEmpty()) collected.add(source.chaincodePolicy);
  return collected.list();
}

function collectionPolicy(collection: string, members: ReadonlySet<string>): PolicyBytes {
  const owner = collectionOwner(collection);
  if (owner === null || !members.has(owner)) throw new UnknownCollectionError(collection);
  return memberPeerPolicy(owner);
}

class PolicySet {
  readonly #policies = new Map<string, PolicyBytes>();

  add(policy: PolicyBytes): void {
    this.#policies.set(Buffer.from(policy).toString('base64'), policy);
  }

  isEmpty(): boolean {
    return this.#policies.size === 0;
  }

  list(): PolicyBytes[] {
    return [...this.#policies.values()];
  }
}

/** Few policies and few sets of members come up again and again. */
const MAX_REMEMBERED = 4096;
const verdicts = new Map<string, boolean>();

/** Whether these signatories meet a policy; a policy that cannot be read is never met. */
export function isPolicyMet(policy: PolicyBytes, signatories: readonly Signatory[]): boolean {
  const names = signatories.map(({ mspId, role }) => `${mspId} ${role}`);
  const id = [Buffer.from(policy).toString('base64'), ...names].join('|');
  const known = verdicts.get(id);
  if (known !== undefined) return known;
  const verdict = evaluate(policy, signatories);
  if (verdicts.size >= MAX_REMEMBERED) verdicts.clear();
  verdicts.set(id, verdict);
  return verdict;
}

function evaluate(policy: PolicyBytes, signatories: readonly Signatory[]): boolean {
  try {
    return evaluateSignaturePolicy(policy, signatories);
  } catch (error) {
    if (error instanceof FabricError) return false;
    throw error;
  }
}
