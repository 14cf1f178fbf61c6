/** `order form`: an order as a document for people, with what the own member may read of it. */
import { orderId } from '@tabellion/chaincode/order/record';
import type { Party } from '@tabellion/chaincode/order/vocabulary';
import type { Language } from '../../explain/area.ts';
import { renderHtml } from '../../report/html.ts';
import { buildOrderForm } from '../../report/order-form.ts';
import type { Invocation } from '../context.ts';
import { checkInput } from '../document.ts';
import { CliError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';
import { readOwnCopies } from '../order/own-copies.ts';
import type { Outcome } from '../output.ts';
import { askMember, readReferences } from '../registers.ts';
import { chooseFormat } from '../report-format.ts';
import { openSession } from '../session.ts';
import { readOrder, readSteps } from './order.ts';

export interface OrderFormOptions {
  readonly party?: 'addressee' | 'enforcing' | 'issuer';
  readonly out?: string;
  readonly lang: Language;
  readonly force?: true;
}

const REGISTERS = ['orderProfile', 'calendar', 'legalBasis'] as const;

export async function writeOrderForm(invocation: Invocation<OrderFormOptions>): Promise<Outcome> {
  const { options, args } = invocation;
  const id = checkInput(orderId, args[0]);
  const out = options.out ?? `${id.slice(0, 16)}.order.pdf`;
  const format = chooseFormat(out);
  const { client } = await openSession(invocation);
  const { order, head } = await readOrder(client, id);
  const own = findSide(order.record, await askMember(client));
  const party = (options.party?.toUpperCase() as Party | undefined) ?? own;
  if (own !== party && own !== 'ISSUER') {
    throw new CliError('BAD_INPUT', `--party: the own member is the ${own.toLowerCase()}`);
  }
  const copies = await readOwnCopies(client, id);
  const report = buildOrderForm({
    ...{ order: order.record, head: head.record, party, language: options.lang },
    steps: (await readSteps(client, id)).map(({ record }) => record),
    copies: party === 'ISSUER' ? copies : copies.filter((copy) => copy.for === party),
    references: await readReferences(client, REGISTERS),
  });
  const bytes =
    format === 'html'
      ? renderHtml(report)
      : await (await import('../../report/pdf/render.ts')).renderPdf(report);
  await writeNewFile(out, bytes, options.force === true);
  return {
    document: {
      ...{ file: out, order: id, party, format, language: options.lang },
      bytes: bytes.length,
    },
    text: `${out}: order ${id}, as the ${party.toLowerCase()} may see it`,
  };
}

/** @throws CliError `BAD_INPUT` for a member that is no party: it has nothing to fill a form with. */
function findSide(
  order: { act: { member: string }; addressee: string; enforcing?: string | undefined },
  member: string,
): Party {
  if (order.act.member === member) return 'ISSUER';
  if (order.addressee === member) return 'ADDRESSEE';
  if (order.enforcing === member) return 'ENFORCING';
  throw new CliError('BAD_INPUT', 'the own member is no party of the order: use order show');
}
