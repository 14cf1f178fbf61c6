/** `review …`: objections, regularity, authenticity and weight. */
import { randomBytes } from 'node:crypto';
import {
  examineInput,
  judgeInput,
  objectInput,
  objectionRecord,
  replyInput,
  replyRecord,
  type Subject,
  weighInput,
} from '@tabellion/chaincode/review/record';
import { z } from 'zod';
import { listFlags } from '../../exchange/recorded.ts';
import { parseGoverned, parseTool } from '../acquisition-input.ts';
import { type Act, describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { resolveItem } from '../custody/item-name.ts';
import { checkInput } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { readPersonDigest } from '../person.ts';
import { openSession, type Session } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

export interface ObjectOptions {
  readonly for: string;
  readonly person: string;
  readonly legalBasis: string;
  readonly reason: string;
}

export async function objectTo(invocation: Invocation<ObjectOptions>): Promise<Outcome> {
  const { for: capacity, person, legalBasis, reason } = invocation.options;
  const session = await openSession(invocation);
  const input = checkInput(objectInput, {
    id: randomBytes(16).toString('hex'),
    subject: await resolveSubject(session, invocation.args[0]),
    by: { capacity, person: await readPersonDigest(person) },
    legalBasis: parseGoverned(legalBasis),
    reason,
  });
  return act(
    session,
    { transaction: 'review:object', input },
    { id: input.id, subject: input.subject.id },
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
  return act(
    await openSession(invocation),
    { transaction: 'review:reply', input },
    { objection: input.objection },
    `answered objection ${input.objection}: ${outcome}`,
  );
}

interface Reported {
  readonly reason: string;
  readonly report?: string;
}

export async function judge(invocation: Invocation<ReplyOptions & Reported>): Promise<Outcome> {
  const { outcome, legalBasis, reason } = invocation.options;
  const session = await openSession(invocation);
  const input = checkInput(judgeInput, {
    subject: await resolveSubject(session, invocation.args[0]),
    outcome,
    legalBasis: parseGoverned(legalBasis),
    reason,
    ...(await readReport(invocation)),
  });
  return act(
    session,
    { transaction: 'review:judge', input },
    { subject: input.subject.id },
    `judged: ${outcome}`,
  );
}

export interface ExamineOptions extends Reported {
  readonly method: string;
  readonly tool?: readonly string[];
  readonly result: string;
}

export async function examine(invocation: Invocation<ExamineOptions>): Promise<Outcome> {
  const { method, tool = [], result, reason } = invocation.options;
  const session = await openSession(invocation);
  const input = checkInput(examineInput, {
    subject: await resolveSubject(session, invocation.args[0]),
    method,
    tools: tool.map(parseTool),
    result,
    reason,
    ...(await readReport(invocation)),
  });
  return act(
    session,
    { transaction: 'review:examine', input },
    { subject: input.subject.id },
    `recorded: ${result}`,
  );
}

export interface WeighOptions extends Reported {
  readonly showsDestination: string;
}

export async function weigh(invocation: Invocation<WeighOptions>): Promise<Outcome> {
  const { showsDestination, reason } = invocation.options;
  const session = await openSession(invocation);
  const input = checkInput(weighInput, {
    subject: await resolveSubject(session, invocation.args[0]),
    showsDestination,
    reason,
    ...(await readReport(invocation)),
  });
  return act(
    session,
    { transaction: 'review:weigh', input },
    { subject: input.subject.id },
    'recorded',
  );
}

const shownReply = z.looseObject({ record: replyRecord, late: z.boolean() });
const shownObjection = z.looseObject({
  objection: z.looseObject({ record: objectionRecord }),
  replies: z.array(shownReply),
  state: z.string(),
});
const shownReview = z.looseObject({
  record: z.looseObject({
    type: z.string(),
    act: z.looseObject({ at: z.int(), member: z.string(), role: z.string() }),
    reason: z.string(),
    flags: z.array(z.string()).optional(),
    overdue: z.boolean().optional(),
  }),
  late: z.boolean(),
});

export interface ListOptions {
  readonly answerer?: string;
  readonly state?: string;
}

export async function listReviews(invocation: Invocation<ListOptions>): Promise<Outcome> {
  const session = await openSession(invocation);
  const { client } = session;
  const [subject] = invocation.args;
  const { answerer, state } = invocation.options;
  if (subject === undefined) return listObjections(client, { answerer, state });
  if (answerer !== undefined || state !== undefined) {
    throw new CliError('USAGE', '--answerer and --state are for the list of objections');
  }
  const { id } = await resolveSubject(session, subject);
  const { items, height } = await listAll(client, `/v1/review/subjects/${id}`, shownReview);
  const rows = items.map(({ record, late }) => [
    formatTime(record.act.at),
    describeReview(record),
    String(record.outcome ?? record.result ?? record.showsDestination ?? ''),
    record.act.member,
    listFlags({ record, late }).join(', '),
    record.reason,
  ]);
  return {
    document: { items, height },
    text:
      rows.length === 0
        ? 'nothing was said of it in review'
        : formatTable(['AT', 'WHAT', 'OUTCOME', 'BY', 'FLAGS', 'REASON'], rows),
  };
}

/** `reply to <objection>`: which one it answers must be seen where several stand. */
function describeReview({ type, id, objection }: z.infer<typeof shownReview>['record']): string {
  const what = type.replace('tabellion.', '');
  if (typeof objection === 'string') return `${what} to ${objection}`;
  return typeof id === 'string' ? `${what} ${id}` : what;
}

function describeAnswer({ record, late }: z.infer<typeof shownReply>): string {
  const flags = listFlags({ record, late });
  return flags.length === 0 ? record.outcome : `${record.outcome} (${flags.join(', ')})`;
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
    replies.map(describeAnswer).join('; '),
  ]);
  return {
    document: { items, height },
    text:
      rows.length === 0
        ? 'no such objections'
        : formatTable(['OBJECTION', 'ON', 'ANSWERER', 'ANSWER BY', 'STATE', 'ANSWERS'], rows),
  };
}

/** An acquisition by its 32 digits; an item by whatever `custody` takes for one. */
async function resolveSubject(session: Session, text = ''): Promise<Subject> {
  if (/^[0-9a-f]{32}$/.test(text)) return { kind: 'ACQUISITION', id: text };
  return { kind: 'ITEM', id: await resolveItem(session, text) };
}

const readReport = async ({ options: { report } }: Invocation<Reported>) =>
  report === undefined ? {} : { report: await hashFile(report) };

/** @param about what the record is named by, or about: first in the document, as of every act. */
async function act(session: Session, what: Act, about: object, done: string): Promise<Outcome> {
  const acted = await performOwnAct(session, what);
  const flags = (acted.record.flags ?? []) as readonly string[];
  const remarks = flags.length === 0 ? '' : `, flagged ${flags.join(', ')}`;
  return {
    document: { ...about, ...describeActed(acted) },
    text: `${done}${remarks} (${acted.txId})`,
  };
}
