/** `flow follow`: where what was observed to be transferred came from, and went. */
import '@tabellion/proof/node';
import { join } from 'node:path';
import { canonicalText } from '@tabellion/proof';
import { z } from 'zod';
import { writeCsv } from '../../exchange/csv/csv.ts';
import { EXIT } from '../../explain/exit-code.ts';
import { draftFreezing, type FreezingFacts } from '../../flow/freezing-draft.ts';
import { FREEZING_PROFILE, type FreezingOrder } from '../../flow/freezing-order.ts';
import { normaliseQuery } from '../../flow/normalise-query.ts';
import { flowAnswer, flowQuery, type ShownFlow } from '../../flow/shape.ts';
import type { Context, Invocation } from '../context.ts';
import { checkInput, parseCount, parseTime, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import { describeFlow, FLOW_COLUMNS, listFlowRows } from '../flow/flow-text.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { parsePurpose } from '../label/purpose.ts';
import { parseNetwork } from '../label/screen-input.ts';
import { assertAbsent, writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { assertOurs, checkFlow, says } from '../receipt/check.ts';
import { encodeKept } from '../receipt/form.ts';
import { openSession } from '../session.ts';
import { readPinnedTrust } from '../trust-pin.ts';

export interface FollowFlags {
  readonly network: string;
  readonly transaction?: string;
  readonly back?: true;
  readonly hops: string;
  readonly nodes: string;
  readonly since?: string;
  readonly until?: string;
  readonly asOf?: string;
  readonly purpose?: string;
  readonly output?: string;
  readonly csv?: string;
  readonly draftOrders?: string;
  readonly receipt?: string;
  readonly force?: true;
}

const MAX_ADDRESS_TEXT = 1024;
const DRAFT_ENDING = '.draft.md';
/** What `order issue` takes of the same draft. */
const ORDER_ENDINGS: Readonly<Record<keyof FreezingOrder, string>> = {
  input: '.order.json',
  addressee: '.addressee.json',
  enforcing: '.enforcing.json',
};
const profileEntry = z.object({
  record: z.object({ entry: z.object({ id: z.string(), version: z.int() }) }),
});

export async function followFlow(invocation: Invocation<FollowFlags>): Promise<Outcome> {
  const { context, args, options } = invocation;
  const purpose = parsePurpose(options.purpose);
  const query = await readQuery(context, args[0], options);
  if (options.draftOrders !== undefined && query.direction === 'BACK') {
    throw new CliError('USAGE', '--draft-orders goes forward: going back nothing is held');
  }
  const asOf = options.asOf === undefined ? undefined : parseCount('--as-of', options.asOf);
  // An answer that could not be kept afterwards would have been asked for in vain, and is on record.
  for (const file of [options.output, options.csv, options.receipt]) {
    if (file !== undefined && options.force !== true) await assertAbsent(file);
  }
  const { client, paths } = await openSession(invocation);
  const { body } = await client.post('/v1/flow/follow', {
    json: query,
    headers: { 'tabellion-purpose': purpose },
    ...(asOf !== undefined && { query: { asOf: `${asOf}` } }),
  });
  const flow = expectShape(flowAnswer, body);
  const { receipt, ...answer } = flow;
  const entry = checkFlow({ ...receipt, answer });
  says(canonicalText(answer.query) === canonicalText(query), 'questions');
  says(asOf === undefined || answer.height === asOf, 'heights');
  assertOurs(receipt, entry, { purpose, trust: await readPinnedTrust(paths) });
  const profileVersion =
    options.draftOrders === undefined ? null : await findProfileVersion(client);
  const facts = { purpose, now: context.now(), profileVersion };
  const written = await writeFiles(flow, options, facts);
  const isDraftless =
    options.draftOrders !== undefined && !written.some((file) => file.endsWith(DRAFT_ENDING));
  return {
    document: { purpose, ...flow, ...(written.length > 0 && { written }) },
    text: [
      describeFlow(flow),
      `on record in your member’s journal: ${flow.receipt.position}`,
      ...written.map((file) => `written: ${file}`),
      ...written
        .filter((file) => file.endsWith(DRAFT_ENDING))
        .map((file) => describeIssuing(file.slice(0, -DRAFT_ENDING.length))),
      ...(isDraftless ? ['no draft was written: nothing traced ends at an exchange'] : []),
    ].join('\n'),
    exit: isDraftless ? EXIT.incomplete : EXIT.done,
  };
}

async function readQuery(context: Context, word: string | undefined, flags: FollowFlags) {
  if ((word === undefined) === (flags.transaction === undefined)) {
    throw new CliError('USAGE', 'give an address, or --transaction');
  }
  const text = word === '-' ? (await readText(context, '-', MAX_ADDRESS_TEXT)).trim() : word;
  const query = checkInput(flowQuery, {
    network: /^eip155:\d+$/.test(flags.network) ? flags.network : parseNetwork(flags.network),
    ...(text === undefined ? { transaction: flags.transaction } : { address: text }),
    direction: flags.back ? 'BACK' : 'FORWARD',
    hops: parseCount('--hops', flags.hops),
    nodes: parseCount('--nodes', flags.nodes),
    ...(flags.since !== undefined && { since: parseTime(flags.since) }),
    ...(flags.until !== undefined && { until: parseTime(flags.until) }),
  });
  const normalised = normaliseQuery(query);
  if ('refused' in normalised) throw new CliError('BAD_INPUT', normalised.refused);
  return normalised;
}

async function writeFiles(
  flow: ShownFlow,
  { output, csv, draftOrders, receipt, force }: FollowFlags,
  facts: FreezingFacts,
): Promise<string[]> {
  const written: string[] = [];
  const write = async (path: string, bytes: Parameters<typeof writeNewFile>[1]) => {
    await writeNewFile(path, bytes, force === true, 0o600);
    written.push(path);
  };
  if (output !== undefined) await write(output, Buffer.from(`${JSON.stringify(flow, null, 2)}\n`));
  if (csv !== undefined) await write(csv, writeCsv(FLOW_COLUMNS, listFlowRows(flow)));
  if (receipt !== undefined) {
    const { receipt: signed, ...answer } = flow;
    await write(receipt, encodeKept({ type: 'tabellion.flow-receipt', ...signed, answer }));
  }
  if (draftOrders === undefined) return written;
  for (const { number, text, order } of draftFreezing(flow, facts)) {
    const stem = join(draftOrders, `freeze-${number}`);
    await write(`${stem}${DRAFT_ENDING}`, Buffer.from(text));
    for (const [part, ending] of Object.entries(ORDER_ENDINGS) as [keyof FreezingOrder, string][]) {
      await write(`${stem}${ending}`, Buffer.from(`${JSON.stringify(order[part], null, 2)}\n`));
    }
  }
  return written;
}

/** The newest that is published; null where there is none. */
async function findProfileVersion(client: GatewayClient): Promise<number | null> {
  const { items } = await listAll(client, '/v1/member/reference/orderProfile', profileEntry);
  const versions = items
    .map(({ record: { entry } }) => entry)
    .filter(({ id }) => id === FREEZING_PROFILE)
    .map(({ version }) => version);
  return versions.length > 0 ? Math.max(...versions) : null;
}

const describeIssuing = (stem: string): string =>
  [
    'to issue it, complete what is left open there:',
    `tabellion order issue --input ${stem}${ORDER_ENDINGS.input}`,
    `--addressee ${stem}${ORDER_ENDINGS.addressee} --enforcing ${stem}${ORDER_ENDINGS.enforcing}`,
  ].join(' ');
