/** What comes with an item off the ledger: its commitment, and its content. */
import { stat } from 'node:fs/promises';
import { type Committed, extractCommitted, itemIdOf, readCommitted } from '@tabellion/proof';
import { z } from 'zod';
import { readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';

const MAX_BYTES = 16 << 20;

export interface HandedOver {
  /** The item's name on the ledger, computed from the commitment. */
  readonly item: string;
  readonly committed: Committed;
}

/** @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export async function readHandedOver(path: string): Promise<HandedOver> {
  const file = await readSmallFile(path, MAX_BYTES);
  try {
    return readBundleBytes(file);
  } catch (error) {
    const isCoded = error instanceof Error && 'code' in error;
    if (!isCoded && !(error instanceof z.ZodError)) throw error;
    throw new CliError('FILE_MALFORMED', `${path} carries no commitment of an item`, error);
  }
}

/** Bytes as a proof export or `committedBytes` gave them: what the item is committed to by. */
export function readBundleBytes(file: Uint8Array): HandedOver {
  const bytes = extractCommitted(file);
  return { item: itemIdOf(bytes), committed: readCommitted(bytes) };
}

/** Names an item by its 64 digits or by the file that was handed over with it. */
export async function resolveItem(what: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(what)) return what;
  const isFile = await stat(what).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return (await readHandedOver(what)).item;
  throw new CliError('USAGE', `${what} is neither an item (64 digits) nor the file of one`);
}

export interface CheckFlags {
  readonly bundle?: string;
  readonly file?: string;
  readonly recordDifference?: true;
}

export type Checked = 'MATCHES' | 'DIFFERS' | 'NOT_CHECKED';

/**
 * Compares content with the commitment, after that was found to be the item's own. What was not hashed
 * here and now is NOT_CHECKED, whoever says what of it.
 * @throws CliError `COMMITMENT_OF_OTHER_ITEM`, `CONTENT_DIFFERS` unless that is to be put on record.
 */
export async function checkContent(
  item: string,
  { bundle, file, recordDifference }: CheckFlags,
): Promise<Checked> {
  if (bundle === undefined) {
    if (file === undefined) return 'NOT_CHECKED';
    throw new CliError('USAGE', 'give --bundle too: without it nothing says what the content was');
  }
  const { committed, item: named } = await readHandedOver(bundle);
  if (named !== item) {
    throw new CliError('COMMITMENT_OF_OTHER_ITEM', `${bundle} is of another item: ${named}`);
  }
  if (file === undefined) return 'NOT_CHECKED';
  if (committed.type === 'tabellion.exhibit') {
    throw new CliError('USAGE', 'an exhibit is a thing: it has no content to hash');
  }
  const { sha256, size } = await hashFile(file);
  if (sha256 === committed.digest.sha256 && size === committed.size) return 'MATCHES';
  if (recordDifference) return 'DIFFERS';
  throw new CliError(
    'CONTENT_DIFFERS',
    `${file} is not the content that was committed to; nothing was recorded (--record-difference puts it on record)`,
  );
}
