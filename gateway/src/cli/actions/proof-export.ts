/** `proof export`: the bundle of one item, written to a file. */
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { lookUp } from './evidence.ts';

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
  const { batch, index } = await findPosition(client, file, options);
  const output = options.output ?? `${file ?? `${batch.slice(0, 16)}-${index}`}.proof.json`;
  const bytes = await client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`);
  await writeNewFile(output, bytes, options.force === true);
  return {
    document: { file: output, batch, index, bytes: bytes.length },
    text: `${output}: proof of item ${index} of batch ${batch}`,
  };
}

async function findPosition(
  client: GatewayClient,
  file: string | undefined,
  { batch, index }: ProofExportOptions,
): Promise<{ batch: string; index: number }> {
  if (batch !== undefined && index !== undefined && file === undefined) {
    if (!/^[0-9a-f]{64}$/.test(batch)) throw new CliError('USAGE', '--batch is not a digest');
    return { batch, index: parseCount('--index', index) };
  }
  if (file === undefined || batch !== undefined || index !== undefined) {
    throw new CliError('USAGE', 'give a file, or --batch and --index');
  }
  const { sha256 } = await hashFile(file);
  const items = await lookUp(client, sha256);
  const anchored = items.find((item) => item.batch !== null);
  if (anchored?.batch != null) return { batch: anchored.batch, index: anchored.index };
  if (items.length > 0) {
    throw new CliError('NOT_ANCHORED_YET', `${file} waits for its batch: try again`);
  }
  throw new CliError(
    'NOT_ANCHORED',
    `no item with the content of ${file} was anchored by this member`,
  );
}
