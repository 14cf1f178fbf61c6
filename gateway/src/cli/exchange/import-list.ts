/** A list that `list import` takes, made of what an import found. */
import { HashListError } from '../../evidence/list/hash-list-error.ts';
import type { ListedFile } from '../../evidence/list/listed-file.ts';
import type { KnownItem, KnownItems } from '../../evidence/tree/known-items.ts';
import { showName } from '../../text/shown-name.ts';
import { asListed } from '../known-source.ts';
import { assertFits, chooseForm, writeList } from '../list-file.ts';
import { writeNewFile } from '../new-file.ts';

/** Items put into the database at once. */
const GROUP = 4096;

/** Takes files one by one; `flush` once all came. */
export function collectItems(known: KnownItems) {
  let group: KnownItem[] = [];
  const flush = () => {
    known.add(group);
    group = [];
  };
  const add = (file: ListedFile) => {
    group.push(asListed(file));
    if (group.length === GROUP) flush();
  };
  return { add, flush };
}

/**
 * hashdeep's form, the only one with sizes.
 * @param hint what to do where one name has several contents.
 * @throws HashListError `LIST_MALFORMED`, `LIST_NAME_UNFIT`.
 */
export async function writeImportedList(
  known: KnownItems,
  output: string,
  { from, hint, replace }: { from: string; hint: string; replace: boolean },
): Promise<void> {
  const twice = known.findContradiction();
  if (twice !== undefined) {
    throw new HashListError(
      'LIST_MALFORMED',
      `${from} has several files under ${showName(twice)}: ${hint}`,
    );
  }
  const form = chooseForm('hashdeep', false, known, [`Written by tabellion ${from}`]);
  assertFits(known, form);
  await writeNewFile(output, writeList(known, form), replace);
}
