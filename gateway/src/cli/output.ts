/** The one place that writes results: text for people, exactly one JSON document with `--json`. */

import type { ExitCode } from '../explain/exit-code.ts';
import { hasPage } from '../explain/lookup.ts';
import { makePrintable, toPrintableJson } from '../text/printable.ts';
import type { Context } from './context.ts';
import type { Failure } from './failure.ts';

export interface Outcome {
  /** What `--json` prints. */
  readonly document: unknown;
  /** What a person reads. */
  readonly text: string;
  /** Without it the command is done (0). */
  readonly exit?: ExitCode;
}

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
