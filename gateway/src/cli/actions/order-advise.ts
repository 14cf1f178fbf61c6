/** `order advise` and `order check`: before an order is issued. */
import { EXIT } from '../../explain/exit-code.ts';
import { advice } from '../../order/advice-shape.ts';
import { orderCheck, orderDraft } from '../../order/check-order.ts';
import { facts } from '../../order/facts.ts';
import { withoutAbsent } from '../acquisition-input.ts';
import { describeAdvice } from '../advice-text.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseCount, parseTime, readObject } from '../document.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatCount, formatTable } from '../table.ts';
import { type ContentOptions, readTexts } from './order.ts';

export interface AdviseOptions {
  readonly input?: string;
  readonly kind?: string;
  readonly category?: readonly string[];
  readonly addressee?: string;
  readonly at?: string;
  readonly role?: string;
  readonly location?: readonly string[];
  readonly threat?: readonly string[] | false;
  readonly volatile?: boolean;
  readonly serviceOffered?: boolean;
  readonly control?: boolean;
  readonly consent?: boolean;
  readonly maxPenalty?: string;
  readonly offence?: readonly string[];
  readonly bySystem?: boolean;
  readonly punishableThere?: boolean;
}

export async function adviseOnOrder(invocation: Invocation<AdviseOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const { input } = options;
  const { offence: known, ...given } = (
    input === undefined ? {} : await readObject(context, input)
  ) as { offence?: object; at?: unknown };
  const offence = { ...known, ...withoutAbsent(offenceOf(options)) };
  const stated = typeof given.at === 'string' ? { at: parseTime(given.at) } : {};
  const asked = checkInput(facts, {
    ...{ ...given, ...stated, ...withoutAbsent(factsOf(options)) },
    ...(Object.keys(offence).length > 0 && { offence }),
  });
  const { client } = await openSession(invocation);
  const { body } = await client.post('/v1/order/advise', { json: asked });
  const document = expectShape(advice, body);
  return { document, text: describeAdvice(document) };
}

const offenceOf = ({ maxPenalty, offence, bySystem, punishableThere }: AdviseOptions) => ({
  maximumMonths: maxPenalty === undefined ? undefined : parseCount('--max-penalty', maxPenalty),
  ...{ kinds: offence, bySystem, punishableThere },
});

/** What an option says goes before what the file says. */
const factsOf = ({ kind, category, location, threat, at, ...rest }: AdviseOptions) => ({
  ...{ kind, categories: category, locations: location },
  threats: threat === false ? [] : threat,
  at: at === undefined ? undefined : parseTime(at),
  ...{ addressee: rest.addressee, role: rest.role, volatile: rest.volatile },
  ...{ serviceOffered: rest.serviceOffered, control: rest.control, consent: rest.consent },
});

export interface CheckOptions extends ContentOptions {
  readonly input: string;
  readonly facts?: string;
  readonly role?: string;
}

/** Of the facts that the draft itself says, the draft counts: one file serves both commands. */
const DRAFTED = ['kind', 'categories', 'addressee', 'at', 'role'];
const dropDrafted = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([fact]) => !DRAFTED.includes(fact)));

export async function checkOrder(invocation: Invocation<CheckOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  // The command gives each order an identifier of its own.
  const { id: _, ...input } = (await readObject(context, options.input)) as { id?: unknown };
  const draft = checkInput(orderDraft, {
    input,
    contents: await readTexts(context, options),
    ...(options.facts !== undefined && {
      facts: dropDrafted(await readObject(context, options.facts)),
    }),
    ...(options.role !== undefined && { role: options.role }),
  });
  const { client } = await openSession(invocation);
  const { body } = await client.post('/v1/order/check', { json: draft });
  const document = expectShape(orderCheck, body);
  const { findings, refused, doubtful } = document;
  const rows = findings.map(({ severity, code, field, text }) => [severity, code, field, text]);
  const sum = `${formatCount(refused, 'refusal')}, ${formatCount(doubtful, 'doubt')}`;
  return {
    document,
    text:
      rows.length === 0
        ? 'nothing was found that would be refused or is likely to be rejected'
        : `${formatTable(['SEVERITY', 'CODE', 'FIELD', ''], rows)}\n\n${sum}`,
    exit: refused > 0 ? EXIT.error : EXIT.done,
  };
}
