/** Reads what a valid transaction wrote, and holds each record to its form and its key. */
import {
  canonicalBytes,
  type Envelope,
  equalBytes,
  type KeyWrite,
  parseCanonical,
  parseStrict,
  sha256,
  toHex,
} from '@tabellion/proof';
import type { AuditedTransaction, TransactionPlace, Written } from './audited-transaction.ts';
import { AuditBreak, assertHolds } from './break.ts';
import { isRecordName, RECORD_KINDS } from './record-kind.ts';
import type { WorldState } from './world-state.ts';

type Called = Pick<AuditedTransaction, 'place' | 'envelope' | 'transaction'>;

/** @param chaincode namespace of the contracts; `state` is what stood before the transaction. */
export function readWritten(tx: Called, chaincode: string, state: WorldState): Written[] {
  const { place, envelope, transaction } = tx;
  for (const { namespace, writes, metadataWrites, collections } of envelope.rwset) {
    const foreign = namespace !== chaincode && (writes.length > 0 || collections.length > 0);
    assertHolds(place, !foreign, 'RECORD_UNEXPECTED', `writes into ${namespace}`);
    const policies = metadataWrites.length + collections.flatMap((c) => c.metadataWrites).length;
    assertHolds(place, policies === 0, 'RECORD_UNEXPECTED', 'the policy of a key was changed');
  }
  return envelope.rwset
    .filter(({ namespace }) => namespace === chaincode)
    .flatMap(({ writes }) => writes)
    .map((write) => {
      const written = readRecord(place, transaction, write);
      const { once } = RECORD_KINDS[written.name];
      const stands = once && state.get(chaincode, write.key) !== undefined;
      assertHolds(place, !stands, 'RECORD_REWRITTEN', write.key);
      return written;
    });
}

function readRecord(
  place: TransactionPlace,
  transaction: string,
  { key, isDelete, value }: KeyWrite,
): Written {
  const name = key.split('/', 1)[0] as string;
  assertHolds(place, isRecordName(name), 'RECORD_UNEXPECTED', `the key ${key}`);
  const { schema, once, writers } = RECORD_KINDS[name];
  const mayWrite = (writers as readonly string[]).includes(transaction);
  assertHolds(place, mayWrite, 'RECORD_UNEXPECTED', `${transaction} wrote ${key}`);
  assertHolds(place, !isDelete, once ? 'RECORD_REWRITTEN' : 'RECORD_UNEXPECTED', `${key} deleted`);
  if (name === 'batch' || name === 'journal' || name === 'custody') {
    const expected = `${name}/${toHex(sha256(value))}`;
    assertHolds(place, key === expected, 'KEY_MISMATCH', key);
  }
  const parsed = schema.safeParse(parseOrUndefined(value));
  assertHolds(place, parsed.success, 'RECORD_MALFORMED', key);
  return { name, key, bytes: value, record: parsed.data };
}

function parseOrUndefined(bytes: Uint8Array): unknown {
  try {
    return parseCanonical(bytes);
  } catch {
    return undefined;
  }
}

/** The one argument of the transaction. @throws AuditBreak `RECORD_UNEXPECTED`. */
export function readInput(place: TransactionPlace, { args }: Envelope): unknown {
  const [, argument, ...more] = args;
  const single = argument !== undefined && more.length === 0;
  assertHolds(place, single, 'RECORD_UNEXPECTED', 'not exactly one argument');
  try {
    return parseStrict(argument);
  } catch {
    throw new AuditBreak('RECORD_UNEXPECTED', place, 'the argument is not JSON');
  }
}

/** The event and the answer tell of one record that the transaction wrote, and of nothing else. */
export function checkAnnouncement({
  place,
  envelope,
  transaction,
  written,
}: AuditedTransaction): void {
  const { event, response } = envelope;
  const named = event !== null && event.name === transaction;
  assertHolds(place, named, 'RECORD_UNEXPECTED', 'another event than that of the function');
  const told = written.some(
    ({ key, record, bytes }) =>
      equalBytes(bytes, response.payload) &&
      equalBytes(event.payload, canonicalBytes({ key, record })),
  );
  assertHolds(place, told, 'RECORD_UNEXPECTED', 'event or answer differ from what was written');
}
