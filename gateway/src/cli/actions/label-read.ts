/** `label list`, `label show`, `label disputes`. */
import '@tabellion/proof/node';
import { disputeAnswerRecord, disputeRecord } from '@tabellion/chaincode/label/record';
import { z } from 'zod';
import { projected } from '../../http/schema.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { describeLabel } from '../label/describe-label.ts';
import { openJudge } from '../label/label-state.ts';
import { describeResponse, describeScore, RESPONSE_HEADING } from '../label/label-text.ts';
import {
  listResponses,
  parseIndex,
  type Response,
  readVerifiedBatch,
  shownBatch,
  subjectOf,
  type VerifiedBatch,
} from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime, withMore } from '../table.ts';

interface PageFlags {
  readonly limit: string;
  readonly cursor?: string;
}

export async function listBatches(
  invocation: Invocation<PageFlags & { readonly member?: string }>,
): Promise<Outcome> {
  const { member, limit, cursor } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { member, cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, '/v1/label/batches', shownBatch, query);
  const rows = page.items.map(({ key, record: { act, size, tlp, reason, ...record } }) => [
    ...[key.slice('label-batch/'.length), act.member, formatTime(act.at), `${size}`, `TLP:${tlp}`],
    ...[record.content ?? 'LABELS', record.case ?? '', record.flags.join(', '), reason],
  ]);
  const heading = ['BATCH', 'BY', 'AT', 'LINES', 'MARKING', 'CONTENT', 'CASE', 'FLAGS', 'REASON'];
  return {
    document: page,
    text:
      rows.length === 0 ? 'no batches of labels' : withMore(formatTable(heading, rows), page.next),
  };
}

export interface ShowFlags {
  readonly index?: string;
  readonly from: string;
  readonly limit: string;
}

export async function showBatch(invocation: Invocation<ShowFlags>): Promise<Outcome> {
  const { index, from, limit } = invocation.options;
  const { client } = await openSession(invocation);
  const batch = await readVerifiedBatch(client, invocation.args[0]);
  if (batch.transfers.length > 0) {
    throw new CliError('USAGE', 'a batch of transfers: tabellion flow show');
  }
  const responses = await listResponses(client, batch.digest);
  const at = invocation.context.now();
  const judge = await openJudge(client, batch, { responses, at });
  const first = index === undefined ? parseCount('--from', from) : parseIndex(index, batch);
  const last = index === undefined ? first + parseCount('--limit', limit) : first + 1;
  const labels = batch.lines.slice(first, last).map((line, offset) => {
    const { responses, ...state } = judge(line);
    return { index: first + offset, statement: line.statement, ...state, responses };
  });
  const { shown } = batch;
  const whole = responses.filter((response) => subjectOf(response) === undefined);
  if (index !== undefined) {
    const [label] = labels;
    return {
      document: { batch: shown, at, label },
      text: [
        describeLabel(label!.statement),
        formatFields([
          ['Status', label!.status],
          ['Score', describeScore(label!.score)],
          ['Supported by', label!.supporters.join(', ') || undefined],
          ['Asserted by', `${shown.record.act.member}, ${formatTime(shown.record.act.at)}`],
          ['Leaf', label!.leaf],
        ]),
        describeSaid(label!.responses),
      ].join('\n\n'),
    };
  }
  const rows = labels.map(({ index, statement, status, score }) => [
    ...[`${index}`, statement.address, statement.category, status, `${score?.score ?? ''}`],
    statement.label,
  ]);
  const heading = ['INDEX', 'ADDRESS', 'CATEGORY', 'STATUS', 'SCORE', 'LABEL'];
  const next = first + labels.length;
  return {
    document: { batch: shown, at, from: first, labels },
    text: [
      describeHead(batch),
      ...(rows.length === 0 ? [] : [formatTable(heading, rows)]),
      ...(next < batch.lines.length ? [`more: --from ${next}`] : []),
      describeSaid(whole),
    ].join('\n\n'),
  };
}

const describeHead = ({ digest, shown: { record }, lines }: VerifiedBatch): string =>
  formatFields([
    ['Batch', digest],
    ['Asserted by', `${record.act.member}, ${formatTime(record.act.at)}`],
    ['Labels', `${lines.length}: manifest and root are what the ledger says`],
    ['Marking', `TLP:${record.tlp}`],
    ['Taxonomy', `${record.taxonomy.id}@${record.taxonomy.version}`],
    ['Legal basis', `${record.legalBasis.id}@${record.legalBasis.version}`],
    ['Case', record.case],
    ['Flags', record.flags.join(', ') || undefined],
    ['Reason', record.reason],
  ]);

const describeSaid = (said: readonly Response[]): string =>
  said.length === 0
    ? 'nothing was said of it since'
    : formatTable(RESPONSE_HEADING, said.map(describeResponse));

const shownDispute = z.strictObject({
  dispute: projected(disputeRecord),
  answers: z.array(projected(disputeAnswerRecord)),
  state: z.string(),
});

export async function listDisputes(
  invocation: Invocation<PageFlags & { readonly state?: string; readonly answerer?: string }>,
): Promise<Outcome> {
  const { state, answerer, limit, cursor } = invocation.options;
  const { client } = await openSession(invocation);
  const query = { state, answerer, cursor, limit: `${parseCount('--limit', limit)}` };
  const page = await getPage(client, '/v1/label/disputes', shownDispute, query);
  const rows = page.items.map(({ dispute: { record }, answers, state }) => [
    record.id,
    record.label === undefined ? record.batch : `${record.batch}:${record.label.index}`,
    ...[record.act.member, record.answerer, formatTime(record.answerBy), state],
    answers
      .map(({ record: { position, overdue } }) => position + (overdue ? ' (late)' : ''))
      .join(', '),
  ]);
  const heading = ['DISPUTE', 'OF', 'BY', 'ANSWERER', 'ANSWER BY', 'STATE', 'ANSWERS'];
  return {
    document: page,
    text: rows.length === 0 ? 'no such disputes' : withMore(formatTable(heading, rows), page.next),
  };
}
