/** Configuration in YAML: a scalar is what its schema asks for and never guessed, no key is ignored. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { IdentityError } from './error.ts';

const MAX_BYTES = 1_048_576;

/** A whole number in plain decimal digits, then held to `schema`. */
export const wholeNumber = <S extends z.ZodType<unknown, number>>(schema: S) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,15})$/, { error: 'must be a whole number in decimal digits' })
    .transform(Number)
    .pipe(schema);

/** `true` or `false`, nothing else: YAML's `yes`, `on` and the like stay text and are refused. */
export const truthValue = z.enum(['true', 'false']).transform((text) => text === 'true');

/**
 * How scalars are read. `failsafe` makes every one a string, so that no MSP ID, version or address turns
 * into a number or a date. `core` (YAML 1.2) is for documents whose schema asks for numbers and strings by
 * turns, and refuses either in place of the other.
 */
type Scalars = 'failsafe' | 'core';

/**
 * Reads one YAML document.
 * @throws IdentityError `CONFIGURATION_INVALID`, naming the file and the path of each wrong field.
 */
export async function readYamlFile<T>(
  file: string,
  schema: z.ZodType<T>,
  scalars: Scalars = 'failsafe',
): Promise<T> {
  const parsed = schema.safeParse(parseYaml(file, await readText(file), scalars));
  if (parsed.success) return parsed.data;
  throw invalid(file, describeFaults(parsed.error.issues));
}

/** Something wrong at one place of a document. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** @throws IdentityError `CONFIGURATION_INVALID` unless the list is empty. */
export function assertFaultless(file: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalid(file, describeFaults(faults));
}

function describeFaults(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => `${fieldPath(path)}: ${message}`).join('; ');
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause) => {
    throw invalid(file, `cannot be read (${cause.code})`, cause);
  });
  if (bytes.length > MAX_BYTES) throw invalid(file, `is longer than ${MAX_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(file, 'is not UTF-8', cause);
  }
}

function parseYaml(file: string, text: string, scalars: Scalars): unknown {
  const document = parseDocument(text, { schema: scalars });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw invalid(file, fault.message.split('\n')[0] ?? fault.code, fault);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw invalid(file, 'aliases are not allowed', cause);
  }
}

/** `members[2].kind`; the document itself is `(document)`. */
function fieldPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? '(document)' : text;
}

function invalid(file: string, fault: string, cause?: unknown): IdentityError {
  return new IdentityError('CONFIGURATION_INVALID', `${file}: ${fault}`, { cause });
}
