/** What the members decided together: the founding, votes and what they carried; and the journals. */
import { anchorJournalInput } from '@tabellion/chaincode/evidence/record';
import { memberKey, parameterKey, referenceKey } from '@tabellion/chaincode/member/key';
import {
  type Change,
  declareInput,
  earlierFoundInput,
  memberRecord,
  type ProposalRecord,
  proposeInput,
  voteInput,
} from '@tabellion/chaincode/member/record';
import { tallyVotes } from '@tabellion/chaincode/member/threshold';
import { type AuditedTransaction, listWritten, onlyWritten } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import { assertKey, assertSame, checkInput, isSame, parseInput } from './expectation.ts';
import type { RecordReader } from './stored-record.ts';

type Check = (tx: AuditedTransaction, records: RecordReader) => void;

export const GOVERNANCE_CHECKS: Readonly<Record<string, Check>> = {
  'member:found': checkFound,
  'member:propose': checkPropose,
  'member:vote': checkVote,
  'member:declare': checkDeclare,
  'evidence:anchorJournal': checkJournal,
};

function checkFound(tx: AuditedTransaction): void {
  const { record } = onlyWritten(tx, 'founding');
  const input = parseInput(tx, earlierFoundInput);
  const members = listWritten(tx, 'member').map((written) => written.record.mspId);
  // Written in the order of their keys, named in the order of the founding.
  assertSame(tx, [...members].sort(), [...record.members].sort(), 'the founding members');
  const asked = input.members.map(({ mspId }) => mspId);
  assertHolds(tx.place, isSame(asked, record.members), 'INPUT_MISMATCH', 'the founding members');
  assertVersions(tx, undefined);
}

function checkPropose(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'proposal');
  checkInput(tx, proposeInput, record);
  assertKey(tx, key, `proposal/${record.id}`);
  assertSame(tx, record.state, 'OPEN', `${key}: state`);
  const isNew = records.find('proposal', record.id) === undefined;
  assertHolds(tx.place, isNew, 'RECORD_REWRITTEN', key);
  assertSame(tx, record.thresholdBps, records.find('parameter', 'voteThresholdBps')?.value, key);
}

function checkVote(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'vote');
  checkInput(tx, voteInput, record);
  assertKey(tx, key, `vote/${record.proposal}/${record.act.member}`);
  const proposal = records.find('proposal', record.proposal);
  assertHolds(tx.place, proposal?.state === 'OPEN', 'STATE_MISMATCH', `${key}: nothing to vote on`);

  const tally = countVotes(records, record, proposal.thresholdBps);
  // A carried proposal that no longer fits the world is stale: its votes carried it all the same.
  const outcome = record.outcome === 'STALE' ? 'CARRIED' : record.outcome;
  assertSame(tx, outcome, tally, `${key}: outcome`);
  const decided = listWritten(tx, 'proposal');
  const expected = record.outcome === 'OPEN' ? [] : [{ ...proposal, state: record.outcome }];
  assertSame(
    tx,
    decided.map((written) => written.record),
    expected,
    `proposal/${record.proposal}`,
  );
  if (record.outcome === 'CARRIED') checkCarried(tx, records, proposal);
  else assertSame(tx, tx.written.length, 1 + decided.length, 'a change that was not carried');
}

function countVotes(
  records: RecordReader,
  vote: { proposal: string; choice: 'YES' | 'NO' },
  thresholdBps: number,
) {
  const active = new Set<string>();
  for (const member of records.list('member')) {
    if (member.status === 'ACTIVE') active.add(member.mspId);
  }
  const counts = { YES: 0, NO: 0 };
  counts[vote.choice] += 1;
  for (const { choice, act } of records.list('vote', `${vote.proposal}/`)) {
    if (active.has(act.member)) counts[choice] += 1;
  }
  return tallyVotes(counts.YES, counts.NO, active.size, thresholdBps);
}

/** The records that a carried change writes are those it names, one version on. */
function checkCarried(
  tx: AuditedTransaction,
  records: RecordReader,
  proposal: ProposalRecord,
): void {
  const changed = tx.written.filter(({ name }) => name !== 'vote' && name !== 'proposal');
  const current = changed.filter(({ name }) => !name.endsWith('-history')).map(({ key }) => key);
  assertSame(tx, current, [keyOfChange(proposal.change)], `what proposal ${proposal.id} changes`);
  for (const { record, key } of changed) {
    const cause = 'cause' in record && typeof record.cause === 'object' ? record.cause : undefined;
    assertSame(tx, cause?.proposal, proposal.id, `${key}: cause`);
  }
  assertVersions(tx, records);
}

function keyOfChange(change: Change): string {
  switch (change.kind) {
    case 'SET_PARAMETER':
      return parameterKey(change.name);
    case 'PUBLISH':
      return referenceKey(change.entry.register, change.entry.id, change.entry.version);
    default:
      return memberKey(change.mspId);
  }
}

function checkDeclare(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'member');
  const { mspId } = tx.signatory;
  const before = records.find('member', mspId);
  const own = key === `member/${mspId}` && before !== undefined;
  assertHolds(tx.place, own, 'STATE_MISMATCH', `${mspId} declared for ${key}`);
  const input = parseInput(tx, declareInput);
  assertHolds(tx.place, isSame(input.profile, record.profile), 'INPUT_MISMATCH', 'the profile');
  const { profile, version, cause, act } = record;
  const expected = memberRecord.parse({ ...before, profile, version, cause, act });
  assertSame(tx, record, expected, key);
  assertVersions(tx, records);
}

/** Every change of a member or parameter is one version on, and stands in the history as well. */
function assertVersions(tx: AuditedTransaction, records: RecordReader | undefined): void {
  const histories = new Map(tx.written.map(({ key, bytes }) => [key, Buffer.from(bytes)]));
  for (const name of ['member', 'parameter'] as const) {
    for (const { key, record, bytes } of listWritten(tx, name)) {
      const subject = key.slice(name.length + 1);
      const before = records?.find(name, subject)?.version ?? 0;
      assertSame(tx, record.version, before + 1, `${key}: version`);
      const history = histories.get(`${name}-history/${subject}/${record.version}`);
      const kept = history?.equals(bytes) === true;
      assertHolds(tx.place, kept, 'RECORD_UNEXPECTED', `${key} is missing in its history`);
    }
  }
}

function checkJournal(tx: AuditedTransaction, records: RecordReader): void {
  const { record, key } = onlyWritten(tx, 'journal');
  checkInput(tx, anchorJournalInput, record);
  const { member } = record.act;
  const before = records.find('journal-head', member) ?? { sequence: 0, last: null };
  const follows = record.sequence === before.sequence + 1 && record.previous === before.last;
  assertHolds(tx.place, follows, 'JOURNAL_CHAIN_BROKEN', key);
  const head = onlyWritten(tx, 'journal-head');
  const last = key.slice('journal/'.length);
  const expected = { type: 'tabellion.journal-head', v: 1, sequence: record.sequence, last };
  assertKey(tx, head.key, `journal-head/${member}`);
  assertSame(tx, head.record, expected, head.key);
}
