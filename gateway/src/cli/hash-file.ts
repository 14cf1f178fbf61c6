/** Digest and size of one file, read as a stream: any size, constant memory. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CliError } from './failure.ts';

export interface FileDigest {
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
}

/** @throws CliError `FILE_UNREADABLE`: a file that cannot be read says nothing about its content. */
export async function hashFile(
  path: string,
  onRead?: (bytes: number) => void,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      size += chunk.length;
      onRead?.(chunk.length);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `cannot read ${path} (${code})`, error);
  }
  return { sha256: hash.digest('hex'), size };
}
