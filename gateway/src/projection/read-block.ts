/** The part of a block that the projection keeps: what concerns our chaincode and the channel. */
import { parseCanonical } from '@tabellion/proof';
import { isRecordName, RECORD_KINDS } from '../audit/record-kind.ts';
import { readCommitted } from '../ledger/committed.ts';
import { type Definition, readDefinitions } from '../ledger/definition.ts';

export interface ProjectedTransaction {
  /** Position in the block. */
  readonly position: number;
  readonly txId: string;
  /** Transaction time, milliseconds since 1970: the client's claim (O-2). */
  readonly at: number;
  /** In the order of the write set; null deletes. */
  readonly writes: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  readonly event: { readonly name: string; readonly payload: Uint8Array } | null;
  /**
   * False where it is valid and yet holds something that our contracts never write: as many members as
   * the policy asks for endorsed something else.
   */
  readonly isReadable: boolean;
}

export interface ProjectedBlock {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array;
  /** The block itself, where it carries a configuration. */
  readonly config: Uint8Array | null;
  readonly definitions: readonly Definition[];
  readonly transactions: readonly ProjectedTransaction[];
}

/**
 * @param before the definition of the chaincode in force before the block.
 * @throws Error for bytes that are no validated block.
 */
export function readProjectedBlock(
  bytes: Uint8Array,
  chaincode: string,
  before: Definition | undefined,
): ProjectedBlock {
  const { number, hash, previousHash, isConfiguration, transactions } = readCommitted(
    bytes,
    chaincode,
  );
  return {
    ...{ number, hash, previousHash },
    config: isConfiguration ? bytes : null,
    definitions: readDefinitions(bytes, chaincode, before),
    transactions: transactions.flatMap(({ position, txId, at, writes, event }) => {
      // Another chaincode may have called ours: what counts is what was written.
      const own = event?.chaincode === chaincode ? event : null;
      if (writes.length === 0 && own === null) return [];
      const isReadable =
        isTime(at) && writes.every(isRecord) && (own === null || isAnnouncement(own.payload));
      return [{ position, txId, at, writes, event: own, isReadable }];
    }),
  };
}

/** Whether it can be the time of a transaction: protobuf's reaches beyond the integers that are exact. */
export const isTime = (at: number): boolean => Number.isSafeInteger(at);

function isRecord({ key, value }: ProjectedTransaction['writes'][number]): boolean {
  const [name = ''] = key.split('/', 1);
  if (value === null || !isRecordName(name)) return false;
  return RECORD_KINDS[name].schema.safeParse(parseOrUndefined(value)).success;
}

function isAnnouncement(payload: Uint8Array): boolean {
  const event = parseOrUndefined(payload) as { key?: unknown; record?: unknown } | undefined;
  return typeof event?.key === 'string' && typeof event.record === 'object';
}

function parseOrUndefined(bytes: Uint8Array): unknown {
  try {
    return parseCanonical(bytes);
  } catch {
    return undefined;
  }
}
