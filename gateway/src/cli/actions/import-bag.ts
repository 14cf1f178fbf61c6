/** `import bag`: checks a foreign bag, and lists its payload for `list import`. */
import { toBytePath } from '../../evidence/byte-path.ts';
import { KnownItems } from '../../evidence/tree/known-items.ts';
import { isWeak, readBag } from '../../exchange/bag/read-bag.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { collectItems, writeImportedList } from '../exchange/import-list.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { formatBytes, formatCount } from '../table.ts';

export interface ImportBagFlags {
  readonly output?: string;
  readonly maxBytes?: string;
  readonly maxRatio?: string;
  readonly force?: true;
}

export async function importBag(invocation: Invocation<ImportBagFlags>): Promise<Outcome> {
  const [path = ''] = invocation.args;
  const { output, maxBytes, maxRatio, force } = invocation.options;
  using known = new KnownItems();
  const { add, flush } = collectItems(known);
  const summary = await readBag(
    path,
    ({ name, ...file }) => add({ name: toBytePath(name), ...file }),
    {
      ...(maxBytes !== undefined && { maxBytes: parseCount('--max-bytes', maxBytes) }),
      ...(maxRatio !== undefined && { maxRatio: parseCount('--max-ratio', maxRatio) }),
    },
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new CliError('FILE_UNREADABLE', `cannot read ${path} (${error.code})`, error);
  });
  flush();
  if (output !== undefined) {
    await writeImportedList(known, output, {
      from: 'import bag',
      hint: 'which is meant cannot be known',
      replace: force === true,
    });
  }
  const weak = isWeak(summary);
  return {
    document: { bag: path, ...summary, weak, ...(output !== undefined && { output }) },
    text: [
      `${formatCount(summary.files, 'file')} (${formatBytes(summary.bytes)}) are what the manifests of ${path} say (${summary.algorithms.join(', ')})`,
      ...(weak ? ['only MD5 or SHA-1: that shows accidents, and no change made on purpose'] : []),
      'a bag says nothing of who made it, or when: anchored proofs do',
      ...(output === undefined ? [] : [`listed in ${output}`]),
    ].join('\n'),
  };
}
