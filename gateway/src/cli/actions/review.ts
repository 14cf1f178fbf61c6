/** `review …`: objections, regularity, authenticity and weight. */
import { randomBytes } from 'node:crypto';
import {
  examineInput,
  judgeInput,
  objectInput,
  objectionRecord,
  replyInput,
  replyRecord,
  weighInput,
} from '@tabellion/chaincode/review/record';
import { z } from 'zod';
import { parseGoverned, parseTool } from '../acquisition-input.ts';
import { type Act, describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { checkInput } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

export interface ObjectOptions {
  readonly for: string;
  readonly person: string;
  readonly legalBasis: string;
  readonly reason: string;
}

export async function objectTo(invocation: Invocation<ObjectOptions>): Promise<Outcome> {
  const { for: capacity, person, legalBasis, reason } = invocation.options;
  const input = checkInput(objectInput, {
    id: randomBytes(16).toString('hex'),
    subject: parseSubject(invocation.args[0]),
    by: { capacity, person },
    legalBasis: parseGoverned(legalBasis),
    reason,
  });
  return act(
    invocation,
    { transaction: 'review:object', input },
    `objection ${input.id} brought; see when it is to be answered with: tabellion review list`,
  );
}

export interface ReplyOptions {
  readonly outcome: string;
  readonly legalBasis: string;
  readonly reason: string;
}

export async function reply(invocation: Invocation<ReplyOptions>): Promise<Outcome> {
  const { outcome, legalBasis, reason } = invocation.options;
  const input = checkInput(replyInput, {
    objection: invocation.args[0],
    outcome,
    legalBasis: parseGoverned(legalBasis),
    reason,
  });
  return act(invocation, { transaction: 'review:reply', input }, `answered: ${outcome}`);
}

interface Reported {
  readonly reason: string;
  readonly report?: string;
}

export async function judge(invocation: Invocation<ReplyOptions & Reported>): Promise<Outcome> {
  const { outcome, legalBasis, reason } = invocation.options;
  const input = checkInput(judgeInput, {
    subject: parseSubject(invocation.args[0]),
    outcome,
    legalBasis: parseGoverned(legalBasis),
    reason,
    ...(await readReport(invocation)),
  });
  return act(invocation, { transaction: 'review:judge', input }, `judged: ${outcome}`);
}

export interface ExamineOptions extends Reported {
  readonly method: string;
  readonly tool?: readonly string[];
  readonly result: string;
}

export async function examine(invocation: Invocation<ExamineOptions>): Promise<Outcome> {
  const { method, tool = [], result, reason } = invocation.options;
  const input = checkInput(examineInput, {
    subject: parseSubject(invocation.args[0]),
    method,
    tools: tool.map(parseTool),
    result,
    reason,
    ...(await readReport(invocation)),
  });
  return act(invocation, { transaction: 'review:examine', input }, `recorded: ${result}`);
}

export interface WeighOptions extends Reported {
  readonly showsDestination: string;
}

export async function weigh(invocation: Invocation<WeighOptions>): Promise<Outcome> {
  const { showsDestination, reason } = invocation.options;
  const input = checkInput(weighInput, {
    subject: parseSubject(invocation.args[0]),
    showsDestination,
    reason,
    ...(await readReport(invocation)),
  });
  return act(invocation, { transaction: 'review:weigh', input }, 'recorded');
}

const shownObjection = z.looseObject({
  objection: z.looseObject({ record: objectionRecord }),
  replies: z.array(z.looseObject({ record: replyRecord })),
  state: z.string(),
});
const shownReview = z.looseObject({
  record: z.looseObject({
    type: z.string(),
    act: z.looseObject({ at: z.int(), member: z.string(), role: z.string() }),
    reason: z.string(),
  }),
});

export interface ListOptions {
  readonly answerer?: string;
  readonly state?: string;
}

export async function listReviews(invocation: Invocation<ListOptions>): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const [subject] = invocation.args;
  const { answerer, state } = invocation.options;
  if (subject === undefined) return listObjections(client, { answerer, state });
  if (answerer !== undefined || state !== undefined) {
    throw new CliError('USAGE', '--answerer and --state are for the list of objections');
  }
  const { id } = parseSubject(subject);
  const { items, height } = await listAll(client, `/v1/review/subjects/${id}`, shownReview);
  const rows = items.map(({ record }) => [
    formatTime(record.act.at),
    record.type.replace('tabellion.', ''),
    String(record.outcome ?? record.result ?? record.showsDestination ?? ''),
    record.act.member,
    record.reason,
  ]);
  return {
    document: { items, height },
    text:
      rows.length === 0
        ? 'nothing was said of it in review'
        : formatTable(['AT', 'WHAT', 'OUTCOME', 'BY', 'REASON'], rows),
  };
}

async function listObjections(
  client: GatewayClient,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const path = '/v1/review/objections';
  const { items, height } = await listAll(client, path, shownObjection, query);
  const rows = items.map(({ objection: { record }, replies, state }) => [
    record.id,
    record.subject.id,
    record.answerer,
    formatTime(record.answerBy),
    state,
    replies.map((each) => each.record.outcome + (each.record.overdue ? ' (late)' : '')).join(', '),
  ]);
  return {
    document: { items, height },
    text:
      rows.length === 0
        ? 'no such objections'
        : formatTable(['OBJECTION', 'ON', 'ANSWERER', 'ANSWER BY', 'STATE', 'ANSWERS'], rows),
  };
}

function parseSubject(text = '') {
  if (/^[0-9a-f]{32}$/.test(text)) return { kind: 'ACQUISITION', id: text };
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'ITEM', id: text };
  throw new CliError(
    'USAGE',
    'give an acquisition (32 hexadecimal digits) or an item (64 hexadecimal digits)',
  );
}

const readReport = async ({ options: { report } }: Invocation<Reported>) =>
  report === undefined ? {} : { report: await hashFile(report) };

async function act(invocation: Invocation, what: Act, done: string): Promise<Outcome> {
  const acted = await performOwnAct(await openSession(invocation), what);
  return { document: describeActed(acted), text: `${done} (${acted.txId})` };
}
