/** Hashes files on all cores while the walk goes on, in constant memory. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ExtraAlgorithm, HashJob, HashResult, WorkerMessage } from './hash-job.ts';

/** A message to a worker holds this many files or bytes at most, so that small files share its cost. */
const GROUP_FILES = 64;
const GROUP_BYTES = 8 * 1_048_576;
/** Groups sent ahead to each worker, so that it never waits for the main thread. */
const AHEAD = 2;
/** Finished groups that may wait for the consumer before no more work is handed out. */
const UNREAD = 64;
/** Steps of the walk before other events get their turn. */
const STEPS = 256;

export interface HashOptions {
  /** As many as there are cores unless told otherwise. */
  readonly workers?: number;
  /** Digests beside SHA-256. */
  readonly also?: readonly ExtraAlgorithm[];
  readonly signal?: AbortSignal;
  /** Told while a large file is read: bytes since last told; taken back when the file is done. */
  readonly onRead?: (bytes: number) => void;
}

export interface Hashed<Job extends HashJob> {
  readonly job: Job;
  readonly result: HashResult;
}

/**
 * Pulls jobs as workers become free and yields groups of results as they finish, in any order between
 * groups. The source may yield `null` for a step that led to no job, so that a long stretch without
 * work does not stop the event loop.
 * @throws the signal's reason, or a worker's failure; files in hand are then without result.
 */
export async function* hashFiles<Job extends HashJob>(
  source: Iterable<Job | null>,
  options: HashOptions = {},
): AsyncGenerator<Hashed<Job>[], void, undefined> {
  const pool = new HashPool(source[Symbol.iterator](), options);
  try {
    for (let group = await pool.next(); group !== undefined; group = await pool.next()) yield group;
  } finally {
    await pool.close();
  }
}

class HashPool<Job extends HashJob> {
  readonly #source: Iterator<Job | null>;
  readonly #workers: { readonly thread: Worker; readonly sent: Job[][] }[];
  readonly #finished: Hashed<Job>[][] = [];
  readonly #signal: AbortSignal | undefined;
  #exhausted = false;
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  #resume: NodeJS.Immediate | undefined;

  constructor(source: Iterator<Job | null>, options: HashOptions) {
    this.#source = source;
    this.#signal = options.signal;
    const count = options.workers ?? availableParallelism();
    this.#workers = Array.from({ length: count }, () => this.#startWorker(options));
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    if (this.#signal?.aborted === true) this.#abort();
    this.#feed();
  }

  async next(): Promise<Hashed<Job>[] | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      const group = this.#finished.shift();
      if (group !== undefined) {
        this.#feed();
        return group;
      }
      if (this.#exhausted && this.#workers.every(({ sent }) => sent.length === 0)) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.#exhausted = true;
    if (this.#resume !== undefined) clearImmediate(this.#resume);
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#source.return?.();
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
  }

  readonly #abort = (): void => this.#fail(this.#signal?.reason);

  #startWorker(options: HashOptions): { thread: Worker; sent: Job[][] } {
    const sent: Job[][] = [];
    const thread = new Worker(new URL('./hash-worker.ts', import.meta.url), {
      workerData: options.also ?? [],
    });
    thread.on('message', (message: WorkerMessage) => {
      if ('read' in message) return options.onRead?.(message.read);
      const jobs = sent.shift()!;
      this.#finished.push(jobs.map((job, index) => ({ job, result: message.results[index]! })));
      this.#feed();
      this.#wake?.();
    });
    thread.on('error', (error) => this.#fail(error));
    return { thread, sent };
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#exhausted = true;
    this.#wake?.();
  }

  /** Hands out work until every worker has enough, the consumer lags, or others want their turn. */
  #feed(): void {
    if (this.#exhausted || this.#resume !== undefined) return;
    while (this.#finished.length < UNREAD) {
      const worker = this.#workers.reduce((a, b) => (b.sent.length < a.sent.length ? b : a));
      if (worker.sent.length >= AHEAD) return;
      const group = this.#pullGroup();
      if (group.length > 0) {
        worker.sent.push(group);
        worker.thread.postMessage(group.map(({ path, size, stamp }) => ({ path, size, stamp })));
      }
      if (this.#exhausted) {
        this.#wake?.();
        return;
      }
      if (group.length === 0) {
        this.#resume = setImmediate(() => {
          this.#resume = undefined;
          this.#feed();
        });
        return;
      }
    }
  }

  #pullGroup(): Job[] {
    const group: Job[] = [];
    try {
      for (let bytes = 0, steps = 0; steps < STEPS; steps += 1) {
        const { done, value } = this.#source.next();
        if (done === true) {
          this.#exhausted = true;
          break;
        }
        if (value === null) continue;
        group.push(value);
        bytes += value.size;
        if (group.length === GROUP_FILES || bytes >= GROUP_BYTES) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    return group;
  }
}
