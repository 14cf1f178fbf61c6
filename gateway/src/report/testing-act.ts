/** For this folder's tests: who acts when, and what every record repeats. */
import type { Act } from '@tabellion/chaincode/kernel/schema';
import { sha256, toHex, utf8 } from '@tabellion/proof';
import type { ProjectedRecord } from '../projection/records.ts';

export const START = Date.UTC(2026, 10, 2, 8, 30, 15, 250);
export const HOUR = 3_600_000;
export const basis = { id: 'cn-cpl-136', version: 1 };
export const purpose = { case: '2026/117', legalBases: [basis] };
/** A digest that follows from a word. */
export const hex = (seed: string): string => toHex(sha256(utf8(seed)));

export const act = (member: 'CN' | 'SG', at: number, seed: string, role = 'investigator'): Act => ({
  txId: hex(`tx ${seed} ${at}`),
  at,
  member: member === 'CN' ? 'CnAgencyMSP' : 'SgAgencyMSP',
  jurisdiction: member,
  role,
  person: member === 'CN' ? 'p-00112233aabbccdd' : 'p-44556677eeff0011',
  certificate: hex(`certificate ${member}`),
  keyCustody: 'person',
});

export type Scribe = ReturnType<typeof createScribe>;

/** Writes records one block after the other. */
export function createScribe() {
  let block = 4;
  return <T extends { act: Act }>(key: string, record: T): ProjectedRecord<T> => {
    block += 1;
    return { key, record, txId: record.act.txId, block, position: 0, late: false };
  };
}
