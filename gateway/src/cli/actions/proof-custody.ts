/**
 * `proof custody`: the whole chain of custody of one item, written to a file. The chain comes from the
 * gateway; the commitment, which it does not give, from whoever has it.
 */
import { itemRecord } from '@tabellion/chaincode/custody/record';
import {
  addCommitment,
  custodyBundle,
  fromBase64url,
  MAX_BUNDLE_BYTES,
  parseStrict,
} from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { readCommitmentOf } from '../custody/handed-over.ts';
import { resolveItem } from '../custody/item-name.ts';
import { expectShape } from '../gateway-client.ts';
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
  const session = await openSession(invocation);
  const item = await resolveItem(session, args[0] as string);
  const chain = await session.client.getBytes(`/v1/custody/items/${item}/proof`);
  const { commitment } = options;
  const bytes = commitment === undefined ? chain : await complete(chain, item, commitment);
  const output = options.output ?? `${item.slice(0, 16)}.custody.json`;
  await writeNewFile(output, bytes, options.force === true);
  return {
    document: { file: output, item, bytes: bytes.length, commitment: commitment !== undefined },
    text: `${output}: proof of the chain of custody of ${item}`,
  };
}

/** The chain with the commitment of the item that was asked for, whatever item the chain says it is of. */
async function complete(chain: Uint8Array, item: string, path: string): Promise<Uint8Array> {
  const { opening } = expectShape(
    custodyBundle,
    parseStrict(chain, { maxBytes: MAX_BUNDLE_BYTES }),
  );
  const { act } = expectShape(itemRecord, parseStrict(fromBase64url(opening)));
  const { bytes } = await readCommitmentOf({ item, act }, path);
  return addCommitment(chain, bytes);
}
