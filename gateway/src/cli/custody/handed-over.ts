/** What comes with an item off the ledger: its commitment, and its content. */
import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import {
  type Committed,
  custodyBundle,
  extractCommitted,
  MAX_BUNDLE_BYTES,
  parseStrict,
  readCommitted,
} from '@tabellion/proof';
import { z } from 'zod';
import { isNamedBy } from '../../custody/named.ts';
import { readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';

export interface HandedOver {
  /** Exact bytes of the commitment. */
  readonly bytes: Uint8Array;
  readonly committed: Committed;
}

/**
 * @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`; `COMMITMENT_MISSING` for a proof of custody that
 * goes without.
 */
export async function readHandedOver(path: string): Promise<HandedOver> {
  const handed = await findHandedOver(path);
  if (handed !== undefined) return handed;
  const text = `${path} proves custody without the item’s commitment; it was made without --commitment`;
  throw new CliError('COMMITMENT_MISSING', text);
}

/** Undefined where the file is a proof of custody without one. @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export const findHandedOver = (path: string): Promise<HandedOver | undefined> =>
  readCarrier(path, (file) => (isBare(file) ? undefined : readBundleBytes(file)));

/** A content's commitment need not travel with its chain. */
function isBare(file: Uint8Array): boolean {
  const bundle = custodyBundle.safeParse(parseStrict(file, { maxBytes: MAX_BUNDLE_BYTES }));
  return bundle.success && bundle.data.commitment === undefined;
}

/** What a file that carries an item says. @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export async function readCarrier<T>(path: string, parse: (file: Uint8Array) => T): Promise<T> {
  const file = await readSmallFile(path, MAX_BUNDLE_BYTES);
  try {
    return parse(file);
  } catch (error) {
    const isCoded = error instanceof Error && 'code' in error;
    if (!isCoded && !(error instanceof z.ZodError)) throw error;
    throw new CliError('FILE_MALFORMED', `${path} carries no commitment of an item`, error);
  }
}

/** Bytes as a proof export or `committedBytes` gave them: what the item is committed to by. */
export function readBundleBytes(file: Uint8Array): HandedOver {
  const bytes = extractCommitted(file);
  return { bytes, committed: readCommitted(bytes) };
}

/** The commitment of the item that the record began. @throws also CliError `COMMITMENT_OF_OTHER_ITEM`. */
export async function readCommitmentOf(
  record: Pick<ItemRecord, 'item' | 'act'>,
  path: string,
): Promise<HandedOver> {
  const handed = await readHandedOver(path);
  if (isNamedBy(record, handed.bytes)) return handed;
  throw new CliError('COMMITMENT_OF_OTHER_ITEM', `${path} is of another item than ${record.item}`);
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
 * @param readOpening the item's own record, which says who began it.
 * @throws CliError `COMMITMENT_OF_OTHER_ITEM`, `CONTENT_DIFFERS` unless that is to be put on record.
 */
export async function checkContent(
  readOpening: () => Promise<Pick<ItemRecord, 'item' | 'act'>>,
  { bundle, file, recordDifference }: CheckFlags,
): Promise<Checked> {
  if (bundle === undefined) {
    if (file === undefined) return 'NOT_CHECKED';
    throw new CliError('USAGE', 'give --bundle too: without it nothing says what the content was');
  }
  const { committed } = await readCommitmentOf(await readOpening(), bundle);
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
