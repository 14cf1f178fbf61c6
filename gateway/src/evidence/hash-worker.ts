/** One thread of the hash pool: reads files in 1 MiB pieces and hashes while it reads. */
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type BytePath, pathBytes } from './byte-path.ts';
import type {
  ExtraAlgorithm,
  FileDigests,
  HashJob,
  HashResult,
  WorkerMessage,
} from './hash-job.ts';
import { omissionOf, stampOf } from './source.ts';

const PIECE = 1_048_576;
/** Progress is told this often within one file, bytes. */
const TELL_EVERY = 64 * PIECE;
// A fifo put in a file's place must not make the thread wait for a writer.
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const algorithms = workerData as readonly ExtraAlgorithm[];
const piece = Buffer.allocUnsafeSlow(PIECE);

function tell(message: WorkerMessage): void {
  parentPort!.postMessage(message);
}

parentPort!.on('message', (jobs: readonly HashJob[]) => tell({ results: jobs.map(hashFile) }));

function hashFile(job: HashJob): HashResult {
  try {
    const file = openUntouched(job.path);
    try {
      const digests = job.size <= PIECE ? hashSmall(file, job) : hashLarge(file, job);
      if (digests !== undefined && stampOf(fstatSync(file, { bigint: true })) === job.stamp) {
        return { digests };
      }
      return { code: 'changed-while-reading' };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code, detail } = omissionOf('', error);
    return { code: code as 'unreadable', ...(detail === undefined ? {} : { detail }) };
  }
}

/** Without updating the access time where the system allows that (owner or privileged, Linux). */
function openUntouched(path: BytePath): number {
  const bytes = pathBytes(path);
  if (constants.O_NOATIME !== undefined) {
    try {
      return openSync(bytes, OPEN | constants.O_NOATIME);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    }
  }
  return openSync(bytes, OPEN);
}

/** Undefined if the file has another length than the walk saw. */
function hashSmall(file: number, job: HashJob): FileDigests | undefined {
  let length = 0;
  // Of an empty file one byte is asked for: some special files say 0 and hold more.
  const wanted = Math.max(job.size, 1);
  while (length < wanted) {
    const read = readSync(file, piece, length, wanted - length, null);
    if (read === 0) break;
    length += read;
  }
  if (length !== job.size) return undefined;
  const bytes = piece.subarray(0, length);
  return collectDigests((algorithm) => hash(algorithm, bytes, 'hex'));
}

function hashLarge(file: number, job: HashJob): FileDigests | undefined {
  const hashes = collectHashes();
  let length = 0;
  let told = 0;
  try {
    while (length < job.size) {
      const read = readSync(file, piece, 0, PIECE, null);
      if (read === 0) break;
      length += read;
      for (const each of hashes.values()) each.update(piece.subarray(0, read));
      if (length - told >= TELL_EVERY) {
        tell({ read: length - told });
        told = length;
      }
    }
  } finally {
    if (told > 0) tell({ read: -told });
  }
  if (length !== job.size) return undefined;
  return collectDigests((algorithm) => hashes.get(algorithm)!.digest('hex'));
}

function collectHashes() {
  return new Map((['sha256', ...algorithms] as const).map((name) => [name, createHash(name)]));
}

function collectDigests(digest: (algorithm: 'sha256' | ExtraAlgorithm) => string): FileDigests {
  const digests: { sha256: string; sha1?: string; md5?: string } = { sha256: digest('sha256') };
  for (const algorithm of algorithms) digests[algorithm] = digest(algorithm);
  return digests;
}
