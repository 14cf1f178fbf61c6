/** The one place that writes results: text for people, exactly one JSON document with `--json`. */
import { hasPage } from '../explain/lookup.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import type { Failure } from './failure.ts';

export interface Outcome {
  /** What `--json` prints. */
  readonly document: unknown;
  /** What a person reads. */
  readonly text: string;
  /** Without it the command is done (0). */
  readonly exit?: ExitCode;
}

/**
 * JSON of what may come from others, for a terminal as well: JSON escapes C0 itself, and the escapes of
 * the other control characters, which stand in strings only, mean the same to whoever parses it.
 */
export const toPrintableJson = (value: unknown): string => makePrintable(JSON.stringify(value));

/**
 * Text that cannot steer a terminal or hide: control, direction, invisible and tag characters are shown as
 * escapes. Line feeds stay; whatever comes from others (names, problem details) passes here before it is
 * printed.
 */
export function makePrintable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\udb40[\udc00-\udc7f]/g,
    (characters) => characters.split('').map(escapeUnit).join(''),
  );
}

const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const toLine = (text: string): string => (text.endsWith('\n') || text === '' ? text : `${text}\n`);

export function writeOutcome(context: Context, json: boolean, outcome: Outcome): void {
  context.stdout.write(
    json ? `${toPrintableJson(outcome.document)}\n` : toLine(makePrintable(outcome.text)),
  );
}

/** People read failures on stderr; a script that asked for JSON finds its one document on stdout. */
export function writeFailure(context: Context, json: boolean, failure: Failure): void {
  const { code, message } = failure;
  if (json) context.stdout.write(`${toPrintableJson({ error: { code, message } })}\n`);
  else context.stderr.write(toLine(makePrintable(`tabellion: ${code}: ${message}${hint(code)}`)));
}

/** Where to read on; how a command is used is told by its own help. */
const hint = (code: string): string =>
  code !== 'USAGE' && hasPage(code) ? `\n(tabellion explain ${code} says what to do)` : '';
