/**
 * Lists of digests as hashdeep and sha256sum write them: bytes in, bytes out. Whatever a line cannot be
 * read as is refused with its number; nothing is guessed, trimmed or normalised.
 */
import { MAX_COMMITMENT_BYTES } from '../commitment.ts';
import { EvidenceError } from '../error.ts';
import { MAX_PATH_BYTES } from '../item-facts.ts';
import { LineSplitter } from '../manifest.ts';
import { HashListError } from './hash-list-error.ts';
import { HASHDEEP_MAGIC, HashdeepReader } from './hashdeep-list.ts';
import type { LineReader, ListedFile } from './listed-file.ts';
import { Sha256sumReader } from './sha256sum-list.ts';

const LINE_FEED = 0x0a;
const NUL = 0x00;

/**
 * The files of a list, those of one piece in one group; which format it is shows in its first bytes.
 * @param source what messages call the list.
 * @throws HashListError `LIST_MALFORMED`, `LIST_WITHOUT_SHA256`. What came before is then void.
 */
export async function* readHashList(
  source: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ListedFile[], void, undefined> {
  const { first, rest } = await takeFirst(chunks);
  const isHashdeep = first.subarray(0, HASHDEEP_MAGIC.length).equals(HASHDEEP_MAGIC);
  const isZero = !isHashdeep && first.includes(NUL);
  const reader: LineReader = isHashdeep ? new HashdeepReader() : new Sha256sumReader(isZero);
  const splitter = new LineSplitter(isZero ? NUL : LINE_FEED);
  let line = 0;
  const refuse = (why: string) =>
    new HashListError('LIST_MALFORMED', `${source}:${line}: ${why}; nothing of it was used`);
  const split = (chunk: Uint8Array): Uint8Array[] => {
    try {
      return splitter.split(chunk);
    } catch (error) {
      line += countUntilLong(chunk, isZero ? NUL : LINE_FEED);
      throw error instanceof EvidenceError ? refuse(error.message) : error;
    }
  };
  const readGroup = (lines: readonly Uint8Array[]): ListedFile[] => {
    const files: ListedFile[] = [];
    for (const bytes of lines) {
      line += 1;
      const file = reader.readLine(Buffer.from(bytes).toString('latin1'));
      if (typeof file === 'string') throw refuse(file);
      if (file === undefined) continue;
      if (file.name.length > MAX_PATH_BYTES) throw refuse('the name is too long');
      if (file.name.includes('\0')) throw refuse('a name holds a NUL byte');
      files.push(file);
    }
    return files;
  };
  let isEnded = true;
  const take = (chunk: Uint8Array) => {
    if (chunk.length > 0) isEnded = chunk.at(-1) === (isZero ? NUL : LINE_FEED);
    return readGroup(split(chunk));
  };
  yield take(first);
  for await (const chunk of rest) yield take(chunk);
  if (isEnded && line > 0) return;
  line += 1;
  throw refuse(isEnded ? 'the list is empty' : 'the last line does not end: the list is cut off');
}

/** Lines that end in a piece up to the one that is too long, which may have begun before the piece. */
function countUntilLong(chunk: Uint8Array, terminator: number): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = chunk.indexOf(terminator, start);
    if ((end === -1 ? chunk.length : end) - start > MAX_COMMITMENT_BYTES) return line;
    if (end === -1) return 1;
    start = end + 1;
  }
}

/** As much as tells the formats apart: a whole line, however long, or everything. */
async function takeFirst(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length <= MAX_COMMITMENT_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    parts.push(value);
    length += value.length;
  }
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  return { first: Buffer.concat(parts), rest };
}
