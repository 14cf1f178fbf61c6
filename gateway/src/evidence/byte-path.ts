/**
 * Paths whose names may be any bytes. In memory a path is a string with one character (U+0000 to
 * U+00FF) for each byte: such strings are compact, lossless, keys of maps, and compare in byte order.
 * System calls get the bytes back as a Buffer. Nothing is normalised (no NFC, no UTF-8 assumed).
 */
import { realpathSync } from 'node:fs';
import { posix } from 'node:path';

export type BytePath = string;

/** From what a caller has: exact bytes, or text that stands for its UTF-8 bytes. */
export function toBytePath(path: Uint8Array | string): BytePath {
  return Buffer.from(path as string).toString('latin1');
}

export function pathBytes(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

export function joinPath(directory: BytePath, name: BytePath): BytePath {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** Last name of an absolute path; empty for `/`. */
export function baseName(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Absolute path with links in its parents resolved; the last name itself is not followed, unless it is
 * `.`, `..` or carries a trailing slash.
 * @throws NodeJS.ErrnoException as realpath does.
 */
export function canonicalPath(path: BytePath): BytePath {
  const last = baseName(path);
  if (last === '' || last === '.' || last === '..') return realPath(path);
  return joinPath(realPath(posix.dirname(path)), last);
}

/** Every link resolved, the last name's too. @throws NodeJS.ErrnoException as realpath does. */
export function realPath(path: BytePath): BytePath {
  return realpathSync.native(pathBytes(path), { encoding: 'latin1' });
}
