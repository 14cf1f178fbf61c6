/** The first thing that does not hold. The set is closed; scripts go by `code`. */

export const BREAKS = {
  // The chain.
  GENESIS_MISMATCH: 'block 0 is not the one that the trust file names',
  BLOCK_UNREADABLE: 'the block cannot be read',
  BLOCK_DAMAGED: 'the file of blocks is not as the ledger wrote it',
  BLOCK_MISSING: 'the block does not have the number that follows',
  PREVIOUS_HASH_MISMATCH: 'the block does not follow on the one before',
  DATA_HASH_MISMATCH: 'the transactions are not those that the header names',
  ORDERER_SIGNATURE_INVALID: 'the orderers did not sign this block',
  LAST_CONFIG_MISMATCH: 'the orderers signed another configuration than the one in force',
  VALIDATION_CODES_MISSING: 'not every transaction has a validation code',
  PEERS_DISAGREE: 'two peers serve different blocks',
  CONFIGURATION_NOT_TRUSTED:
    'the configuration names members or roots that the trust file does not',
  DEFINITION_NOT_TRUSTED: 'the contracts were defined in a way that the trust file does not accept',
  // One transaction.
  TRANSACTION_UNREADABLE: 'the transaction cannot be read',
  VALIDATION_CODE_WRONG: 'the recorded validation code is not the one that the rules give',
  // What valid transactions of the contracts wrote.
  RECORD_MALFORMED: 'a record does not have the form that the contracts write',
  RECORD_UNEXPECTED: 'the transaction wrote something that its function does not write',
  RECORD_REWRITTEN: 'a record that is written once was written again or deleted',
  KEY_MISMATCH: 'the key is not the digest of its record',
  ACT_MISMATCH: 'the record names another act than the transaction that wrote it',
  MARKER_MISSING: 'the act binds a member, but the member’s own mark is not there',
  CHAIN_BROKEN: 'the batch does not follow on the one before',
  TOTALS_MISMATCH: 'the totals are not those of the batches on the ledger',
  JOURNAL_CHAIN_BROKEN: 'the journal batch does not follow on the one before',
  ANSWER_NOT_TOUCHED: 'the answer is not by a jurisdiction that the acquisition touches',
  SEAL_MISMATCH: 'the disclosed location is not the one that was sealed',
  INPUT_MISMATCH: 'the record is not what its signer asked for',
  STATE_MISMATCH: 'a record contradicts what earlier ones say',
} as const;

export type BreakCode = keyof typeof BREAKS;

export interface BreakPlace {
  readonly block: number;
  /** Position in the block; absent where the block itself does not hold. */
  readonly transaction?: number;
  readonly txId?: string;
}

/** Ends an audit: after the first break nothing that follows can be judged. */
export class AuditBreak extends Error {
  override readonly name = 'AuditBreak';
  readonly code: BreakCode;
  readonly place: BreakPlace;

  constructor(code: BreakCode, place: BreakPlace, detail: string) {
    super(`${BREAKS[code]}: ${detail}`);
    this.code = code;
    this.place = place;
  }
}

/** @throws AuditBreak unless `condition` holds. */
export function assertHolds(
  place: BreakPlace,
  condition: boolean,
  code: BreakCode,
  detail: string,
): asserts condition {
  if (!condition) throw new AuditBreak(code, place, detail);
}
