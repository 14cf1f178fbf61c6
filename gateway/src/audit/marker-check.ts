/**
 * Acts that bind a member carry that member's own mark: a hashed write into its implicit collection,
 * whose policy needs its own peer (design, section 3).
 */
import { canonicalBytes, equalBytes, sha256, toHex, utf8 } from '@tabellion/proof';
import { type AuditedTransaction, listWritten } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import type { RecordName } from './record-kind.ts';

interface Mark {
  readonly mspId: string;
  readonly record: unknown;
}

/** Functions that bind their caller's member, and the record that its mark is of. */
const BINDING: Readonly<Record<string, RecordName>> = {
  'member:declare': 'member',
  'member:vote': 'vote',
  'evidence:answer': 'answer',
  'custody:accept': 'custody',
  'custody:refuse': 'custody',
  'custody:confirm': 'custody',
  'review:object': 'objection',
  'review:reply': 'reply',
  'review:judge': 'regularity',
  'label:miss': 'label-miss',
  'label:dispute': 'dispute',
  'label:answer': 'dispute-answer',
};

/** The marks that the function of this transaction owes. */
function listOwed(tx: AuditedTransaction): Mark[] {
  const { transaction, signatory } = tx;
  if (transaction === 'member:found') {
    return listWritten(tx, 'member').map(({ record }) => ({ mspId: record.mspId, record }));
  }
  const name = Object.hasOwn(BINDING, transaction) ? BINDING[transaction] : undefined;
  if (name === undefined) return [];
  return listWritten(tx, name).map(({ record }) => ({ mspId: signatory.mspId, record }));
}

/** Whether this function may leave private data with the creator's own member besides its marks. */
const maySeal = (tx: AuditedTransaction): boolean =>
  listWritten(tx, 'acquisition').some(({ record }) => record.delayedNotice !== undefined);

export function checkMarkers(tx: AuditedTransaction, chaincode: string): void {
  const hashed = tx.envelope.rwset
    .filter(({ namespace }) => namespace === chaincode)
    .flatMap(({ collections }) => collections)
    .flatMap(({ collection, writes }) => writes.map((write) => ({ collection, ...write })));
  const owed = listOwed(tx);
  for (const { mspId, record } of owed) {
    const digest = sha256(canonicalBytes(record));
    const keyHash = sha256(utf8(`act/${toHex(digest)}`));
    const valueHash = sha256(digest);
    const found = hashed.some(
      (write) =>
        write.collection === `_implicit_org_${mspId}` &&
        !write.isDelete &&
        equalBytes(write.keyHash, keyHash) &&
        equalBytes(write.valueHash, valueHash),
    );
    assertHolds(tx.place, found, 'MARKER_MISSING', `the mark of ${mspId}`);
  }
  const sealed = maySeal(tx) ? 1 : 0;
  assertHolds(
    tx.place,
    hashed.length === owed.length + sealed,
    'RECORD_UNEXPECTED',
    'further private data',
  );
}
