/**
 * What is written into members' own collections, of which the ledger shows hashes alone. Acts that bind a
 * member carry that member's own mark: a hashed write into its implicit collection, whose policy needs its
 * own peer (design, section 3). Besides, there is what a record says was handed over privately.
 */
import { sealedLocationKey } from '@tabellion/chaincode/evidence/key';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { orderContentKey } from '@tabellion/chaincode/order/key';
import { ORDER_DECISIONS } from '@tabellion/chaincode/order/rules';
import { equalBytes, fromHex, sha256, utf8 } from '@tabellion/proof';
import { type AuditedTransaction, listWritten } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import type { RecordName } from './record-kind.ts';
import type { RecordReader } from './stored-record.ts';

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
  ...Object.fromEntries(Object.keys(ORDER_DECISIONS).map((name) => [name, 'order-step' as const])),
  'order:issue': 'order',
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

/** A write of which the block holds hashes. */
interface Hashed {
  readonly mspId: string;
  readonly keyHash: Uint8Array;
  readonly valueHash: Uint8Array;
}

function hashMark({ mspId, record }: Mark): Hashed {
  const { key, value } = markerOf(record);
  return { mspId, keyHash: sha256(utf8(key)), valueHash: sha256(value) };
}

/** Private data that the records written name by their digests. */
function listSealed(tx: AuditedTransaction, records: RecordReader): Hashed[] {
  const seal = (mspId: string, key: string, digest: string): Hashed => ({
    ...{ mspId, keyHash: sha256(utf8(key)), valueHash: fromHex(digest) },
  });
  const places = listWritten(tx, 'acquisition').flatMap(({ record: { id, act, delayedNotice } }) =>
    delayedNotice ? [seal(act.member, sealedLocationKey(id), delayedNotice.sealed)] : [],
  );
  const issued = listWritten(tx, 'order').map(({ record }) => ({
    ...{ order: record, contents: record.contents },
  }));
  const corrected = listWritten(tx, 'order-step').flatMap(({ record }) => {
    const order = records.find('order', record.order);
    if (order === undefined || record.verb !== 'clarify' || !record.contents) return [];
    return [{ order, contents: record.contents }];
  });
  const copies = [...issued, ...corrected].flatMap(({ order, contents }) =>
    (['ADDRESSEE', 'ENFORCING'] as const).flatMap((party) => {
      const digest = contents[party];
      const owner = party === 'ADDRESSEE' ? order.addressee : order.enforcing;
      if (digest === undefined || owner === undefined) return [];
      const key = orderContentKey(order.id, party, digest);
      return [order.act.member, owner].map((mspId) => seal(mspId, key, digest));
    }),
  );
  return [...places, ...copies];
}

/** @throws AuditBreak `MARKER_MISSING`, `RECORD_UNEXPECTED` for private data that no record names. */
export function checkHashed(
  tx: AuditedTransaction,
  chaincode: string,
  records: RecordReader,
): void {
  const hashed = tx.envelope.rwset
    .filter(({ namespace }) => namespace === chaincode)
    .flatMap(({ collections }) => collections)
    .flatMap(({ collection, writes }) => writes.map((write) => ({ collection, ...write })));
  const stands = ({ mspId, keyHash, valueHash }: Hashed) =>
    hashed.some(
      (write) =>
        write.collection === implicitCollection(mspId) &&
        !write.isDelete &&
        equalBytes(write.keyHash, keyHash) &&
        equalBytes(write.valueHash, valueHash),
    );
  const owed = listOwed(tx).map(hashMark);
  const sealed = listSealed(tx, records);
  for (const mark of owed)
    assertHolds(tx.place, stands(mark), 'MARKER_MISSING', `the mark of ${mark.mspId}`);
  for (const each of sealed)
    assertHolds(tx.place, stands(each), 'RECORD_UNEXPECTED', `${each.mspId} was given other data`);
  const more = hashed.length - owed.length - sealed.length;
  assertHolds(tx.place, more === 0, 'RECORD_UNEXPECTED', 'further private data');
}
