/** The chain of one acquisition: its facts, its batches, its totals, and what became known later. */
import { buildBatchRecord } from '@tabellion/chaincode/evidence/anchor';
import { computeReach } from '@tabellion/chaincode/evidence/cross-border';
import {
  type AcquisitionRecord,
  acquireInput,
  anchorInput,
  answerInput,
  closeInput,
  determineInput,
  discloseInput,
  type HeadRecord,
  MAX_POSITIONS,
  segregateInput,
} from '@tabellion/chaincode/evidence/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import type { z } from 'zod';
import { type AuditedTransaction, onlyWritten } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import { readParameters } from './decision-check.ts';
import { assertKey, assertSame, checkInput, isSame, parseInput } from './expectation.ts';
import type { RecordReader } from './stored-record.ts';

type Check = (tx: AuditedTransaction, records: RecordReader) => void;

/** By Fabric function; what is not said here is checked for every transaction elsewhere. */
export const ACQUISITION_CHECKS: Readonly<Record<string, Check>> = {
  'evidence:acquire': checkAcquire,
  'evidence:anchor': checkAnchor,
  'evidence:close': checkClose,
  'evidence:answer': checkAnswer,
  'evidence:disclose': checkDisclose,
  'evidence:determine': checkDetermine,
  'evidence:segregate': checkSegregate,
};

function checkAcquire(tx: AuditedTransaction): void {
  const { record, key } = onlyWritten(tx, 'acquisition');
  checkInput(tx, acquireInput, record);
  assertKey(tx, key, `acquisition/${record.id}`);
  const reach =
    record.location === undefined
      ? { crossBorder: 'SEALED', touched: [] }
      : computeReach(record.location, record.act.jurisdiction);
  const { crossBorder, touched } = record;
  assertSame(tx, { crossBorder, touched }, reach, `${key}: cross-border`);
  const { id } = record;
  const start = { sequence: 0, last: null, items: 0, bytes: 0, closed: false };
  assertHead(tx, { type: 'tabellion.head', v: 1, acquisition: id, ...start });
  assertSame(
    tx,
    onlyWritten(tx, 'location-head').record,
    {
      type: 'tabellion.location-head',
      v: 1,
      acquisition: id,
      location: record.location ?? null,
      ...reach,
    },
    `location-head/${id}`,
  );
}

function checkAnchor(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'batch');
  const input = checkInput(tx, anchorInput, record);
  const { acquisition, head } = loadOpen(tx, records, record.acquisition);
  assertResponsible(tx, acquisition);
  const follows = record.sequence === head.sequence + 1 && record.previous === head.last;
  assertHolds(tx.place, follows, 'CHAIN_BROKEN', `${key} after ${head.last}`);
  const touched = records.find('location-head', acquisition.id)?.touched ?? [];
  const parameters = readParameters(tx, records, ['volatileGapSeconds', 'timeWindowSeconds']);
  const expected = buildBatchRecord(input, { acquisition, touched, parameters }, record.act);
  assertSame(tx, record, expected, key);
  assertHead(tx, {
    ...head,
    sequence: record.sequence,
    last: key.slice('batch/'.length),
    items: head.items + record.size,
    bytes: head.bytes + record.bytes,
  });
}

function checkClose(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'closing');
  checkInput(tx, closeInput, record);
  const { acquisition, head } = loadOpen(tx, records, record.acquisition);
  assertResponsible(tx, acquisition);
  assertKey(tx, key, `closing/${acquisition.id}`);
  const { batches, items, bytes, last } = record;
  const agree =
    batches === head.sequence && items === head.items && bytes === head.bytes && last === head.last;
  assertHolds(tx.place, agree, 'TOTALS_MISMATCH', key);
  assertRepeats(tx, acquisition, record);
  assertHead(tx, { ...head, closed: true });
}

function checkAnswer(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'answer');
  checkInput(tx, answerInput, record);
  const { acquisition, act } = record;
  assertKey(tx, key, `answer/${acquisition}/${act.jurisdiction}/${tx.place.txId}`);
  const touched = records.find('location-head', acquisition)?.touched ?? [];
  const isTouched = touched.includes(act.jurisdiction);
  assertHolds(tx.place, isTouched, 'ANSWER_NOT_TOUCHED', `${act.jurisdiction} for ${acquisition}`);
  const before = [...records.list('answer', `${acquisition}/${act.jurisdiction}/`)].length;
  assertHolds(tx.place, before < MAX_POSITIONS, 'STATE_MISMATCH', `${key}: one position too many`);
  assertSame(tx, record.case, load(tx, records, acquisition).case, `${key}: case`);
}

function checkDisclose(tx: AuditedTransaction, records: RecordReader): void {
  const input = checkLocation(tx, records, 'DISCLOSED', discloseInput);
  const { delayedNotice } = load(tx, records, input.acquisition);
  const isSealed = records.find('location-head', input.acquisition)?.location === null;
  const { location, salt } = input;
  const opened = isSealed && digestRecord({ location, salt }) === delayedNotice?.sealed;
  assertHolds(tx.place, opened, 'SEAL_MISMATCH', `acquisition ${input.acquisition}`);
  const { overdue, act } = onlyWritten(tx, 'location').record;
  const late = act.at > (delayedNotice?.latest ?? 0);
  assertHolds(tx.place, overdue === late, 'STATE_MISMATCH', 'overdue is not what the times say');
}

function checkDetermine(tx: AuditedTransaction, records: RecordReader): void {
  const { acquisition } = checkLocation(tx, records, 'DETERMINED', determineInput);
  const before = records.find('location-head', acquisition)?.location;
  assertHolds(tx.place, before != null, 'STATE_MISMATCH', 'a sealed location was determined');
}

function checkLocation<T extends { acquisition: string; location: unknown }>(
  tx: AuditedTransaction,
  records: RecordReader,
  cause: 'DISCLOSED' | 'DETERMINED',
  schema: z.ZodType<T>,
): T {
  const { record, key } = onlyWritten(tx, 'location');
  const input = parseInput(tx, schema);
  const acquisition = load(tx, records, record.acquisition);
  assertOwn(tx, acquisition);
  assertKey(tx, key, `location/${acquisition.id}/${tx.place.txId}`);
  assertSame(tx, record.cause, cause, `${key}: cause`);
  const asked = { acquisition: input.acquisition, location: input.location };
  const written = { acquisition: record.acquisition, location: record.location };
  assertHolds(tx.place, isSame(asked, written), 'INPUT_MISMATCH', key);
  const reach = computeReach(record.location, acquisition.act.jurisdiction);
  const { crossBorder, touched } = record;
  assertSame(tx, { crossBorder, touched }, reach, `${key}: cross-border`);
  assertRepeats(tx, acquisition, record);
  const head = records.find('location-head', acquisition.id);
  const expected = { ...head, location: record.location, ...reach };
  assertSame(
    tx,
    onlyWritten(tx, 'location-head').record,
    expected,
    `location-head/${acquisition.id}`,
  );
  return input;
}

function checkSegregate(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'segregation');
  checkInput(tx, segregateInput, record);
  const acquisition = load(tx, records, record.acquisition);
  assertOwn(tx, acquisition);
  assertKey(tx, key, `segregation/${acquisition.id}/${tx.place.txId}`);
  const head = records.find('head', acquisition.id);
  const whole = head?.closed === true && record.relevant <= head.items;
  assertHolds(tx.place, whole, 'STATE_MISMATCH', 'a copy that is open or smaller was segregated');
  assertRepeats(tx, acquisition, record);
}

function load({ place }: AuditedTransaction, records: RecordReader, id: string): AcquisitionRecord {
  const acquisition = records.find('acquisition', id);
  assertHolds(place, acquisition !== undefined, 'STATE_MISMATCH', `no acquisition ${id}`);
  return acquisition;
}

/** An acquisition that still takes batches. */
function loadOpen(tx: AuditedTransaction, records: RecordReader, id: string) {
  const acquisition = load(tx, records, id);
  const head = records.find('head', id);
  const isOpen = head !== undefined && !head.closed;
  assertHolds(tx.place, isOpen, 'STATE_MISMATCH', `acquisition ${id} is closed`);
  return { acquisition, head: head as HeadRecord };
}

function assertOwn({ place, signatory }: AuditedTransaction, { id, act }: AcquisitionRecord): void {
  assertHolds(place, act.member === signatory.mspId, 'STATE_MISMATCH', `${id} is another member's`);
}

function assertResponsible(tx: AuditedTransaction, acquisition: AcquisitionRecord): void {
  assertOwn(tx, acquisition);
  const { attributes, commonName } = tx.signatory;
  const responsible = attributes.role === 'system' || commonName === acquisition.act.person;
  assertHolds(tx.place, responsible, 'STATE_MISMATCH', `${acquisition.id} is another person's`);
}

/** Later records repeat case and bases, so that each stands by itself (O-7). */
function assertRepeats(
  tx: AuditedTransaction,
  acquisition: AcquisitionRecord,
  record: Pick<AcquisitionRecord, 'case' | 'legalBases'>,
): void {
  assertSame(tx, record.case, acquisition.case, 'case');
  assertSame(tx, record.legalBases, acquisition.legalBases, 'legal bases');
}

function assertHead(tx: AuditedTransaction, expected: HeadRecord): void {
  const { record, key } = onlyWritten(tx, 'head');
  assertKey(tx, key, `head/${expected.acquisition}`);
  assertSame(tx, record, expected, key);
}
