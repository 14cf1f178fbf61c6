/** Items as systems send them: one JSON document, or one a line (NDJSON). */
import { digestHex, timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import { parseBody } from './body.ts';
import type { ItemInput } from './deps.ts';
import { Problem } from './problem.ts';
import { base64urlBytes } from './schema.ts';

export const NDJSON = 'application/x-ndjson';
const MAX_PATH = 16_384;
const LINE_LIMITS = { maxBytes: 65_536, maxDepth: 4 };

/** `path` is the UTF-8 text of a path or identifier; `pathBase64url` holds other bytes. */
export const item = z
  .strictObject({
    kind: z.enum(['message', 'row', 'file']).default('message'),
    sha256: digestHex,
    sha1: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    md5: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    size: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    mediaType: z.string().min(1).max(127).optional(),
    path: z.string().min(1).max(MAX_PATH).optional(),
    pathBase64url: base64urlBytes(MAX_PATH).optional(),
    exhibit: z.string().min(1).max(64).optional(),
    seal: z.string().min(1).max(64).optional(),
    modifiedAt: timestamp.optional(),
    collectedAt: timestamp.optional(),
  })
  .refine((value) => (value.path === undefined) !== (value.pathBase64url === undefined), {
    error: 'give either path or pathBase64url',
  })
  .meta({ id: 'Item' });
export type ItemBody = z.output<typeof item>;

export function toItemInput({ path, pathBase64url, ...facts }: ItemBody): ItemInput {
  // What was not given is not there: JSON holds no undefined, nor does the schema add any.
  return { ...facts, path: pathBase64url ?? Buffer.from(path!) } as ItemInput;
}

/**
 * The items of an NDJSON body, those that came together in one group; the last line may lack its line
 * feed. What stands before a bad line is yielded first. @throws Problem, JsonError.
 */
export async function* readItems(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly ItemInput[]> {
  for await (const lines of splitLines(body)) {
    const items: ItemInput[] = [];
    try {
      for (const line of lines) items.push(toItemInput(parseBody(line, item, LINE_LIMITS)));
    } catch (error) {
      if (items.length > 0) yield items;
      throw error;
    }
    yield items;
  }
}

/** The lines of a stream, those that came together in one group; the last may lack its line feed. */
export async function* splitLines(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Uint8Array[]> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      lines.push(bytes.subarray(start, end));
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    rest = bytes.subarray(start);
    if (rest.length > LINE_LIMITS.maxBytes) throw new Problem('TOO_LARGE', 'a line is too long');
  }
  if (rest.length > 0) yield [rest];
}
