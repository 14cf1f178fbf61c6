/** `screen prove-receipt`: the way of each receipt's entry to the ledger, for `screen verify-receipt`. */
import '@tabellion/proof/node';
import { entryProof } from '../../journal/shape.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { readReceipts } from '../receipt/file.ts';
import { encodeKept } from '../receipt/form.ts';
import { openSession } from '../session.ts';
import { formatCount } from '../table.ts';

export interface ProveReceiptFlags {
  readonly output?: string;
  readonly force?: true;
}

export async function proveReceipt(invocation: Invocation<ProveReceiptFlags>): Promise<Outcome> {
  const { args, options } = invocation;
  const { output } = options;
  if (output === undefined) throw new CliError('USAGE', 'say with -o where the proofs go');
  const [file = ''] = args;
  const { client } = await openSession(invocation);
  const proofs: { readonly position: number; readonly batch: string }[] = [];
  const lines: Uint8Array[] = [];
  for await (const { position, entry } of readReceipts(file)) {
    const { body } = await client.get(`/v1/journal/${position}/proof`);
    const proof = expectShape(entryProof, body);
    if (proof.entry !== entry) {
      throw new CliError('RECEIPT_MISMATCH', `the journal has another entry at ${position}`);
    }
    lines.push(encodeKept({ type: 'tabellion.entry-proof', position, ...proof }));
    proofs.push({ position, batch: proof.batch });
  }
  await writeNewFile(output, lines, options.force === true);
  return {
    document: { output: output, proofs },
    text: `${formatCount(proofs.length, 'proof')} written to ${output}`,
  };
}
