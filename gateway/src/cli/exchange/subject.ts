/** What is to be exported, and what is told of it. */
import { EXIT } from '../../explain/exit-code.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { formatCount } from '../table.ts';
import type { AcquisitionSource } from './export-source.ts';

export interface ExportOptions {
  readonly acquisition?: string;
  readonly item?: string;
  readonly output: string;
  readonly force?: true;
}

/** @throws CliError `USAGE` unless exactly one is given. */
export function pickSubject({ acquisition, item }: ExportOptions) {
  if (acquisition !== undefined && item === undefined) return { acquisition };
  if (item !== undefined && acquisition === undefined) return { item };
  throw new CliError('USAGE', 'give one of --acquisition and --item');
}

/** Items that could not be had are told, and end the command with 3: what is absent is not empty. */
export function describeExport(
  { batches, withoutItems }: AcquisitionSource,
  document: Readonly<Record<string, unknown>>,
  text: string,
): Outcome {
  const missing = `INCOMPLETE: your member holds no manifest of ${formatCount(withoutItems, 'batch', 'batches')}, whose items are not in it`;
  return {
    document: { ...document, batches: batches.length, batchesWithoutItems: withoutItems },
    text: withoutItems === 0 ? text : `${text}\n${missing}`,
    exit: withoutItems === 0 ? EXIT.done : EXIT.incomplete,
  };
}
