/** `order receive|withdraw`: the same step of many orders, each signed and told by itself. */
import { orderId, type StepVerb } from '@tabellion/chaincode/order/record';
import { EXIT } from '../../explain/exit-code.ts';
import { orderSummary } from '../../order/shape.ts';
import type { Acted } from '../act.ts';
import type { Context, Invocation } from '../context.ts';
import { checkInput, parseTime, readText } from '../document.ts';
import { CliError, describeFailure } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { openSession, type Session } from '../session.ts';
import { formatCount, formatTable } from '../table.ts';
import { takeStep } from './order.ts';

/** Orders of one command, and what their list may take. */
const MAX_ORDERS = 1000;
const MAX_LIST_BYTES = 65_536;

export interface BulkFlags {
  readonly reason: string;
  readonly file?: string;
}

type Result =
  | { readonly order: string; readonly txId: string; readonly status: unknown }
  | { readonly order: string; readonly error: { readonly code: string; readonly message: string } };

export async function receiveOrders(
  invocation: Invocation<BulkFlags & { readonly all?: true; readonly received?: string }>,
): Promise<Outcome> {
  const { context, options } = invocation;
  const { received, reason, all } = options;
  const receivedAt = received === undefined ? context.now() : parseTime(received);
  const session = await openSession(invocation);
  const named = await listNamed(invocation);
  if (all && named.length > 0)
    throw new CliError('USAGE', 'name orders, or take --all that wait to be received');
  const orders = all ? await listServed(session) : atLeastOne(named);
  return takeEach(orders, session.signal, takerOf(session, 'receive', { receivedAt, reason }));
}

export async function withdrawOrders(invocation: Invocation<BulkFlags>): Promise<Outcome> {
  const session = await openSession(invocation);
  const orders = atLeastOne(await listNamed(invocation));
  const { reason } = invocation.options;
  return takeEach(orders, session.signal, takerOf(session, 'withdraw', { reason }));
}

async function listNamed(invocation: Invocation<BulkFlags>): Promise<string[]> {
  const { context, args, options } = invocation;
  const listed = options.file === undefined ? [] : await readList(context, options.file);
  const orders = [...new Set([...args, ...listed])].map((id) => checkInput(orderId, id));
  if (orders.length > MAX_ORDERS)
    throw new CliError('USAGE', `at most ${MAX_ORDERS} orders at once`);
  return orders;
}

function atLeastOne(orders: readonly string[]): readonly string[] {
  if (orders.length === 0) throw new CliError('USAGE', 'name orders, or give a --file of them');
  return orders;
}

/** One a line. */
async function readList(context: Context, file: string): Promise<string[]> {
  const text = await readText(context, file, MAX_LIST_BYTES);
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** Those that wait for the caller to receive them. */
async function listServed({ client }: Session): Promise<string[]> {
  const query = { scope: 'AWAITED', side: 'ADDRESSEE', status: 'SERVED', limit: '200' };
  const { items } = await listAll(client, '/v1/order/orders', orderSummary, query);
  return items.map(({ record }) => record.id);
}

type Take = (order: string) => Promise<Pick<Acted, 'txId' | 'record'>>;

const takerOf =
  (session: Session, verb: StepVerb, says: object): Take =>
  (order) =>
    takeStep(session, order, { verb, says });

/** One that fails stops no other; an interruption stops them all, and what was done until then is told. */
export async function takeEach(
  orders: readonly string[],
  signal: AbortSignal,
  take: Take,
  most: number = MAX_ORDERS,
): Promise<Outcome> {
  const results: Result[] = [];
  for (const order of orders.slice(0, most)) {
    if (signal.aborted) break;
    try {
      const { txId, record } = await take(order);
      results.push({ order, txId, status: record.status });
    } catch (error) {
      const { code, message } = describeFailure(error);
      results.push({ order, error: { code, message } });
    }
  }
  const left = orders.slice(results.length);
  const failed = results.filter((result) => 'error' in result).length;
  const rows = results.map((result) =>
    'error' in result
      ? [result.order, result.error.code, result.error.message]
      : [result.order, `${result.status}`, result.txId],
  );
  const text = rows.length === 0 ? 'no orders' : formatTable(['ORDER', 'RESULT', ''], rows);
  return {
    document: { results, failed, left },
    text: left.length === 0 ? text : `${text}\n\n${formatCount(left.length, 'order')} not tried`,
    ...(failed + left.length > 0 && { exit: EXIT.error }),
  };
}
