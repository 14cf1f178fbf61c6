/**
 * Anchors files and directories: walk, hash on all cores, seal batches and put them on the ledger, all
 * at the same time and in constant memory. Run again after any interruption it goes on where it was.
 */
import { hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ImageContainer } from '@tabellion/proof';
import mime from 'mime';
import { type AnchorStateOptions, openAnchorState } from './anchor-state.ts';
import { type BytePath, pathBytes, toBytePath } from './byte-path.ts';
import { drawSalt, encodeCommitment } from './commitment.ts';
import { Drain, type DrainPorts, drainBatches } from './drain.ts';
import type { ExtraAlgorithm, FileDigests } from './hash-job.ts';
import { type Hashed, hashFiles } from './hash-pool.ts';
import type { ConfirmedBatch, PendingItems, Totals } from './pending-items.ts';
import { ProgressMeter, type ProgressState } from './progress.ts';
import { ReportFile } from './report-file.ts';
import {
  isReport,
  omissionOf,
  type Report,
  readLinkTarget,
  type Source,
  stampOf,
  walkSources,
} from './source.ts';

export interface AnchorPathsOptions extends AnchorStateOptions {
  /** Exact bytes, or text. Not anchored; reported as `excluded` where they are met. */
  readonly exclude?: readonly (Uint8Array | string)[];
  /** Digests beside SHA-256. */
  readonly also?: readonly ExtraAlgorithm[];
  /**
   * What the container of an image states of its content; undefined for a file that is none. What it
   * throws ends the run, and the file is not taken in.
   */
  readonly readContainer?: (path: BytePath) => Promise<ImageContainer | undefined>;
  readonly exhibit?: string;
  readonly seal?: string;
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: ProgressState) => void;
  /** Omissions and notes, one by one, as they are met. */
  readonly onReport?: (report: Report) => void;
  readonly onBatch?: (batch: ConfirmedBatch) => void;
}

export interface AnchorPathsResult {
  readonly acquisition: string;
  /** Anchored by this run, in order. */
  readonly batches: readonly ConfirmedBatch[];
  /** Hashed by this run. */
  readonly hashed: { readonly files: number; readonly bytes: number };
  /** Found unchanged since an earlier run. */
  readonly known: number;
  /** Everything of this acquisition that this state has anchored, earlier runs included. */
  readonly totals: Totals;
  /** Entries that are not anchored: with any, the collection is incomplete. */
  readonly omitted: number;
  /** Reports by code. */
  readonly reports: Readonly<Record<string, number>>;
  /** NDJSON, one report a line. */
  readonly reportFile: string;
}

/**
 * @throws EvidenceError, LedgerError, or the signal's reason. What was hashed and anchored until then
 * is kept.
 */
export async function anchorPaths(
  paths: readonly (Uint8Array | string)[],
  options: AnchorPathsOptions,
  ports: DrainPorts,
): Promise<AnchorPathsResult> {
  // Refused before anything is read if there is no such acquisition.
  const { items, collectedAt } = await openAnchorState(options, ports.reader);
  const runOptions = { ...options, now: collectedAt };
  try {
    return await new Run(paths.map(toBytePath), runOptions, items, ports).perform();
  } finally {
    items.close();
  }
}

/** The container was read after the file was hashed. */
function hasChanged({ path, stamp }: Source): boolean {
  const stats = lstatSync(pathBytes(path), { bigint: true, throwIfNoEntry: false });
  return stats === undefined || stampOf(stats) !== stamp;
}

type RunOptions = AnchorPathsOptions & { readonly now: () => number };

class Run {
  readonly #paths: readonly BytePath[];
  readonly #options: RunOptions;
  readonly #exclude: readonly BytePath[];
  readonly #items: PendingItems;
  readonly #reports: ReportFile;
  readonly #meter: ProgressMeter;
  readonly #drain: Drain;
  /** Ends everything, be it from outside or because anchoring failed. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #batches: ConfirmedBatch[] = [];
  #hashed = { files: 0, bytes: 0 };
  #known = 0;

  constructor(
    paths: readonly BytePath[],
    options: RunOptions,
    items: PendingItems,
    ports: DrainPorts,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#exclude = (options.exclude ?? []).map(toBytePath);
    this.#items = items;
    this.#meter = new ProgressMeter(options.onProgress ?? (() => undefined));
    this.#signal = AbortSignal.any([
      this.#stop.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    this.#reports = new ReportFile(
      join(options.stateDirectory, `${options.acquisition}.report.ndjson`),
    );
    this.#drain = new Drain(() =>
      drainBatches(items, ports, {
        signal: this.#signal,
        onAnchored: (batch) => {
          this.#batches.push(batch);
          options.onBatch?.(batch);
        },
      }),
    );
  }

  async perform(): Promise<AnchorPathsResult> {
    const counting = this.#countSources();
    try {
      this.#drainBehind();
      for await (const group of hashFiles(this.#findWork(), {
        signal: this.#signal,
        onRead: (bytes) => this.#meter.addReading(bytes),
        ...(this.#options.also === undefined ? {} : { also: this.#options.also }),
        ...(this.#options.workers === undefined ? {} : { workers: this.#options.workers }),
      })) {
        for (const hashed of group) await this.#takeHashed(hashed);
        this.#meter.tell();
      }
      this.#items.seal();
      await this.#drain.kick();
      this.#signal.throwIfAborted();
      await counting;
      this.#meter.tell();
    } finally {
      this.#stop.abort();
      await counting;
      this.#reports.close();
    }
    return this.#result();
  }

  /** Files to hash; everything else that the walk meets is dealt with on the way. */
  *#findWork(): Generator<Source | null, void, undefined> {
    for (const entry of walkSources(this.#paths, { exclude: this.#exclude })) {
      if (isReport(entry)) this.#report(entry);
      else if (this.#isKnown(entry)) this.#meter.addFile(entry.size, true);
      else if (entry.kind === 'link') this.#takeLink(entry);
      else {
        yield entry;
        continue;
      }
      yield null;
    }
  }

  #isKnown({ name, stamp }: Source): boolean {
    const found = this.#items.findSource(name, stamp);
    if (found === 'changed') this.#report({ name, code: 'changed-since-last-run' });
    if (found === 'present') this.#known += 1;
    return found === 'present';
  }

  #takeLink(link: Source): void {
    try {
      const target = readLinkTarget(link.path);
      const digest = (algorithm: string) => hash(algorithm, target, 'hex');
      const digests: { sha256: string; sha1?: string; md5?: string } = { sha256: digest('sha256') };
      for (const also of this.#options.also ?? []) digests[also] = digest(also);
      this.#add({ ...link, size: target.length }, digests);
    } catch (error) {
      this.#report(omissionOf(link.name, error));
    }
  }

  async #takeHashed({ job, result }: Hashed<Source>): Promise<void> {
    if ('code' in result) {
      this.#report({ name: job.name, ...result });
      return;
    }
    const container = await this.#options.readContainer?.(job.path);
    if (container !== undefined && hasChanged(job)) {
      this.#report({ name: job.name, code: 'changed-while-reading' });
      return;
    }
    this.#hashed.files += 1;
    this.#hashed.bytes += job.size;
    this.#add(job, result.digests, container);
  }

  #add(source: Source, digest: FileDigests, container?: ImageContainer): void {
    const { kind, name, stamp, size, modifiedAt } = source;
    const { exhibit, seal } = this.#options;
    const mediaType = kind === 'file' ? mime.getType(name) : null;
    const commitment = encodeCommitment(
      {
        kind,
        digest,
        size,
        path: pathBytes(name).toString('base64url'),
        ...(container === undefined ? {} : { container }),
        ...(mediaType === null ? {} : { mediaType }),
        ...(modifiedAt === undefined ? {} : { modifiedAt }),
        ...(exhibit === undefined ? {} : { exhibit }),
        ...(seal === undefined ? {} : { seal }),
      },
      drawSalt(),
    );
    const collectedAt = this.#options.now();
    const sealed = this.#items.add({ source: { name, stamp }, size, collectedAt, commitment });
    this.#meter.addFile(size);
    if (sealed) this.#drainBehind();
  }

  /** A failure to anchor ends the hashing: a rerun loses nothing, and the person learns it now. */
  #drainBehind(): void {
    this.#drain.kick().catch((error) => this.#stop.abort(error));
  }

  #report(report: Report): void {
    this.#reports.add(report);
    this.#options.onReport?.(report);
  }

  /** Learns the totals beside the hashing. */
  async #countSources(): Promise<void> {
    let files = 0;
    let bytes = 0;
    let steps = 0;
    for (const entry of walkSources(this.#paths, { exclude: this.#exclude })) {
      steps += 1;
      if (steps % 256 === 0) await setImmediate();
      if (this.#signal.aborted) return;
      if (isReport(entry)) continue;
      files += 1;
      bytes += entry.size;
    }
    this.#meter.setTotal(files, bytes);
  }

  #result(): AnchorPathsResult {
    return {
      acquisition: this.#options.acquisition,
      batches: this.#batches,
      hashed: this.#hashed,
      known: this.#known,
      totals: this.#items.totals(),
      omitted: this.#reports.omitted,
      reports: this.#reports.counts,
      reportFile: this.#reports.file,
    };
  }
}
