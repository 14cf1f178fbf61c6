/** A file that either is there whole, and stays after a power cut, or is not there at all. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../identity/private-file.ts';

const UNFINISHED = /^\.unfinished-[0-9a-f]{16}$/;

/** Which of several copies could not be written. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super('a file could not be written', { cause });
    this.path = path;
  }
}

/** Written under a temporary name until it is committed. */
class UnfinishedFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  static async create(path: string): Promise<UnfinishedFile> {
    await makeDirectory(dirname(path));
    const temporary = join(dirname(path), `.unfinished-${randomBytes(8).toString('hex')}`);
    return new UnfinishedFile(path, temporary, await open(temporary, 'wx', 0o600));
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#handle.appendFile(chunk);
  }

  /** On disk, but not yet under its name. */
  async sync(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  async publish(): Promise<void> {
    await rename(this.#temporary, this.#path);
    await syncDirectory(dirname(this.#path));
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/**
 * Writes the same bytes to every path. Resolves once all are on disk under their names, which they get
 * in the order given: a file at the last path means that there is one at each. If the source or a
 * path fails, none appears at the last path.
 * @throws CopyError, or what the source throws.
 */
export async function writeCopies(
  paths: readonly string[],
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const files: UnfinishedFile[] = [];
  const everyFile = (step: (file: UnfinishedFile) => Promise<void>) =>
    Promise.all(files.map((file, index) => blame(paths[index]!, step(file))));
  try {
    for (const path of paths) files.push(await blame(path, UnfinishedFile.create(path)));
    for await (const chunk of chunks) await everyFile((file) => file.write(chunk));
    await everyFile((file) => file.sync());
    for (const [index, file] of files.entries()) await blame(paths[index]!, file.publish());
  } catch (error) {
    await Promise.allSettled(files.map((file) => file.abandon()));
    throw error;
  }
}

async function blame<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new CopyError(path, cause);
  }
}

/** Removes what an interrupted write left behind in a directory. */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (UNFINISHED.test(name)) await rm(join(directory, name), { force: true });
  }
}
