/** `proof export`: the bundle of one item, written to a file. */
import type { Invocation } from '../context.ts';
import { findAnchored } from '../find-anchored.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface ProofExportOptions {
  readonly batch?: string;
  readonly index?: string;
  readonly output?: string;
  readonly force?: true;
}

export async function exportProof(invocation: Invocation<ProofExportOptions>): Promise<Outcome> {
  const { options, args } = invocation;
  const { client } = await openSession(invocation);
  const [file] = args;
  const [{ batch, index }] = await findAnchored(client, file, options);
  const output = options.output ?? `${file ?? `${batch.slice(0, 16)}-${index}`}.proof.json`;
  const bytes = await client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`);
  await writeNewFile(output, bytes, options.force === true);
  return {
    document: { file: output, batch, index, bytes: bytes.length },
    text: `${output}: proof of item ${index} of batch ${batch}`,
  };
}
