/**
 * Validates an ordered block as a Fabric v3 peer does: form, creator, transaction ID, endorsement
 * policies, then reads, in the order of the block. Invalid transactions stay in it with their code.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import {
  computeTxId,
  concatBytes,
  FabricError,
  type FabricErrorCode,
  HEADER_TYPE,
  isReadOnly,
  type NamespaceRwset,
  readEnvelope,
  readEnvelopeHeader,
  type Signatory,
  type Transaction,
  type TransactionHeader,
  toHex,
  utf8,
} from '@tabellion/proof';
import { applyWrites } from './apply.ts';
import { LIFECYCLE } from './definition-keys.ts';
import type { ChannelIdentities } from './identities.ts';
import { parseMetadata, VALIDATION_PARAMETER } from './metadata.ts';
import { findReadConflict } from './mvcc.ts';
import { isPolicyMet, listPolicies, type PolicyBytes, UnknownCollectionError } from './policy.ts';
import type { PrivateWrite } from './rwset.ts';
import { hashedSpace, publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';
import type { BlockWrite, StoredTransaction } from './store/stored.ts';
import { BlockUpdates } from './updates.ts';

type CodeName = keyof typeof peer.TxValidationCode;

export interface ValidationContext {
  readonly store: Store;
  readonly channel: string;
  readonly chaincode: string;
  readonly identities: ChannelIdentities;
  readonly members: ReadonlySet<string>;
  /** Policy of the chaincode's definition in force. */
  readonly chaincodePolicy: PolicyBytes | null;
  /** Policy of changes to that definition. */
  readonly lifecyclePolicy: PolicyBytes;
  /** Values behind the hashes of a transaction's private writes. */
  privateWrites(txId: string): readonly PrivateWrite[];
}

export interface ValidatedBlock extends Pick<BlockWrite, 'changes' | 'history' | 'transactions'> {
  readonly codes: readonly number[];
}

interface Candidate {
  code: CodeName;
  /** The ID that it may claim: computed from its creator, who signed it; null else. */
  readonly txId: string | null;
  readonly transaction: Transaction | null;
}

export interface BlockContents {
  readonly number: number;
  readonly envelopes: readonly Uint8Array[];
  /** Whether the ledger itself made this block, to carry a configuration. */
  readonly isConfiguration: boolean;
}

export function validateBlock(block: BlockContents, context: ValidationContext): ValidatedBlock {
  if (block.isConfiguration) {
    return { codes: block.envelopes.map(() => 0), changes: [], history: [], transactions: [] };
  }
  const policyChanges = new Set<string>();
  const candidates = block.envelopes.map((envelope) => {
    const candidate = checkEnvelope(envelope, context, policyChanges);
    if (candidate.code === 'VALID' && candidate.transaction) {
      for (const id of changedPolicies(candidate.transaction.rwset)) policyChanges.add(id);
    }
    return candidate;
  });
  markDuplicates(candidates);

  const updates = new BlockUpdates(context.store);
  const history: BlockWrite['history'][number][] = [];
  for (const [position, candidate] of candidates.entries()) {
    const { transaction } = candidate;
    if (candidate.code !== 'VALID' || !transaction) continue;
    candidate.code = findReadConflict(transaction.rwset, context.store, updates) ?? 'VALID';
    if (candidate.code !== 'VALID') continue;
    const version = { block: block.number, transaction: position };
    applyWrites(transaction.rwset, context.privateWrites(transaction.txId), version, updates);
    for (const { namespace, writes } of transaction.rwset) {
      const space = publicSpace(namespace);
      for (const { key } of writes) history.push({ space, key: utf8(key), version });
    }
  }
  return {
    codes: candidates.map(({ code }) => peer.TxValidationCode[code]),
    changes: updates.list(),
    history,
    transactions: candidates.flatMap(indexTransaction),
  };
}

/** A transaction ID is taken by the first transaction that may claim it, valid or not. */
function indexTransaction({ code, txId }: Candidate, position: number): StoredTransaction[] {
  if (txId === null || code === 'DUPLICATE_TXID') return [];
  return [{ txId, position, code: peer.TxValidationCode[code] }];
}

function markDuplicates(candidates: readonly Candidate[]): void {
  const seen = new Set<string>();
  for (const candidate of candidates) {
    if (candidate.code !== 'VALID' || candidate.txId === null) continue;
    if (seen.has(candidate.txId)) candidate.code = 'DUPLICATE_TXID';
    seen.add(candidate.txId);
  }
}

const MALFORMED: Record<FabricErrorCode, CodeName> = {
  FABRIC_MALFORMED: 'BAD_PAYLOAD',
  FABRIC_NOT_CANONICAL: 'BAD_PAYLOAD',
  FABRIC_UNSUPPORTED: 'UNSUPPORTED_TX_PAYLOAD',
  FABRIC_TX_ID: 'BAD_PROPOSAL_TXID',
  FABRIC_PROPOSAL_HASH: 'INVALID_ENDORSER_TRANSACTION',
  FABRIC_ACTION_HEADER: 'INVALID_ENDORSER_TRANSACTION',
  FABRIC_CHAINCODE: 'INVALID_CHAINCODE',
};

function checkEnvelope(
  bytes: Uint8Array,
  context: ValidationContext,
  policyChanges: ReadonlySet<string>,
): Candidate {
  let txId: string | null = null;
  const refuse = (code: CodeName): Candidate => ({ code, txId, transaction: null });
  try {
    const header = readEnvelopeHeader(bytes);
    if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION) return refuse('UNKNOWN_TX_TYPE');
    if (header.channel !== context.channel) return refuse('TARGET_CHAIN_NOT_FOUND');
    if (!isSignedByCreator(bytes, header, context)) return refuse('BAD_CREATOR_SIGNATURE');
    const computed = computeTxId(header.nonce, header.creator.bytes);
    if (header.txId !== computed) return refuse('BAD_PROPOSAL_TXID');
    txId = computed;
    const transaction = readEnvelope(bytes);
    if (context.store.findTransaction(txId)) return refuse('DUPLICATE_TXID');
    return { code: judge(transaction, context, policyChanges), txId, transaction };
  } catch (error) {
    if (!(error instanceof FabricError)) throw error;
    return refuse(MALFORMED[error.code]);
  }
}

function isSignedByCreator(
  bytes: Uint8Array,
  { creator }: TransactionHeader,
  { identities }: ValidationContext,
): boolean {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const identity = identities.read(creator.bytes);
  return !!identity?.isSignatureValid(envelope.getPayload_asU8(), envelope.getSignature_asU8());
}

function judge(
  transaction: Transaction,
  context: ValidationContext,
  policyChanges: ReadonlySet<string>,
): CodeName {
  const { chaincode, event, rwset, txId } = transaction;
  if (event && (event.chaincode !== chaincode || event.txId !== txId)) {
    return 'INVALID_OTHER_REASON';
  }
  const names = rwset.map(({ namespace }) => namespace);
  if (new Set(names).size < names.length) return 'ILLEGAL_WRITESET';
  return checkPolicies(transaction, context, policyChanges);
}

/** Every namespace that is written, and the invoked one in any case, answers to its policies. */
function checkPolicies(
  transaction: Transaction,
  context: ValidationContext,
  policyChanges: ReadonlySet<string>,
): CodeName {
  const endorsers = validEndorsers(transaction, context);
  const written = transaction.rwset.filter((set) => !isReadOnly([set]));
  const invoked = transaction.rwset.find(({ namespace }) => namespace === transaction.chaincode);
  const sets = new Set([...written, invoked ?? emptySet(transaction.chaincode)]);
  for (const set of sets) {
    const policy = namespacePolicy(set.namespace, context);
    if (!policy) return 'INVALID_CHAINCODE';
    const policies = policiesFor(set, policy, context, policyChanges);
    if (!policies?.every((required) => isPolicyMet(required, endorsers))) {
      return 'ENDORSEMENT_POLICY_FAILURE';
    }
  }
  return 'VALID';
}

function namespacePolicy(namespace: string, context: ValidationContext): PolicyBytes | null {
  if (namespace === LIFECYCLE) return context.lifecyclePolicy;
  return namespace === context.chaincode ? context.chaincodePolicy : null;
}

/** Null when a policy cannot be told: it changed in this block, or its collection has no owner. */
function policiesFor(
  set: NamespaceRwset,
  chaincodePolicy: PolicyBytes,
  context: ValidationContext,
  policyChanges: ReadonlySet<string>,
): PolicyBytes[] | null {
  let isChanged = false;
  try {
    const policies = listPolicies(set, {
      chaincodePolicy,
      members: context.members,
      keyPolicy(space, key) {
        isChanged ||= policyChanges.has(`${space} ${toHex(key)}`);
        return readKeyPolicy(context.store, space, key);
      },
    });
    return isChanged ? null : policies;
  } catch (error) {
    if (error instanceof UnknownCollectionError) return null;
    throw error;
  }
}

/** A key's own endorsement policy, or null. */
export function readKeyPolicy(store: Store, space: string, key: Uint8Array): PolicyBytes | null {
  const metadata = parseMetadata(store.get(space, key)?.metadata ?? null);
  const policy = metadata.get(VALIDATION_PARAMETER);
  return policy?.length ? policy : null;
}

/** Endorsers whose certificate and signature hold, each identity once. */
function validEndorsers(transaction: Transaction, context: ValidationContext) {
  const counted = new Map<string, Signatory>();
  for (const { endorser, signature } of transaction.endorsements) {
    const identity = context.identities.read(endorser.bytes);
    const signed = concatBytes(transaction.responsePayloadBytes, endorser.bytes);
    if (identity?.isSignatureValid(signed, signature)) {
      counted.set(toHex(endorser.bytes), { mspId: identity.mspId, role: identity.role });
    }
  }
  return [...counted.values()];
}

function emptySet(namespace: string): NamespaceRwset {
  return {
    namespace,
    reads: [],
    rangeQueries: [],
    writes: [],
    metadataWrites: [],
    collections: [],
  };
}

function changedPolicies(sets: readonly NamespaceRwset[]): string[] {
  return sets.flatMap((set) => [
    ...set.metadataWrites.map(({ key }) => `${publicSpace(set.namespace)} ${toHex(utf8(key))}`),
    ...set.collections.flatMap(({ collection, metadataWrites }) =>
      metadataWrites.map(
        ({ keyHash }) => `${hashedSpace(set.namespace, collection)} ${toHex(keyHash)}`,
      ),
    ),
  ]);
}
