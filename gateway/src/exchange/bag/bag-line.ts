/** `tabellion/items.ndjson`: which file of the payload which proofs belong to, a line each. */
import { z } from 'zod';

/** Where our own tag files stand. */
export const TAGS = 'tabellion/';
export const LINES = `${TAGS}items.ndjson`;

const proofName = (folder: string) =>
  z.string().regex(new RegExp(`^${TAGS}${folder}/[0-9]{6,}\\.`));

export const bagLine = z.strictObject({
  payload: z.string(),
  /** The anchored name's exact bytes, base64url. */
  path: z.string(),
  sha256: z.string(),
  /** Absent where whoever made the bag had the chain of custody only. */
  proof: proofName('proofs').optional(),
  /** Absent where no custody of it was opened. */
  custody: proofName('custody').optional(),
});
export type BagLine = z.infer<typeof bagLine>;
