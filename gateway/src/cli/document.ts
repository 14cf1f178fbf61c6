/** JSON that people hand to a command, by file or standard input, and times that they type. */
import { readFile } from 'node:fs/promises';
import { JsonError, parseStrict } from '@tabellion/proof';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Context } from './context.ts';
import { CliError } from './failure.ts';

const MAX_BYTES = 1 << 20;

/** @param source a path, or `-` for standard input; JSON, or YAML where the name ends so. */
export async function readDocument({ stdin }: Context, source: string): Promise<unknown> {
  const bytes =
    source === '-' ? await readAll(stdin, MAX_BYTES) : await readSmallFile(source, MAX_BYTES);
  if (/\.ya?ml$/i.test(source)) return parseYaml(source, bytes);
  try {
    return parseStrict(bytes, { maxBytes: MAX_BYTES });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CliError('BAD_INPUT', `${source}: ${error.message}`, error);
  }
}

/** A JSON object, from a path or `-`. @throws as {@link readDocument}. */
export async function readObject(
  context: Context,
  source: string,
): Promise<Record<string, unknown>> {
  const document = await readDocument(context, source);
  if (typeof document === 'object' && document !== null && !Array.isArray(document))
    return document as Record<string, unknown>;
  throw new CliError('BAD_INPUT', `${source} holds no JSON object`);
}

/** YAML 1.2: NO is a text, and not false. */
function parseYaml(source: string, bytes: Uint8Array): unknown {
  const document = parseDocument(Buffer.from(bytes).toString('utf8'), { schema: 'core' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw new CliError('BAD_INPUT', `${source}: ${fault.message.split('\n')[0]}`, fault);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new CliError('BAD_INPUT', `${source}: aliases are not allowed`, error);
  }
}

/**
 * @param source a path, or `-` for standard input.
 * @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`, `BAD_INPUT`.
 */
export async function readText({ stdin }: Context, source: string, limit: number): Promise<string> {
  const bytes = source === '-' ? await readAll(stdin, limit) : await readSmallFile(source, limit);
  return Buffer.from(bytes).toString('utf8');
}

async function readAll(stream: NodeJS.ReadableStream, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) {
      throw new CliError('BAD_INPUT', `standard input is longer than ${limit} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** @throws CliError `FILE_UNREADABLE`, or `FILE_MALFORMED` where it is longer than it may be. */
export async function readSmallFile(path: string, limit: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `cannot read ${path}`, error);
  }
  if (bytes.length > limit) throw new CliError('FILE_MALFORMED', `${path} is too long`);
  return bytes;
}

/** Holds input to its schema and names every field that does not fit, before anything is sent. */
export function checkInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(
    ({ path, message }) => `  ${path.map(String).join('.') || 'input'}: ${message}`,
  );
  throw new CliError('BAD_INPUT', ['the input does not fit:', ...lines].join('\n'));
}

/** Milliseconds since 1970 of an RFC 3339 time; the zone must be said. */
export function parseTime(text: string): number {
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
  const time = pattern.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new CliError('USAGE', `${text} is not a time such as 2026-11-22T15:00:00+08:00`);
  }
  return time;
}

/** Digits by which something is named. @param what for example `a grant`. */
export function parseDigits(what: string, digits: 32 | 64, text: string | undefined): string {
  if (text?.length === digits && /^[0-9a-f]+$/.test(text)) return text;
  throw new CliError('USAGE', `${what} is named by ${digits} hexadecimal digits`);
}

export function parseCount(name: string, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new CliError('USAGE', `${name} is not a whole number`);
  return value;
}
