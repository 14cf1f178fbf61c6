/** `order …`: orders and their steps; the contents go to the parties and are kept nowhere here. */
import { randomBytes } from 'node:crypto';
import {
  issueInput,
  type OrderContent,
  type OrderHeadRecord,
  type OrderStepRecord,
  orderContent,
  orderHeadRecord,
  orderId,
  orderRecord,
  orderStepRecord,
  type StepVerb,
  stepInputs,
} from '@tabellion/chaincode/order/record';
import { canonicalBytes, sha256, toBase64url, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { type Acted, describeActed, performOwnAct } from '../act.ts';
import type { Context, Invocation } from '../context.ts';
import { checkInput, readDocument, readObject } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { describeEnd } from '../order/clock-end.ts';
import { listGates } from '../order/gates.ts';
import { readSays, type SaysOptions } from '../order/step-says.ts';
import type { Outcome } from '../output.ts';
import { takeAfterHead } from '../overtaken.ts';
import { readReferences } from '../registers.ts';
import { openSession, type Session } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

export interface ContentOptions {
  readonly addressee?: string;
  readonly enforcing?: string;
}

const PARTIES = { ADDRESSEE: 'addressee', ENFORCING: 'enforcing' } as const;
const fieldTexts = z.record(z.string(), z.string());

/** What each party is to read, as the files say it. */
export async function readTexts(context: Context, options: ContentOptions) {
  const texts: Partial<Record<keyof typeof PARTIES, Record<string, string>>> = {};
  for (const party of ['ADDRESSEE', 'ENFORCING'] as const) {
    const source = options[PARTIES[party]];
    if (source !== undefined)
      texts[party] = checkInput(fieldTexts, await readDocument(context, source));
  }
  return texts;
}

/** Each party's copy, salted anew, as transient input and by its digest. */
async function readCopies(context: Context, order: string, options: ContentOptions) {
  const transient: Record<string, Uint8Array> = {};
  const given = await readTexts(context, options);
  for (const party of ['ADDRESSEE', 'ENFORCING'] as const) {
    const texts = given[party];
    if (texts === undefined) continue;
    const content: OrderContent = {
      ...{ type: 'tabellion.order-content', v: 1, order, for: party },
      salt: toBase64url(randomBytes(32)),
      fields: Object.entries(texts).map(([id, text]) => ({ id, text })),
    };
    transient[party] = canonicalBytes(checkInput(orderContent, content));
  }
  const contents = Object.fromEntries(
    Object.entries(transient).map(([party, bytes]) => [party, toHex(sha256(bytes))]),
  );
  return { transient, contents };
}

export interface IssueOptions extends ContentOptions {
  readonly input: string;
}

export async function issueOrder(invocation: Invocation<IssueOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const session = await openSession(invocation);
  const id = randomBytes(16).toString('hex');
  const { transient, contents } = await readCopies(context, id, options);
  const draft = await readObject(context, options.input);
  const input = checkInput(issueInput, { ...draft, id, contents });
  const acted = await performOwnAct(session, { transaction: 'order:issue', input, transient });
  return { document: { id, ...describeActed(acted) }, text: id };
}

export interface StepOptions extends ContentOptions, SaysOptions {
  readonly reason: string;
}

export async function takeOrderStep(invocation: Invocation<StepOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const order = checkInput(orderId, args[0]);
  const verb = checkVerb(args[1]);
  const session = await openSession(invocation);
  const { transient, contents } = await readCopies(context, order, options);
  const says = await readSays(context, verb, options);
  const isCorrected = Object.keys(contents).length > 0;
  const acted = await takeStep(session, order, {
    verb,
    says: { ...says, reason: options.reason, ...(isCorrected && { contents }) },
    ...(isCorrected && { transient }),
  });
  const { sequence, status } = acted.record;
  return {
    document: describeActed(acted),
    text: `step ${sequence} recorded; the order is ${status}`,
  };
}

/** Attempts at one step: where so much happens at once, people should look first. */
const ATTEMPTS = 3;

interface Step {
  readonly verb: StepVerb;
  readonly says: object;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Takes a step, and again where another one came between that left the order where it stood.
 * @throws as the gateway refuses it; what came between is for the caller to look at.
 */
export async function takeStep(
  session: Session,
  order: string,
  { verb, says, transient }: Step,
): Promise<Acted> {
  return takeAfterHead({
    signal: session.signal,
    attempts: ATTEMPTS,
    read: async () => (await readOrder(session.client, order)).head.record,
    take: ({ sequence, last }) => {
      const chain = { order, sequence: sequence + 1, previous: last };
      const input = checkInput<object>(stepInputs[verb], { ...says, ...chain });
      return performOwnAct(session, {
        ...{ transaction: `order:${verb}`, input },
        ...(transient && { transient }),
      });
    },
    assertStillMeant: (before, now, error) => {
      if (!isStillMeant(before, now)) throw error;
    },
  });
}

/** Whoever asked saw an order in that status, of those contents, with those clocks behind it. */
const isStillMeant = (before: OrderHeadRecord, now: OrderHeadRecord): boolean =>
  now.status === before.status &&
  now.contents.ADDRESSEE === before.contents.ADDRESSEE &&
  now.overdue.join() === before.overdue.join();

function checkVerb(verb = ''): StepVerb {
  if (Object.hasOwn(stepInputs, verb)) return verb as StepVerb;
  throw new CliError('USAGE', `${verb} is none of ${Object.keys(stepInputs).join(', ')}`);
}

const shown = z.object({
  order: z.object({ record: orderRecord }),
  head: z.object({ record: orderHeadRecord }),
});
const steps = z.object({ items: z.array(z.object({ record: orderStepRecord })) });

export const readOrder = async (client: GatewayClient, order: string) =>
  expectShape(shown, (await client.get(`/v1/order/orders/${order}`)).body);

export async function readSteps(client: GatewayClient, order: string) {
  const all: z.infer<typeof steps>['items'] = [];
  for (;;) {
    const query = { after: String(all.length) };
    const { body } = await client.get(`/v1/order/orders/${order}/steps`, { query });
    const { items } = expectShape(steps, body);
    if (items.length === 0) return all;
    all.push(...items);
  }
}

export async function showOrder(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const id = checkInput(orderId, invocation.args[0]);
  const { order, head } = await readOrder(client, id);
  const items = await readSteps(client, id);
  const references = await readReferences(client, ['orderProfile']);
  const { profile, kind, categories, addressee, enforcing, act } = order.record;
  const parties = `${act.member} → ${addressee}${enforcing ? `, enforcing ${enforcing}` : ''}`;
  const at = invocation.context.now();
  const gates = listGates(order.record, head.record, { references, at });
  const clocks = head.record.clocks.map(({ clock, state, due, provisional }) => [
    ...[clock, state, due === null ? '' : formatTime(due)],
    describeEnd({ overdue: head.record.overdue.includes(clock), provisional }),
  ]);
  const taken = items.map(({ record }) => [
    ...[String(record.sequence), record.event, formatTime(record.act.at), record.act.member],
    [nameObject(record), record.late.length > 0 && `late for ${record.late.join(', ')}`]
      .filter(Boolean)
      .join(', '),
  ]);
  const yielded = items.flatMap(({ record }) =>
    'acquisitions' in record
      ? record.acquisitions.map((acquisition) => [acquisition, `${record.sequence}`, record.event])
      : [],
  );
  const text = [
    `${kind} ${categories.join(', ')} under ${profile.id}@${profile.version}: ${head.record.status}`,
    parties,
    ...(gates.length > 0 ? [formatTable(['GATE', 'STATE', 'BEFORE', 'BY', ''], gates)] : []),
    formatTable(['CLOCK', 'STATE', 'DUE', ''], clocks),
    formatTable(['STEP', 'EVENT', 'AT', 'BY', ''], taken),
    ...(yielded.length > 0 ? [formatTable(['ACQUISITION', 'STEP', 'EVENT'], yielded)] : []),
  ].join('\n\n');
  const document = { order: order.record, head: head.record, steps: items.map((s) => s.record) };
  return { document, text };
}

/** What the step was about, where it names something of the profile. */
function nameObject(record: OrderStepRecord): string | undefined {
  if ('gate' in record) return record.gate;
  if ('ground' in record) return record.ground;
  return record.verb === 'markOverdue' ? record.clock : undefined;
}

export async function readOrderContent(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const id = checkInput(orderId, invocation.args[0]);
  const party = checkInput(orderContent.shape.for, invocation.args[1]);
  const { body } = await client.get(`/v1/order/orders/${id}/contents/${party}`);
  const document = expectShape(orderContent, body);
  const rows = document.fields.map(({ id: field, text }) => [field, text]);
  return { document, text: formatTable(['FIELD', 'TEXT'], rows) };
}
