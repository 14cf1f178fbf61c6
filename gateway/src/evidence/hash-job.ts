/** What passes between the hash pool and its workers. Strings, because they cross threads cheaply. */
import type { BytePath } from './byte-path.ts';
import type { Omission } from './source.ts';

/** Digests that a collecting tool may give beside SHA-256. */
export type ExtraAlgorithm = 'md5' | 'sha1';

export interface HashJob {
  readonly path: BytePath;
  readonly size: number;
  /** What the walk saw; the file must still have it after the last byte is read. */
  readonly stamp: string;
}

export interface FileDigests {
  readonly sha256: string;
  readonly sha1?: string;
  readonly md5?: string;
}

export type HashResult =
  | { readonly digests: FileDigests }
  | { readonly code: Omission; readonly detail?: string };

/**
 * From a worker: bytes read of a large file in hand, taken back (negative) when the file is done, or
 * the results of a whole group in its order.
 */
export type WorkerMessage = { readonly read: number } | { readonly results: HashResult[] };
