/** `flow follow`: where what was observed to be transferred came from, and went. */
import '@tabellion/proof/node';
import { join } from 'node:path';
import { canonicalText } from '@tabellion/proof';
import { writeCsv } from '../../exchange/csv/csv.ts';
import { EXIT } from '../../explain/exit-code.ts';
import { digestFlow, encodeFlowOpening } from '../../flow/flow-entry.ts';
import { draftFreezing } from '../../flow/freezing-draft.ts';
import { flowAnswer, flowQuery, type ShownFlow } from '../../flow/shape.ts';
import { commitOpening } from '../../label/screening-entry.ts';
import type { Context, Invocation } from '../context.ts';
import { checkInput, parseCount, parseTime, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import { describeFlow, FLOW_COLUMNS, listFlowRows } from '../flow/flow-text.ts';
import { expectShape } from '../gateway-client.ts';
import { parsePurpose } from '../label/purpose.ts';
import { readEntry } from '../label/receipt.ts';
import { parseNetwork } from '../label/screen-input.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

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
  readonly force?: true;
}

const MAX_ADDRESS_TEXT = 1024;
const DRAFT_ENDING = '.draft.md';

export async function followFlow(invocation: Invocation<FollowFlags>): Promise<Outcome> {
  const { context, args, options } = invocation;
  const purpose = parsePurpose(options.purpose);
  const query = await readQuery(context, args[0], options);
  if (options.draftOrders !== undefined && query.direction === 'BACK') {
    throw new CliError('USAGE', '--draft-orders goes forward: going back nothing is held');
  }
  const { client } = await openSession(invocation);
  const { body } = await client.post('/v1/flow/follow', {
    json: query,
    headers: { 'tabellion-purpose': purpose },
    ...(options.asOf !== undefined && {
      query: { asOf: `${parseCount('--as-of', options.asOf)}` },
    }),
  });
  const flow = expectShape(flowAnswer, body);
  checkFlowReceipt(flow, query);
  const written = await writeFiles(flow, options, purpose, context.now());
  const isDraftless =
    options.draftOrders !== undefined && !written.some((file) => file.endsWith(DRAFT_ENDING));
  return {
    document: { purpose, ...flow, ...(written.length > 0 && { written }) },
    text: [
      describeFlow(flow),
      `on record in your member’s journal: ${flow.receipt.position}`,
      ...written.map((file) => `written: ${file}`),
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
  return checkInput(flowQuery, {
    network: /^eip155:\d+$/.test(flags.network) ? flags.network : parseNetwork(flags.network),
    ...(text === undefined ? { transaction: flags.transaction } : { address: text }),
    direction: flags.back ? 'BACK' : 'FORWARD',
    hops: parseCount('--hops', flags.hops),
    nodes: parseCount('--nodes', flags.nodes),
    ...(flags.since !== undefined && { since: parseTime(flags.since) }),
    ...(flags.until !== undefined && { until: parseTime(flags.until) }),
  });
}

/**
 * Whether the entry commits to this question and this answer.
 * @throws CliError `RECEIPT_MISMATCH`.
 */
export function checkFlowReceipt(
  { receipt, ...answer }: ShownFlow,
  asked: { readonly network: string; readonly direction: string; readonly hops: number },
): void {
  const entry = readEntry(receipt.entry);
  const says = (isSame: boolean, what: string) => {
    if (!isSame) throw new CliError('RECEIPT_MISMATCH', `the receipt is of another ${what}`);
  };
  if (entry.kind !== 'SCREENING')
    throw new CliError('RECEIPT_MISMATCH', 'no entry about a question');
  const { address: _address, transaction: _transaction, ...limits } = answer.query;
  const { address: _asked, transaction: _other, ...own } = asked as typeof answer.query;
  says(canonicalText(limits) === canonicalText(own), 'question');
  says(
    commitOpening(encodeFlowOpening(answer.query, receipt.secret)) === entry.commitment,
    'question',
  );
  says(digestFlow(answer, receipt.secret) === entry.answers, 'answer');
  says(entry.height === answer.height, 'height');
}

async function writeFiles(
  flow: ShownFlow,
  { output, csv, draftOrders, force }: FollowFlags,
  purpose: string,
  now: number,
): Promise<string[]> {
  const written: string[] = [];
  const write = async (path: string, bytes: Parameters<typeof writeNewFile>[1]) => {
    await writeNewFile(path, bytes, force === true, 0o600);
    written.push(path);
  };
  if (output !== undefined) await write(output, Buffer.from(`${JSON.stringify(flow, null, 2)}\n`));
  if (csv !== undefined) await write(csv, writeCsv(FLOW_COLUMNS, listFlowRows(flow)));
  if (draftOrders === undefined) return written;
  const drafts = draftFreezing(flow, purpose, now);
  for (const { number, text } of drafts) {
    await write(join(draftOrders, `freeze-${number}${DRAFT_ENDING}`), Buffer.from(text));
  }
  return written;
}
