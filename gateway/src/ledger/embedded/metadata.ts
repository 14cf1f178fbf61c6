/** Metadata of a key as it is stored beside the value. */
import { ledger } from '@hyperledger/fabric-protos';
import { encodeMetadata, type Metadata } from './rwset.ts';

const { kvrwset } = ledger.rwset;

/** Name of the entry that holds a key-level endorsement policy. */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

export function serialiseMetadata(metadata: Metadata): Uint8Array {
  const message = new kvrwset.KVMetadataWrite();
  message.setEntriesList(encodeMetadata(metadata));
  return message.serializeBinary();
}

export function parseMetadata(bytes: Uint8Array | null): Map<string, Uint8Array> {
  if (!bytes) return new Map();
  const entries = kvrwset.KVMetadataWrite.deserializeBinary(bytes).getEntriesList();
  return new Map(entries.map((entry) => [entry.getName(), entry.getValue_asU8()]));
}
