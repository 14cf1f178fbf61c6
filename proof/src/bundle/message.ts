/** What each verdict tells a person. Anchoring shows "unchanged since", never "true" (EVD-16). */
import type { VerdictCode } from './verdict.ts';

export const INTACT_FILE =
  'The file is unchanged since its digest was anchored; this says nothing about what it shows.';

export const INTACT_CUSTODY =
  'This is the whole chain of custody as it stood when it was attested; steps recorded later are not in it.';
export const INTACT_CUSTODY_FILE = `${INTACT_CUSTODY} The file is unchanged since its digest was anchored; this says nothing about what it shows.`;

const ASSERTED =
  'The member named made this assertion, at the time that it claims; that shows neither that what it says is right nor that anybody is guilty.';
export const INTACT_LABEL = `${ASSERTED} What others said of it is not in this proof.`;
export const INTACT_LABEL_SAID = `${ASSERTED} What members had said of it when this was attested is here whole; what was said later is not.`;

export const INTACT_ORDER =
  'This is the whole order as it stood when it was attested, with what it was judged by and what it yielded; steps recorded later are not in it.';
export const INTACT_ORDER_CONTENTS = `${INTACT_ORDER} The contents are those that the order was recorded with; that shows nothing of whether what they say is right.`;

export const MESSAGES: Readonly<Record<VerdictCode, string>> = {
  INTACT: 'The item was anchored as the bundle says; no file was compared with it.',
  FILE_DIGEST_MISMATCH: 'The file is not the one that was anchored: its SHA-256 digest differs.',
  FILE_SIZE_MISMATCH: 'The digest agrees, but the item was anchored with another size.',
  PATH_LENGTH_MISMATCH: 'The path cannot lead from this position to the root of such a batch.',
  ROOT_MISMATCH: 'The item does not belong to the anchored batch: the path leads to another root.',
  RECORD_MISMATCH: 'An attested record is not the one that belongs there.',
  CHAIN_MISMATCH:
    'The records are not the chain that was attested: one is missing, altered or out of order.',
  ITEM_MISMATCH: 'The commitment, statement or content is not that of what was attested.',
  KEY_MISMATCH: 'The endorsers were asked for another record than this one.',
  PROPOSAL_HASH_MISMATCH: 'The endorsers answered another question than the bundle shows.',
  RESPONSE_MISMATCH: 'The endorsers gave another answer than the record in the bundle.',
  SIGNATURE_INVALID: 'An endorser did not sign this answer.',
  WRONG_CHANNEL: 'The attestation comes from another channel than the trust file names.',
  WRONG_CHAINCODE: 'The attestation comes from another contract than the trust file names.',
  WRONG_FUNCTION: 'The attestation answers something else than the reading of one record.',
  WRONG_LEDGER_KIND:
    'The certificates belong to the other kind of ledger than the trust file says.',
  UNEXPECTED_ACCESS: 'The answer rests on more, or on less, than the one record on the ledger.',
  DEFINITION_NOT_TRUSTED: 'The contract had a definition that the trust file does not accept.',
  UNKNOWN_MEMBER: 'An endorser belongs to no member that the trust file names.',
  CERTIFICATE_UNTRUSTED: "An endorser's certificate does not lead to a root of its member.",
  CERTIFICATE_REVOKED: "An endorser's certificate was revoked by its member.",
  CERTIFICATE_EXPIRED: "An endorser's certificate, or one above it, has expired.",
  CERTIFICATE_NOT_YET_VALID: "An endorser's certificate, or one above it, was not valid yet.",
  NOT_A_PEER: "An endorser's certificate is not that of a peer.",
  TOO_FEW_ENDORSERS: 'Fewer members endorsed than the trust file demands.',
  NO_STATE_ENDORSED: 'No state is among the endorsing members.',
  CHALLENGE_MISMATCH: 'The attestation was not made for this challenge.',
  MALFORMED: 'This cannot be read as a proof bundle; nothing is said about the item.',
  NOT_CANONICAL: 'The bundle is not in its only valid form; nothing is said about the item.',
  UNSUPPORTED_VERSION:
    'A newer format: a newer verifier is needed; nothing is said about the item.',
  UNSUPPORTED_KIND:
    'A kind of bundle that this verifier does not read; nothing is said about the item.',
  ITEM_MISSING:
    'The chain came without the item’s commitment: a file cannot be compared, and nothing is said about it.',
  TRUST_MALFORMED: 'The trust file cannot be used; nothing is said about the item.',
};
