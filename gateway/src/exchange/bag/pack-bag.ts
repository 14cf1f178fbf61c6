/** The forms in which a bag travels: a directory, or one file with that directory inside (zip, tar). */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { ZipFile } from 'yazl';
import type { BagEntry } from './bag-entry.ts';

export type BagForm = 'directory' | 'zip' | 'tar';
type Entries = AsyncIterable<BagEntry>;

export interface PackOptions {
  /** Name of the bag's directory inside the archive. */
  readonly top: string;
  /** The same for all, so that the same items give the same archive. */
  readonly mtime: Date;
}

const MODE = 0o644;

export async function* packTar(
  entries: Entries,
  { top, mtime }: PackOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = pack();
  const filling = (async () => {
    for await (const entry of entries) {
      const header = { name: `${top}/${entry.name}`, size: entry.size, mtime, mode: MODE };
      await pipeline(Readable.from(entry.open()), archive.entry(header));
    }
    archive.finalize();
  })();
  // A stream of bytes, though its type says of anything.
  yield* drain(archive as AsyncIterable<Uint8Array>, filling, (error) => archive.destroy(error));
}

export async function* packZip(
  entries: Entries,
  { top, mtime }: PackOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = new ZipFile();
  const output = archive.outputStream as Readable;
  // Streams' own failures reach the filling below by `finished`.
  archive.on('error', () => undefined);
  const filling = (async () => {
    for await (const { name, size, open: read } of entries) {
      const content = Readable.from(read());
      archive.addReadStream(content, `${top}/${name}`, { mtime, mode: MODE, size });
      await finished(content);
    }
    archive.end();
  })();
  yield* drain(output, filling, (error) => output.destroy(error));
}

/** What fails while an archive is filled ends its reading with that failure. */
async function* drain(
  output: AsyncIterable<Uint8Array>,
  filling: Promise<void>,
  destroy: (error: Error) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: { readonly error: unknown } | undefined;
  const settled = filling.catch((error) => {
    failure = { error };
    destroy(error);
  });
  try {
    yield* output;
  } catch (error) {
    await settled;
    throw failure === undefined ? error : failure.error;
  }
  await settled;
}

/** A new directory; if anything fails nothing of it stays. @throws NodeJS.ErrnoException `EEXIST`. */
export async function writeBagDirectory(entries: Entries, directory: string): Promise<void> {
  await mkdir(directory);
  try {
    for await (const entry of entries) {
      const file = join(directory, entry.name);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(
        entry.open(),
        createWriteStream(file, { flags: 'wx', mode: MODE, flush: true }),
      );
    }
    await using opened = await open(directory);
    await opened.sync();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
