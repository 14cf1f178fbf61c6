/** `import dfxml`: the files of a DFXML as a list that `list import` takes. */

import { KnownItems } from '../../evidence/tree/known-items.ts';
import { type DfxmlOmission, readDfxml } from '../../exchange/dfxml/read-dfxml.ts';
import { EXIT } from '../../explain/exit-code.ts';
import type { Invocation } from '../context.ts';
import { collectItems, writeImportedList } from '../exchange/import-list.ts';
import { CliError } from '../failure.ts';
import { readFileChunks } from '../known-source.ts';
import type { Outcome } from '../output.ts';
import { formatCount } from '../table.ts';

export interface DfxmlFlags {
  readonly partition?: string;
  readonly unallocated?: true;
  readonly output: string;
  readonly force?: true;
}

/** Omissions told one by one; all are counted. */
const SHOWN = 100;

export async function importDfxml(invocation: Invocation<DfxmlFlags>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const [file = ''] = args;
  const { partition, unallocated, output, force } = options;
  using known = new KnownItems();
  const { add, flush } = collectItems(known);
  const omitted: { name: string; why: DfxmlOmission }[] = [];
  const counts: Partial<Record<DfxmlOmission, number>> = {};
  let notFiles = 0;
  const reading = readDfxml(readFileChunks(file), { partition, unallocated: unallocated === true });
  for await (const group of reading) {
    context.signal.throwIfAborted();
    for (const one of group.files) add(one);
    for (const one of group.omitted) {
      counts[one.why] = (counts[one.why] ?? 0) + 1;
      if (omitted.length < SHOWN) omitted.push(one);
    }
    notFiles += group.notFiles;
  }
  flush();
  const left = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (known.count === 0) {
    throw new CliError('NOTHING_TO_LIST', `${file} has no file with name, size and SHA-256`);
  }
  await writeImportedList(known, output, {
    from: 'import dfxml',
    hint: 'choose one with --partition, or leave --unallocated out',
    replace: force === true,
  });
  return {
    document: { output, files: known.count, notFiles, omitted: counts, examples: omitted },
    text: [
      ...omitted.map(({ name, why }) => `NOT LISTED: ${why}: ${JSON.stringify(name)}`),
      ...(left > omitted.length ? [`… and ${left - omitted.length} more`] : []),
      `${formatCount(known.count, 'file')} listed in ${output}; ${notFiles} directories, links and the like are not`,
      ...(left === 0 ? [] : [`INCOMPLETE: ${formatCount(left, 'file')} not listed`]),
    ].join('\n'),
    exit: left === 0 ? EXIT.done : EXIT.incomplete,
  };
}
