/** Files of receipts, openings and proofs, read line by line. */
import { createReadStream } from 'node:fs';
import { JsonError, parseCanonical } from '@tabellion/proof';
import type { z } from 'zod';
import { readTextLines } from '../../label/format/text-lines.ts';
import { CliError } from '../failure.ts';
import { type KeptProof, keptProof, keptQuestion } from './form.ts';

/** Longest line of a file of receipts: a thousand answers, or 32 buckets. */
export const MAX_RECEIPT_BYTES = 64 << 20;

/** @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export const readReceipts = (file: string) => readLines(file, keptQuestion, 'receipt');

/** By position. @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export async function readProofs(file: string): Promise<ReadonlyMap<number, KeptProof>> {
  const proofs = new Map<number, KeptProof>();
  for await (const proof of readLines(file, keptProof, 'proof')) proofs.set(proof.position, proof);
  return proofs;
}

async function* readLines<T>(
  file: string,
  schema: z.ZodType<T>,
  what: string,
): AsyncGenerator<T, void, undefined> {
  let isEmpty = true;
  for await (const { line, text } of readTextLines(readChunks(file), MAX_RECEIPT_BYTES)) {
    const parsed = schema.safeParse(parseLine(text));
    if (!parsed.success) throw new CliError('FILE_MALFORMED', `line ${line} is no ${what}`);
    isEmpty = false;
    yield parsed.data;
  }
  if (isEmpty) throw new CliError('FILE_MALFORMED', `${file} holds no ${what}`);
}

async function* readChunks(file: string) {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `cannot read ${file} (${code})`, error);
  }
}

/** Undefined for what is no canonical JSON. */
export function parseLine(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseCanonical(Buffer.from(text), { maxBytes: MAX_RECEIPT_BYTES, maxDepth: 16 });
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
