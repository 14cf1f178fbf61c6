/**
 * Runs a contract's own rules over the state that the blocks give, and holds what the transaction wrote
 * to what they decide.
 */
import { ContractError } from '@tabellion/chaincode/kernel/errors';
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { Decision } from '@tabellion/chaincode/kernel/transaction';
import type { MemberDecision } from '@tabellion/chaincode/member/decision';
import type { ParameterName } from '@tabellion/chaincode/member/record';
import { canonicalBytes, equalBytes } from '@tabellion/proof';
import type { AuditedTransaction, Written } from './audited-transaction.ts';
import { AuditBreak, assertHolds } from './break.ts';
import { checkInput } from './expectation.ts';
import type { RecordReader } from './stored-record.ts';

type Check = (tx: AuditedTransaction, records: RecordReader) => Promise<void>;

/**
 * Checks, by function: nothing more, nothing less and nothing else was written than the rules decide on.
 * Marks are checked apart, for every transaction.
 * @param unrecorded input that travels without standing in a record: what it proves is checked by the
 * rules. The checks throw AuditBreak `INPUT_MISMATCH`, `STATE_MISMATCH`, `RECORD_UNEXPECTED`.
 */
export function checksOf(
  decisions: Readonly<Record<string, MemberDecision>>,
  unrecorded: readonly string[] = [],
): Readonly<Record<string, Check>> {
  const checks = Object.entries(decisions).map(([name, { schema, decide }]): [string, Check] => [
    name,
    async (tx, records) => {
      const input = checkInput(tx, schema, findAbout(tx).record, unrecorded);
      const member = records.find('member', tx.signatory.mspId);
      assertHolds(tx.place, member !== undefined, 'STATE_MISMATCH', tx.signatory.mspId);
      const call = { input, caller: { act: actOf(tx), member }, state: records.asState() };
      compareWritten(tx, await decide(call).catch((error: unknown) => rethrow(tx, error)));
    },
  ]);
  return Object.fromEntries(checks);
}

/** The record that the transaction answers with; that there is one has been checked. */
function findAbout({ place, written, envelope }: AuditedTransaction): Written {
  const about = written.find(({ bytes }) => equalBytes(bytes, envelope.response.payload));
  assertHolds(place, about !== undefined, 'RECORD_UNEXPECTED', 'it answers with no record');
  return about;
}

function compareWritten({ place, written }: AuditedTransaction, decision: Decision): void {
  const expected = [decision, ...(decision.also ?? [])];
  const found = new Map(written.map(({ key, bytes }) => [key, bytes]));
  for (const { key, record } of expected) {
    const bytes = found.get(key);
    assertHolds(place, bytes !== undefined, 'STATE_MISMATCH', `${key} was not written`);
    const same = equalBytes(bytes, canonicalBytes(record));
    assertHolds(place, same, 'STATE_MISMATCH', `${key} is not what the rules give`);
  }
  const more = written.length - expected.length;
  assertHolds(place, more === 0, 'RECORD_UNEXPECTED', `${more} further records`);
}

function rethrow({ place }: AuditedTransaction, error: unknown): never {
  if (!(error instanceof ContractError)) throw error;
  throw new AuditBreak('STATE_MISMATCH', place, `the rules refuse it with ${error.code}`);
}

/** What the record says of who acted; it has been held to certificate and register before. */
function actOf({ place, written }: AuditedTransaction): Act {
  for (const { record } of written) if ('act' in record) return record.act;
  throw new AuditBreak('RECORD_UNEXPECTED', place, 'nothing written names who acted');
}

/** @throws AuditBreak `STATE_MISMATCH` where a parameter does not stand. */
export function readParameters<Name extends ParameterName>(
  { place }: AuditedTransaction,
  records: RecordReader,
  names: readonly Name[],
): Record<Name, number> {
  const pairs = names.map((name) => {
    const found = records.find('parameter', name);
    assertHolds(place, found !== undefined, 'STATE_MISMATCH', `no parameter ${name}`);
    return [name, found.value] as const;
  });
  return Object.fromEntries(pairs) as Record<Name, number>;
}
