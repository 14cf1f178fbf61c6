/** `proof export`: the bundle of one item, or of one order, written to a file. */
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { findAnchored } from '../find-anchored.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { exportOrderProof } from './proof-order.ts';

export interface ProofExportOptions {
  readonly order?: string;
  readonly batch?: string;
  readonly index?: string;
  readonly contents?: true;
  /** Commander's form of `--no-batches` and `--no-custody`. */
  readonly batches: boolean;
  readonly custody: boolean;
  readonly output?: string;
  readonly force?: true;
}

export async function exportProof(invocation: Invocation<ProofExportOptions>): Promise<Outcome> {
  const { options, args } = invocation;
  const [file] = args;
  const isLimited = options.contents || !options.batches || !options.custody;
  if (options.order !== undefined) {
    const named = [file, options.batch, options.index].some((each) => each !== undefined);
    if (named) throw new CliError('USAGE', 'give an item or --order, not both');
    return exportOrderProof(invocation, options.order);
  }
  if (isLimited) {
    throw new CliError('USAGE', '--contents, --no-batches and --no-custody go with --order');
  }
  const { client } = await openSession(invocation);
  const [{ batch, index }] = await findAnchored(client, file, options);
  const output = options.output ?? `${file ?? `${batch.slice(0, 16)}-${index}`}.proof.json`;
  const bytes = await client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`);
  await writeNewFile(output, bytes, options.force === true);
  return {
    document: { file: output, batch, index, bytes: bytes.length },
    text: `${output}: proof of item ${index} of batch ${batch}`,
  };
}
