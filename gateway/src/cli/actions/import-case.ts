/** `import case`: a foreign CASE file as a draft for `acquire` and a list for `list import`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownItems } from '../../evidence/tree/known-items.ts';
import { type CaseDraft, draftFromCase, type Remark } from '../../exchange/case/draft-case.ts';
import { MAX_CASE_BYTES, parseCase } from '../../exchange/case/parse-case.ts';
import { EXIT } from '../../explain/exit-code.ts';
import type { Invocation } from '../context.ts';
import { readSmallFile } from '../document.ts';
import { collectItems, writeImportedList } from '../exchange/import-list.ts';
import { CliError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { formatCount } from '../table.ts';

export interface ImportCaseFlags {
  readonly output: string;
}

/** Remarks on files that stand in the foreign file and not in the list. */
const OMISSIONS = new Set<Remark['remark']>([
  'NO_SHA256',
  'NO_SIZE',
  'NO_NAME',
  'BAD_VALUE',
  'AMBIGUOUS',
]);
/** Remarks told one by one; the file holds all. */
const SHOWN = 100;

export async function importCase(invocation: Invocation<ImportCaseFlags>): Promise<Outcome> {
  const [file = ''] = invocation.args;
  const { output } = invocation.options;
  const draft = draftFromCase(await parseCase(await readSmallFile(file, MAX_CASE_BYTES)));
  await makeDirectory(output);
  const list = draft.files.length === 0 ? null : join(output, 'files.hashdeep');
  if (list !== null) await writeFiles(draft.files, list);
  const acquisition = join(output, 'acquisition.json');
  const remarks = join(output, 'remarks.ndjson');
  await writeNewFile(acquisition, encode(`${JSON.stringify(draft.acquisition, null, 2)}\n`), false);
  const lines = draft.remarks.map((remark) => `${JSON.stringify(remark)}\n`).join('');
  await writeNewFile(remarks, encode(lines), false);
  const omitted = draft.remarks.filter(({ remark }) => OMISSIONS.has(remark)).length;
  return {
    document: {
      acquisition,
      list,
      remarks,
      files: draft.files.length,
      omitted,
      draft: draft.acquisition,
    },
    text: [
      ...draft.remarks.slice(0, SHOWN).map(describeRemark),
      ...(draft.remarks.length > SHOWN
        ? [`… and ${draft.remarks.length - SHOWN} more in ${remarks}`]
        : []),
      `${formatCount(draft.files.length, 'file')} with name, size and SHA-256${list === null ? '' : ` listed in ${list}`}`,
      ...(omitted === 0 ? [] : [`INCOMPLETE: ${omitted} left out, see above`]),
      `Nothing is anchored. Case, legal basis, route, method, standard and reason are yours to say:`,
      `  tabellion acquire --input ${acquisition} --case … --legal-basis … --route … …`,
      ...(list === null ? [] : [`  tabellion list import ${list} --acquisition … --tool …`]),
    ].join('\n'),
    exit: omitted === 0 ? EXIT.done : EXIT.incomplete,
  };
}

const encode = (text: string) => Buffer.from(text);

const describeRemark = ({ remark, what, count }: Remark): string =>
  `${remark}: ${what}${count === undefined ? '' : ` (${count})`}`;

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${path} is there already: name another`, error);
    }
    throw new CliError('FILE_UNWRITABLE', `cannot make ${path}`, error);
  }
}

async function writeFiles(files: CaseDraft['files'], list: string): Promise<void> {
  using known = new KnownItems();
  const { add, flush } = collectItems(known);
  for (const one of files) add(one);
  flush();
  const hint = 'which is meant cannot be known';
  await writeImportedList(known, list, { from: 'import case', hint, replace: false });
}
