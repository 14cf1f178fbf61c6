/**
 * Compares a tree of files with the items known of it, in the words of hashdeep's audit. Every listed
 * name and every entry of the tree ends in exactly one verdict; what could not be read is `unread`,
 * never missing or altered.
 *
 * A known name is judged by what stands there: `matched` with the digest of any of its versions, else
 * `altered`. A name that is not known is `moved` if its content belongs to a listed name that is gone,
 * one for one; else `new`, as is a copy of what is still in its place. Empty files identify nothing and
 * are never moved. Hard links are names like any others.
 */
import { hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { type BytePath, baseName, pathBytes, realPath } from '../byte-path.ts';
import { type Hashed, hashFiles } from '../hash-pool.ts';
import { ProgressMeter, type ProgressState } from '../progress.ts';
import {
  isReport,
  omissionOf,
  type Report,
  readLinkTarget,
  type Source,
  walkSources,
} from '../source.ts';
import type { KnownItems } from './known-items.ts';
import { KnownTree, type TreeEntry } from './known-tree.ts';

export const VERDICTS = ['matched', 'moved', 'new', 'missing', 'altered', 'unread'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Met and told, and no difference of its own. */
export const NOTES = [
  /** One of the lists themselves, for instance. */
  'excluded',
  /** A device, socket or pipe at a name that is not listed: there is no content to compare. */
  'special',
  /** Lists of digests of files say nothing of links, unless they name them. */
  'unlisted-link',
  /** Among the matched: what stands there is not the latest version that is known of it. */
  'earlier-version',
  /** The same where nobody knows which version is the latest. */
  'one-of-several-versions',
] as const;
export type AuditNote = (typeof NOTES)[number];

export interface Finding {
  readonly code: Verdict | AuditNote;
  /** Relative to the audited directory. */
  readonly name: BytePath;
  /** Of `moved`, where it was; of `new`, a listed name with the same content. */
  readonly other?: BytePath;
  readonly detail?: string;
}

export interface TreeAuditOptions {
  readonly directory: BytePath;
  /** The part of the listed names that stands for the directory. */
  readonly base: BytePath;
  /** Whether the latest version of a name came last. */
  readonly isOrdered: boolean;
  readonly exclude?: readonly BytePath[];
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: ProgressState) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface TreeAuditResult {
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly notes: Readonly<Record<AuditNote, number>>;
  /** Listed names that lie outside the base, and were not compared. */
  readonly outside: number;
  /** Read and hashed. */
  readonly hashed: { readonly files: number; readonly bytes: number };
}

/** @throws the signal's reason, or what keeps the pool from working. */
export async function auditTree(
  known: KnownItems,
  options: TreeAuditOptions,
): Promise<TreeAuditResult> {
  return new TreeAudit(new KnownTree(known, options.base, options.isOrdered), options).perform();
}

interface Job extends Source {
  readonly below: BytePath;
}

class TreeAudit {
  readonly #known: KnownTree;
  readonly #options: TreeAuditOptions;
  readonly #root: BytePath;
  readonly #meter: ProgressMeter;
  readonly #counts = Object.fromEntries(VERDICTS.map((name) => [name, 0])) as Record<
    Verdict,
    number
  >;
  readonly #notes = Object.fromEntries(NOTES.map((name) => [name, 0])) as Record<AuditNote, number>;
  readonly #hashed = { files: 0, bytes: 0 };

  constructor(known: KnownTree, options: TreeAuditOptions) {
    this.#known = known;
    this.#options = options;
    this.#root = realPath(options.directory);
    this.#meter = new ProgressMeter(options.onProgress ?? (() => undefined));
  }

  async perform(): Promise<TreeAuditResult> {
    const { files, bytes } = this.#known.totals();
    if (bytes !== undefined) this.#meter.setTotal(files, bytes);
    const { signal, workers } = this.#options;
    for await (const group of hashFiles(this.#findWork(), {
      onRead: (read) => this.#meter.addReading(read),
      ...(signal !== undefined && { signal }),
      ...(workers !== undefined && { workers }),
    })) {
      for (const hashed of group) this.#takeHashed(hashed);
      this.#meter.tell();
    }
    this.#known.finish({
      onMoved: (name, other) => this.#tell({ code: 'moved', name, other }),
      onNew: (name, other) =>
        this.#tell({ code: 'new', name, ...(other !== undefined && { other }) }),
      onUnread: (name) =>
        this.#tell({ code: 'unread', name, detail: 'inside what was not entered' }),
      onMissing: (name) => this.#tell({ code: 'missing', name }),
    });
    this.#meter.tell();
    return {
      counts: this.#counts,
      notes: this.#notes,
      outside: this.#known.countOutside(),
      hashed: this.#hashed,
    };
  }

  *#findWork(): Generator<Job | null, void, undefined> {
    const { exclude = [] } = this.#options;
    const own = baseName(this.#root);
    for (const entry of walkSources([this.#root], { exclude })) {
      const below = own === '' ? entry.name : entry.name.slice(own.length + 1);
      if (isReport(entry)) this.#takeReport(below, entry);
      else if (entry.kind === 'file') {
        yield { ...entry, below };
        continue;
      } else {
        const followed = this.#takeLink(below, entry);
        if (followed !== undefined) {
          yield followed;
          continue;
        }
      }
      yield null;
    }
  }

  #takeReport(below: BytePath, { code, detail }: Report): void {
    if (code === 'fifo' || code === 'socket' || code === 'device') {
      if (this.#known.has(below)) this.#alter(below, `is a ${code}`);
      else this.#tell({ code: 'special', name: below, detail: code });
    } else if (code === 'excluded') {
      if (this.#known.has(below)) this.#unread(below, code);
      else this.#tell({ code, name: below });
    } else if (code !== 'empty-directory' && code !== 'sparse' && code !== 'hard-link') {
      this.#unread(below, detail === undefined ? code : `${code} (${detail})`);
    }
  }

  /** What to read where the list followed the link; else the link itself is judged. */
  #takeLink(below: BytePath, link: Source): Job | undefined {
    const means = this.#known.meaningOfLink(below);
    // A list may have been made through the link, which is not followed here to what is below it.
    if (!this.#known.has(below)) this.#known.markUnread(below);
    if (means === 'nothing') this.#tell({ code: 'unlisted-link', name: below });
    else if (means === 'content') return this.#followLink(below, link);
    else {
      try {
        const target = readLinkTarget(link.path);
        const sha256 = hash('sha256', target, 'hex');
        this.#judge({ name: below, kind: 'link', sha256, size: target.length });
        this.#meter.addFile(target.length);
      } catch (error) {
        this.#takeOmission(below, error);
      }
    }
    return undefined;
  }

  #followLink(below: BytePath, link: Source): Job | undefined {
    try {
      const target = realPath(link.path);
      if (lstatSync(pathBytes(target)).isFile()) {
        for (const entry of walkSources([target])) if (!isReport(entry)) return { ...entry, below };
      }
      this.#alter(below, 'is a link to no file');
    } catch (error) {
      this.#takeOmission(below, error);
    }
    return undefined;
  }

  #takeHashed({ job, result }: Hashed<Job>): void {
    if ('code' in result) {
      this.#takeReport(job.below, { name: job.below, ...result });
      return;
    }
    const { sha256 } = result.digests;
    this.#hashed.files += 1;
    this.#hashed.bytes += job.size;
    this.#meter.addFile(job.size);
    this.#judge({ name: job.below, kind: 'file', sha256, size: job.size });
  }

  #takeOmission(below: BytePath, error: unknown): void {
    this.#takeReport(below, omissionOf(below, error));
  }

  #judge(entry: TreeEntry): void {
    const judgement = this.#known.judge(entry);
    if (judgement === 'matched') this.#tell({ code: 'matched', name: entry.name });
    else if (isNote(judgement)) {
      this.#notes[judgement] += 1;
      this.#tell({ code: 'matched', name: entry.name, detail: judgement });
    } else if (judgement !== 'not-listed') {
      this.#tell({ code: 'altered', name: entry.name, detail: judgement });
    }
  }

  #alter(name: BytePath, detail: string): void {
    this.#known.markPresent(name);
    this.#tell({ code: 'altered', name, detail });
  }

  #unread(name: BytePath, detail: string): void {
    this.#known.markUnread(name);
    this.#tell({ code: 'unread', name, detail });
  }

  #tell(finding: Finding): void {
    const { code } = finding;
    if (isNote(code)) this.#notes[code] += 1;
    else this.#counts[code] += 1;
    this.#options.onFinding(finding);
  }
}

function isNote(code: string): code is AuditNote {
  return (NOTES as readonly string[]).includes(code);
}
