/** Which item is meant: people have its digits, or a file that came with it. */
import { stat } from 'node:fs/promises';
import { itemRecord } from '@tabellion/chaincode/custody/record';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import {
  compactBundle,
  custodyBundle,
  fromBase64url,
  itemId,
  leafHash,
  parseStrict,
  toHex,
} from '@tabellion/proof';
import { z } from 'zod';
import type { ItemSummary } from '../../custody/item-list.ts';
import { itemSummary } from '../../custody/shape.ts';
import { CliError } from '../failure.ts';
import { listAll } from '../page.ts';
import type { Session } from '../session.ts';
import { readCarrier, readHandedOver } from './handed-over.ts';

const proof = z.discriminatedUnion('kind', [compactBundle, custodyBundle]);

/**
 * Names an item by its 64 digits or by the file that was handed over with it. A proof says of which
 * member the item is. A bare commitment does not: then the item that the ledger has is meant, the own
 * member's before others'.
 * @throws CliError `USAGE`, `FILE_UNREADABLE`, `FILE_MALFORMED`; `ITEM_AMBIGUOUS` where several other
 * members have an item of this commitment.
 */
export async function resolveItem(session: Session, what: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(what)) return what;
  const isFile = await stat(what).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) {
    throw new CliError('USAGE', `${what} is neither an item (64 digits) nor the file of one`);
  }
  const named = await readCarrier(what, nameByProof);
  return named ?? findByLeaf(session, what, leafHash((await readHandedOver(what)).bytes));
}

/** From what stands in it, nothing of which is verified here; undefined for what is no proof. */
function nameByProof(file: Uint8Array): string | undefined {
  const value = parseStrict(file);
  if ((value as { type?: unknown } | null)?.type !== 'tabellion.proof') return undefined;
  const bundle = proof.parse(value);
  if (bundle.kind === 'custody') return itemRecord.parse(readRecord(bundle.opening)).item;
  // Who anchored it is the only one that can open its custody.
  const { act } = batchRecord.parse(readRecord(bundle.record));
  return itemId(act.member, leafHash(fromBase64url(bundle.commitment)));
}

const readRecord = (text: string) => parseStrict(fromBase64url(text));

async function findByLeaf(
  { client, settings }: Session,
  what: string,
  leaf: Uint8Array,
): Promise<string> {
  const schema = itemSummary as z.ZodType<ItemSummary>;
  const { items } = await listAll(client, '/v1/custody/items', schema, { leaf: toHex(leaf) });
  const found = items.map(({ record }) => record);
  const own = found.find(({ act }) => act.member === settings?.mspId);
  const [meant = own, ...others] = own === undefined ? found : [own];
  if (meant === undefined) {
    throw new CliError('ITEM_NOT_OPENED', `no custody was opened of what ${what} describes`);
  }
  if (others.length === 0) return meant.item;
  const choice = found.map(({ item, act }) => `  ${item}  begun by ${act.member}`);
  throw new CliError(
    'ITEM_AMBIGUOUS',
    [
      `${found.length} items have the commitment of ${what}; give the digits of one:`,
      ...choice,
    ].join('\n'),
  );
}
