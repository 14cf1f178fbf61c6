/**
 * `proof custody`: the whole chain of custody of one item, written to a file. The chain comes from the
 * gateway; the commitment, which it does not give, from whoever has it.
 */
import { addCommitment, committedBytes } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { readHandedOver, resolveItem } from '../custody/handed-over.ts';
import { CliError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface CustodyProofOptions {
  readonly commitment?: string;
  readonly output?: string;
  readonly force?: true;
}

export async function exportCustodyProof(
  invocation: Invocation<CustodyProofOptions>,
): Promise<Outcome> {
  const { options, args } = invocation;
  const item = await resolveItem(args[0] as string);
  const commitment =
    options.commitment === undefined ? undefined : await readCommitment(options.commitment, item);
  const { client } = await openSession(invocation);
  const chain = await client.getBytes(`/v1/custody/items/${item}/proof`);
  const bytes = commitment === undefined ? chain : addCommitment(chain, commitment);
  const output = options.output ?? `${item.slice(0, 16)}.custody.json`;
  await writeNewFile(output, bytes, options.force === true);
  return {
    document: { file: output, item, bytes: bytes.length, commitment: commitment !== undefined },
    text: `${output}: proof of the chain of custody of ${item}`,
  };
}

async function readCommitment(path: string, item: string): Promise<Uint8Array> {
  const { item: named, committed } = await readHandedOver(path);
  if (named !== item) {
    throw new CliError('COMMITMENT_OF_OTHER_ITEM', `${path} is of another item: ${named}`);
  }
  return committedBytes(committed);
}
