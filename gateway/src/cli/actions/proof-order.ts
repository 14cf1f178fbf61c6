/**
 * `proof export --order`: the proof of one order, written to a file. The gateway gives what is on the ledger;
 * what a party was given to read it alone puts in.
 */
import { orderId } from '@tabellion/chaincode/order/record';
import { addContents, canonicalBytes } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { checkInput } from '../document.ts';
import { CliError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';
import { readOwnCopies } from '../order/own-copies.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import type { ProofExportOptions } from './proof-export.ts';

export async function exportOrderProof(
  invocation: Invocation<ProofExportOptions>,
  named: string,
): Promise<Outcome> {
  const { options } = invocation;
  const order = checkInput(orderId, named);
  const { client } = await openSession(invocation);
  const query = { batches: String(options.batches), custody: String(options.custody) };
  const recorded = await client.getBytes(`/v1/order/orders/${order}/proof`, { query });
  const own = options.contents ? await readOwnCopies(client, order) : [];
  if (options.contents && own.length === 0) {
    throw new CliError('BAD_INPUT', '--contents: the own member was given nothing of it to read');
  }
  const copies = own.map((copy) => canonicalBytes(copy));
  const bytes = copies.length === 0 ? recorded : addContents(recorded, copies);
  const output = options.output ?? `${order.slice(0, 16)}.order.json`;
  await writeNewFile(output, bytes, options.force === true);
  const contents = copies.length;
  return {
    document: { file: output, order, bytes: bytes.length, contents },
    text: [
      `${output}: proof of order ${order}`,
      contents === 0
        ? 'what its parties were given to read is not in it'
        : 'it holds what was given to be read: hand it on only to whom that may be shown',
    ].join('\n'),
  };
}
