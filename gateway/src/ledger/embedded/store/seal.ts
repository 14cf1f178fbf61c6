/**
 * What an orderly end of the ledger says of its files, so that the next start, and an audit, notice what
 * changed while nobody had them open. The file is always there: while the ledger is open it says so and
 * how many blocks there were. It covers itself by a digest of its own.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes, canonicalText, parseCanonical } from '@tabellion/proof';
import { z } from 'zod';
import { unlessAbsent, writeDurably } from '../../../identity/private-file.ts';
import { LedgerDamage } from '../../damage.ts';
import { digestOf } from './frame.ts';
import { readAt } from './frame-reader.ts';

export const SEAL_FILE = 'seal.json';

/** Bytes that one digest of a sealed file stands for, at least. */
const LEAST_PIECE = 65_536;
/** Digests of one file at most: the seal stays small however large the ledger is. */
const MOST_PIECES = 2048;
const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);

const sealedFile = z.strictObject({
  name: z.string(),
  size: z.int().nonnegative(),
  /** Bytes of each piece but the last; 65,536 in seals of before. */
  piece: z.int().min(LEAST_PIECE).optional(),
  /** SHA-256 of each piece. */
  pieces: z.array(DIGEST),
});
const sealSchema = z.strictObject({
  v: z.literal(1),
  state: z.enum(['open', 'closed']),
  /** Blocks that are on the disk: exactly if closed, at least if open. */
  height: z.int().nonnegative(),
  /** Where the block file ends, if closed. */
  end: z.int().nonnegative(),
  /** SHA-256 of the last block, if closed; empty without a block. */
  tip: z.union([z.literal(''), DIGEST]),
  /** The databases, if closed. */
  files: z.array(sealedFile),
});

export type SealedFile = z.infer<typeof sealedFile>;
export type Seal = z.infer<typeof sealSchema>;

export const openSeal = (height: number): Seal => ({
  ...{ v: 1, state: 'open', height },
  ...{ end: 0, tip: '', files: [] },
});

/** @param databases names of closed files. */
export const closedSeal = (
  directory: string,
  blocks: Pick<Seal, 'height' | 'end' | 'tip'>,
  databases: readonly string[],
): Seal => ({
  ...{ v: 1, state: 'closed', ...blocks },
  files: databases.map((name) => sealFile(directory, name)),
});

/** Durably, in place of the one that is there. */
export async function writeSeal(directory: string, seal: Seal): Promise<void> {
  const sha256 = digestOf(canonicalBytes(seal)).toString('hex');
  await writeDurably(join(directory, SEAL_FILE), canonicalText({ seal, sha256 }));
}

/** Null where there is none. @throws LedgerDamage where it is not as it was written. */
export async function readSeal(directory: string): Promise<Seal | null> {
  const bytes = await unlessAbsent(readFile(join(directory, SEAL_FILE)));
  if (bytes === undefined) return null;
  try {
    const schema = z.strictObject({ seal: sealSchema, sha256: DIGEST });
    const { seal, sha256 } = schema.parse(parseCanonical(bytes));
    if (digestOf(canonicalBytes(seal)).toString('hex') === sha256) return seal;
  } catch (error) {
    throw new LedgerDamage({ file: SEAL_FILE }, 'it cannot be read', error);
  }
  throw new LedgerDamage({ file: SEAL_FILE }, 'it is not as it was written');
}

/** Not while a database has the file open: closing it here would drop the database's locks. */
export function sealFile(directory: string, name: string, wanted?: number): SealedFile {
  const file = openSync(join(directory, name), 'r');
  try {
    const { size } = fstatSync(file);
    const piece = wanted ?? choosePiece(size);
    return { name, size, piece, pieces: [...digestPieces(file, size, piece)] };
  } finally {
    closeSync(file);
  }
}

function choosePiece(size: number): number {
  let piece = LEAST_PIECE;
  while (size > piece * MOST_PIECES) piece *= 2;
  return piece;
}

function* digestPieces(file: number, size: number, piece: number): Generator<string> {
  for (let start = 0; start < size; start += piece) {
    const end = Math.min(start + piece, size);
    const hash = createHash('sha256');
    for (let offset = start; offset < end; offset += LEAST_PIECE) {
      hash.update(readAt(file, offset, Math.min(LEAST_PIECE, end - offset)));
    }
    yield hash.digest('hex');
  }
}

/** Where a file first differs from what was sealed; null where it is the same. */
export function findChange(directory: string, sealed: SealedFile): LedgerDamage | null {
  const { name, piece = LEAST_PIECE } = sealed;
  if (!existsSync(join(directory, name))) return new LedgerDamage({ file: name }, 'it is missing');
  const { pieces, size } = sealFile(directory, name, piece);
  const changed = sealed.pieces.findIndex((digest, index) => digest !== pieces[index]);
  const offset = changed === -1 ? sealed.size : Math.min(changed * piece, size);
  if (changed === -1 && size === sealed.size) return null;
  const what = size === sealed.size ? '' : ` and ${size} bytes long instead of ${sealed.size}`;
  return new LedgerDamage({ file: name, offset }, `changed since the ledger was closed${what}`);
}
