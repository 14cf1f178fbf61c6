/** One transaction of custody by contracts that may deviate, and what the audit says of it. */
import '@tabellion/proof/node';
import type { CustodyTransaction } from '@tabellion/chaincode/custody/rules';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { canonicalBytes, type Envelope, type MemberIdentity, sha256, utf8 } from '@tabellion/proof';
import { type CustodyScene, openScene, type Someone } from '../../chaincode/test/custody-scene.ts';
import { digest, sampleAct } from '../../chaincode/test/samples.ts';
import { AuditBreak } from '../../gateway/src/audit/break.ts';
import { checkRecords } from '../../gateway/src/audit/record-check.ts';
import { RecordReader } from '../../gateway/src/audit/stored-record.ts';
import { WorldState } from '../../gateway/src/audit/world-state.ts';
import type { Spoiler } from './audited-ledger.ts';

type Record_ = Readonly<Record<string, unknown>>;
export type Change = (record: Record_) => unknown;
export type Act = readonly [Someone, CustodyTransaction, object];

const CHAINCODE = 'tabellion';
export const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };

/**
 * The contracts of `spoiler` take the act, and the audit judges what they wrote.
 * @param asked what the transaction says was asked for.
 */
export async function judge(
  scene: CustodyScene,
  [who, name, input]: Act,
  spoiler: Spoiler,
  asked = input,
) {
  const txId = digest('7');
  const rogue = openScene();
  rogue.records.clear();
  for (const [key, record] of scene.records) {
    const read = spoiler.read === undefined ? record : spoiler.read(key, record as Record_);
    if (read !== undefined) rogue.records.set(key, read);
  }
  rogue.clock.time = scene.clock.time;
  const decision = await rogue.decide(who, name, input, { txId });
  const spoil = (key: string, record: unknown) =>
    spoiler.record === undefined
      ? ([key, record] as const)
      : spoiler.record(key, record as Record_);
  const writes = [decision, ...(decision.also ?? [])]
    .map(({ key, record }) => spoil(key, record))
    .filter((write) => write !== null);
  const marks = spoiler.marks === false ? [] : (decision.markers ?? []);
  const [key, told] = spoil(decision.key, decision.record) ?? [decision.key, decision.record];
  const envelope = {
    txId,
    timestampMs: scene.clock.time,
    args: [utf8(name), canonicalBytes(asked)],
    response: { payload: canonicalBytes(told) },
    event: { name, payload: canonicalBytes({ key, record: told }) },
    rwset: [
      {
        namespace: CHAINCODE,
        metadataWrites: [],
        writes: [...writes, ...(spoiler.also ?? [])].map(([at, record]) => ({
          key: at,
          isDelete: false,
          value: canonicalBytes(record),
        })),
        collections: marks.map(({ mspId, record }) => {
          const mark = markerOf(record);
          const keyHash = sha256(utf8(mark.key));
          const write = { keyHash, isDelete: false, valueHash: sha256(mark.value) };
          return { collection: implicitCollection(mspId), metadataWrites: [], writes: [write] };
        }),
      },
    ],
  } as unknown as Envelope;
  const { certificate: fingerprint, keyCustody } = sampleAct();
  const signatory = {
    mspId: who.member,
    commonName: who.person,
    fingerprint,
    attributes: { role: who.role, keyCustody },
  } as unknown as MemberIdentity;

  const state = new WorldState();
  try {
    const version = { block: 1, transaction: 0 };
    for (const [at, record] of scene.records) {
      state.put(CHAINCODE, at, canonicalBytes(record), version);
    }
    const place = { block: 9, transaction: 0, txId };
    const records = new RecordReader(state, CHAINCODE);
    await checkRecords({ place, envelope, signatory }, CHAINCODE, state, records);
    return 'HOLDS';
  } catch (error) {
    if (!(error instanceof AuditBreak)) throw error;
    return `${error.code} ${error.message}`;
  } finally {
    state.close();
  }
}

export const edit = (prefix: string, change: Change): Spoiler => ({
  record: (key, record) => [key, key.startsWith(prefix) ? change(record) : record],
});
export const misread = (prefix: string, change: Change): Spoiler => ({
  read: (key, record) => (key.startsWith(prefix) ? change(record) : record),
});
export const head = (changes: object): Spoiler =>
  edit('item-head/', (record) => ({ ...record, ...changes }));
/** A step under the digest of what it says, which the head names, too. */
export const step = (change: Change): Spoiler => {
  let last = '';
  return {
    record: (key, record) => {
      if (key.startsWith('item-head/')) return [key, { ...record, last }];
      if (!key.startsWith('custody/')) return [key, record];
      const changed = change(record);
      last = digestRecord(changed);
      return [`custody/${last}`, changed];
    },
  };
};
