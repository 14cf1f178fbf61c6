/** `label list`, `label disputes`. */
import '@tabellion/proof/node';
import { disputeAnswerRecord, disputeRecord } from '@tabellion/chaincode/label/record';
import { z } from 'zod';
import { projected } from '../../http/schema.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { shownBatch } from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { getPage } from '../page.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime, withMore } from '../table.ts';

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
