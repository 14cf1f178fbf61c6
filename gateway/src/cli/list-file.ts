/** Lists of digests as the formats of other tools write them. */
import { HashListError } from '../evidence/list/hash-list-error.ts';
import {
  findHashdeepObstacle,
  type HashdeepAlgorithm,
  writeHashdeepHeader,
  writeHashdeepLine,
} from '../evidence/list/hashdeep-list.ts';
import { findSha256sumObstacle, writeSha256sumLine } from '../evidence/list/sha256sum-list.ts';
import type { KnownItem, KnownItems } from '../evidence/tree/known-items.ts';
import { showName } from '../text/shown-name.ts';

export interface ListForm {
  /** Why the form cannot carry a file's name. */
  findObstacle(file: KnownItem): string | undefined;
  readonly header: Uint8Array;
  writeLine(file: KnownItem): Buffer;
  /** The form to take instead for a name that does not fit. */
  readonly otherwise: string;
}

export function chooseForm(
  format: 'hashdeep' | 'sha256sum',
  isZero: boolean,
  known: KnownItems,
  comments: readonly string[],
): ListForm {
  if (format === 'sha256sum') {
    return {
      findObstacle: (file) => (isZero ? undefined : findSha256sumObstacle(file)),
      header: new Uint8Array(),
      writeLine: (file) => writeSha256sumLine(file, isZero),
      otherwise: '--format sha256sum --zero',
    };
  }
  // hashdeep wants every column filled.
  const algorithms: HashdeepAlgorithm[] = [
    ...(known.hasAll('md5') ? ['md5' as const] : []),
    ...(known.hasAll('sha1') ? ['sha1' as const] : []),
    'sha256',
  ];
  return {
    findObstacle: (file) => findHashdeepObstacle(file, algorithms),
    header: writeHashdeepHeader(algorithms, comments),
    writeLine: (file) => writeHashdeepLine(file, algorithms),
    otherwise: '--format sha256sum',
  };
}

/** Files only: in both tools a link's name stands for what it leads to. */
export function* listFiles(known: KnownItems): Generator<KnownItem, void, undefined> {
  for (const item of known.latest()) if (item.kind !== 'link') yield item;
}

/** @throws HashListError `LIST_NAME_UNFIT`, before anything is written. */
export function assertFits(known: KnownItems, form: ListForm): void {
  let unfit = 0;
  let first = '';
  for (const file of listFiles(known)) {
    const obstacle = form.findObstacle(file);
    if (obstacle === undefined) continue;
    unfit += 1;
    if (unfit === 1) first = `${showName(file.name)} ${obstacle}`;
  }
  if (unfit === 0) return;
  throw new HashListError(
    'LIST_NAME_UNFIT',
    `this form cannot carry ${unfit} of the names (the first: ${first}): use ${form.otherwise}`,
  );
}

/** The list's bytes in pieces of bearable size. */
export function* writeList(known: KnownItems, form: ListForm): Generator<Uint8Array> {
  let parts: Uint8Array[] = [form.header];
  for (const file of listFiles(known)) {
    parts.push(form.writeLine(file));
    if (parts.length < 1024) continue;
    yield Buffer.concat(parts);
    parts = [];
  }
  yield Buffer.concat(parts);
}
