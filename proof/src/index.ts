/** The portable part: no file, no network, no clock. `@tabellion/proof/node` adds speed under Node. */
export {
  type Committed,
  committedBytes,
  type ExhibitCommitment,
  exhibitCommitment,
  extractCommitted,
  readCommitted,
} from './bundle/committed.ts';
export type { CustodyParts, ProvenCustody, ProvenStep } from './bundle/custody-chain.ts';
export {
  addCommitment,
  type BundleParts,
  commitmentBytes,
  encodeBundle,
  encodeCustodyBundle,
} from './bundle/encode.ts';
export { itemId } from './bundle/item-id.ts';
export {
  encodeLabelBundle,
  type LabelBundle,
  type LabelParts,
  labelBundle,
} from './bundle/label-bundle.ts';
export {
  LABEL_READ_FUNCTION,
  LABEL_SAID_FUNCTION,
  type ProvenSaid,
} from './bundle/label-said.ts';
export {
  type AcquisitionParts,
  addContents,
  encodeOrderBundle,
  MAX_ORDER_BATCHES,
  MAX_ORDER_CUSTODY,
  type OrderBundle,
  type OrderParts,
  orderBundle,
  readOrderBundle,
} from './bundle/order-bundle.ts';
export type { ProvenRule } from './bundle/order-parts.ts';
export type { ProvenOrder } from './bundle/prove-order.ts';
export {
  BUNDLE_MEDIA_TYPE,
  type Commitment,
  type CompactBundle,
  type CustodyBundle,
  commitment,
  compactBundle,
  custodyBundle,
  type ImageContainer,
  imageContainer,
  MAX_BATCH_ITEMS,
  MAX_BUNDLE_BYTES,
  type Trust,
  trust,
} from './bundle/record.ts';
export {
  openMembers,
  parseTrust,
  TRUST_ERROR_CODES,
  TrustError,
  type TrustErrorCode,
  type TrustedMember,
  thresholdOf,
} from './bundle/trust.ts';
export {
  type Outcome,
  STEPS,
  type Step,
  VERDICTS,
  type Verdict,
  type VerdictCode,
} from './bundle/verdict.ts';
export { createVerifier, type VerifyBundle, type VerifyOptions, verify } from './bundle/verify.ts';
export {
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64url,
  fromHex,
  fromUtf8,
  toBase64url,
  toHex,
  utf8,
} from './bytes/encoding.ts';
export { BYTES_ERROR_CODES, BytesError, type BytesErrorCode } from './bytes/error.ts';
export { CodedError } from './coded-error.ts';
export { type CryptoProvider, installCrypto, portableCrypto, sha256 } from './crypto/provider.ts';
export {
  GRANT_KEY_PREFIX,
  GRANT_READ_FUNCTION,
  type GrantVerdict,
  type ProvenGrant,
  verifyGrant,
} from './disclosure/grant.ts';
export {
  buildSet,
  checkSetProof,
  type DisclosureSet,
  MAX_SET_ITEMS,
  type SetFacts,
  type SetPlace,
  type SetProof,
} from './disclosure/set.ts';
export {
  type Block,
  type BlockHeader,
  type BlockSignature,
  blockDataHash,
  blockHeaderBytes,
  blockHeaderHash,
  readBlock,
  readBlockSignatures,
  VALIDATION_CODES,
  validationCodeName,
} from './fabric/block.ts';
export {
  type ChannelConfig,
  type Consenter,
  type MspDefinition,
  type NodeOus,
  readConfig,
} from './fabric/config.ts';
export {
  type Endorsement,
  type Envelope,
  readCommittedEnvelope,
  readCommittedHeader,
  readEnvelope,
  readEnvelopeHeader,
  readTransaction,
  type Transaction,
  type TransactionEvent,
} from './fabric/envelope.ts';
export { FABRIC_ERROR_CODES, FabricError, type FabricErrorCode } from './fabric/error.ts';
export {
  computeProposalHash,
  computeTxId,
  HEADER_TYPE,
  type TransactionHeader,
} from './fabric/header.ts';
export { readIdentity, type SerializedIdentity } from './fabric/identity.ts';
export {
  type Invocation,
  type Proposal,
  readProposal,
  stripTransient,
} from './fabric/invocation.ts';
export {
  type CollectionRwset,
  isReadOnly,
  type KeyRead,
  type KeyWrite,
  type MetadataEntry,
  type NamespaceRwset,
  type RangeQuery,
  readRwset,
  type Version,
} from './fabric/rwset.ts';
export {
  amount as amountText,
  assetId,
  type EvidenceLink,
  evidenceLink,
  evidenceLinks,
  MAX_EVIDENCE,
  MAX_SENDERS,
  nameEvidence,
  type TransferFacts,
  type TransferStatement,
  transferStatement,
} from './flow/statement.ts';
export {
  type EntryAnchor,
  type EntryGroup,
  type EntrySeal,
  entryAnchor,
  entrySeal,
  groupBytes,
} from './journal/record.ts';
export { ENTRY_VERDICTS, type EntryVerdictCode, type Judged } from './journal/verdict.ts';
export {
  type ProvenAnchor,
  type ProvenSeal,
  type SealedEntry,
  verifyAnchor,
  verifySeal,
} from './journal/verify-entry.ts';
export { canonicalBytes, canonicalText } from './json/canonical.ts';
export { JSON_ERROR_CODES, JsonError, type JsonErrorCode } from './json/error.ts';
export { type JsonLimits, parseCanonical, parseStrict } from './json/parse.ts';
export {
  addressText,
  type LabelFacts,
  type LabelStatement,
  labelStatement,
  MAX_LABELS,
  networkId,
  PROVENANCES,
  type Provenance,
  pap,
  provenance,
  TLP,
  tlp,
} from './label/statement.ts';
export { MERKLE_ERROR_CODES, MerkleError, type MerkleErrorCode } from './merkle/error.ts';
export { type InclusionPath, leafHash, nodeHash, pathLength, rootFromPath } from './merkle/path.ts';
export { type BatchTree, buildTree } from './merkle/tree.ts';
export {
  type ApplicationPolicy,
  countEndorsers,
  describeSignaturePolicy,
  endorsementPolicy,
  evaluateSignaturePolicy,
  listPolicyMembers,
  memberPeerPolicy,
  outOf,
  readApplicationPolicy,
  type Signatory,
} from './policy/signature-policy.ts';
export { type ParsedCertificate, parseCertificate, verifySignature } from './x509/certificate.ts';
export { MSP_ERROR_CODES, MspError, type MspErrorCode } from './x509/error.ts';
export { EMBEDDED_MARKER_OID } from './x509/marker.ts';
export { type MemberIdentity, Msp, type MspOptions, type Role } from './x509/msp.ts';
