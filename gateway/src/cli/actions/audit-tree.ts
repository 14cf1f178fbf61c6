/** `audit DIR`: compares a tree of files with what was anchored or listed of it. */
import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BytePath, pathBytes, toBytePath } from '../../evidence/byte-path.ts';
import { readablePath } from '../../evidence/commitment.ts';
import { NdjsonFile } from '../../evidence/ndjson-file.ts';
import { KnownItems } from '../../evidence/tree/known-items.ts';
import { auditTree, type Finding, type TreeAuditResult } from '../../evidence/tree/tree-audit.ts';
import { findBase } from '../../evidence/tree/tree-base.ts';
import { EXIT, type ExitCode } from '../../explain/exit-code.ts';
import { showName } from '../../text/shown-name.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { type LoadedSource, loadSource, type SourceOptions } from '../known-source.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatBytes, formatFields } from '../table.ts';

export interface AuditTreeOptions extends SourceOptions {
  readonly base?: string;
  readonly report?: string;
}

/** Findings told one by one; the report file holds all of them. */
const SHOWN = 100;

export async function auditDirectory(invocation: Invocation<AuditTreeOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const [directory = ''] = args;
  await assertDirectory(directory);
  using known = new KnownItems();
  const source = await loadSource(known, invocation);
  if (known.count === 0) throw new CliError('NOT_ANCHORED', 'no files are listed there');
  const base = chooseBase(known, directory, options.base);
  const progress = createProgress(context, options);
  const shown: Finding[] = [];
  const report = openReport(options.report);
  let isWhole = false;
  try {
    const result = await auditTree(known, {
      directory: toBytePath(directory),
      base,
      isOrdered: source.isOrdered,
      exclude: ownFiles(source, options).map(toBytePath),
      signal: context.signal,
      onProgress: (state) => progress.report(state),
      onFinding: (finding) => {
        report?.add(toDocument(finding));
        if (isTold(finding) && shown.length < SHOWN) shown.push(finding);
      },
    });
    isWhole = true;
    return toOutcome(result, { directory, base, source, shown, report: options.report });
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new CliError('INTERRUPTED', 'interrupted: nothing was concluded', error);
  } finally {
    progress.stop();
    report?.close();
    if (!isWhole && report !== undefined) await rm(report.file, { force: true });
  }
}

async function assertDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const missing = cause.code === 'ENOENT';
    throw new CliError(
      missing ? 'SOURCE_MISSING' : 'FILE_UNREADABLE',
      missing ? `${path} does not exist` : `cannot read ${path} (${cause.code})`,
      cause,
    );
  });
  if (!found.isDirectory()) throw new CliError('USAGE', `${path} is not a directory`);
}

function chooseBase(known: KnownItems, directory: string, given: string | undefined): BytePath {
  if (given !== undefined) {
    const base = tidyBase(toBytePath(given));
    // Else nothing would be compared, which would look like agreement.
    if (known.hasBelow(base)) return base;
    throw new CliError('USAGE', `nothing is listed below ${showName(base)}, as --base has it`);
  }
  const found = findBase(known, toBytePath(resolve(directory)));
  if (typeof found === 'string') return found;
  const trees = found.trees.slice(0, 10).map(showName).join(', ');
  throw new CliError(
    'USAGE',
    `several trees are listed (${trees}): say which of them the directory is with --base`,
  );
}

function tidyBase(base: BytePath): BytePath {
  if (base === '/') return base;
  return base
    .replace(/^(\.\/)+/, '')
    .replace(/(\/\.?)+$/, '')
    .replace(/^\.$/, '');
}

/** What the audit itself reads and writes is no part of the tree; all else beside it is. */
const ownFiles = ({ files }: LoadedSource, { report }: AuditTreeOptions): string[] => [
  ...files,
  ...(report === undefined ? [] : [report]),
];

/** A match is told where there is more to say of it. */
const isTold = ({ code, detail }: Finding): boolean => code !== 'matched' || detail !== undefined;

function openReport(file: string | undefined): NdjsonFile | undefined {
  if (file === undefined) return undefined;
  try {
    return new NdjsonFile(file, 'wx');
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw isThere
      ? new CliError('FILE_EXISTS', `${file} is there already`, error)
      : new CliError('FILE_UNWRITABLE', `cannot write ${file}`, error);
  }
}

const toPath = (name: BytePath) => ({
  path: pathBytes(name).toString('base64url'),
  text: readablePath(pathBytes(name)),
});

const toDocument = ({ code, name, other, detail }: Finding) => ({
  code,
  ...toPath(name),
  ...(other !== undefined && { other: toPath(other) }),
  ...(detail !== undefined && { detail }),
});

interface Audited {
  readonly directory: string;
  readonly base: BytePath;
  readonly source: LoadedSource;
  readonly shown: readonly Finding[];
  readonly report: string | undefined;
}

function toOutcome(result: TreeAuditResult, audited: Audited): Outcome {
  const { counts, notes, outside, hashed } = result;
  const { directory, base, source, shown, report } = audited;
  const { matched, ...others } = counts;
  const told = [...Object.values(others), ...Object.values(notes)].reduce((sum, n) => sum + n, 0);
  return {
    document: {
      directory,
      base: toPath(base),
      against: source.names,
      counts,
      notes,
      outside,
      notFiles: source.notFiles,
      hashed,
      findings: shown.map(toDocument),
      more: told - shown.length,
      ...(report !== undefined && { report }),
    },
    text: [
      ...shown.map(describeFinding),
      ...(told > shown.length ? [describeMore(told - shown.length, report)] : []),
      describeBase(audited),
      describeCounts(result, source),
      ...describeAdvice(result),
    ].join('\n'),
    exit: chooseExit(result),
  };
}

function chooseExit({ counts }: TreeAuditResult): ExitCode {
  if (counts.moved + counts.new + counts.missing + counts.altered > 0) return EXIT.mismatch;
  // Nothing compared is no agreement.
  return counts.unread > 0 || counts.matched === 0 ? EXIT.incomplete : EXIT.done;
}

function describeFinding({ code, name, other, detail }: Finding): string {
  const same = code === 'moved' ? 'listed as' : 'same content as';
  const added = [
    ...(other === undefined ? [] : [`${same} ${showName(other)}`]),
    ...(detail === undefined ? [] : [detail]),
  ].join(', ');
  return `${code}: ${showName(name)}${added === '' ? '' : ` (${added})`}`;
}

const describeMore = (more: number, report: string | undefined): string =>
  report === undefined
    ? `… and ${more} more: --report FILE writes all of them`
    : `… and ${more} more in ${report}`;

function describeBase({ directory, base, source }: Audited): string {
  const listed = base === '' ? 'every listed name' : `what is listed below ${showName(base)}`;
  return `${directory} stands for ${listed} in ${source.names.join(', ')}`;
}

function describeCounts({ counts, notes, outside, hashed }: TreeAuditResult, source: LoadedSource) {
  const some = (count: number) => (count === 0 ? undefined : count);
  return formatFields([
    ...Object.entries(counts),
    ['matched by an earlier version', some(notes['earlier-version'])],
    ['matched by one of several versions', some(notes['one-of-several-versions'])],
    ['not compared: outside', some(outside)],
    ['not compared: no files', some(source.notFiles)],
    ['excluded', some(notes.excluded)],
    ['devices, sockets, pipes', some(notes.special)],
    ['links not listed', some(notes['unlisted-link'])],
    ['read', `${hashed.files} files, ${formatBytes(hashed.bytes)}`],
  ]);
}

function describeAdvice({ counts }: TreeAuditResult): string[] {
  if (counts.matched + counts.altered > 0 || counts.missing + counts.moved === 0) return [];
  return ['nothing stands at its listed name: was the directory called otherwise? See --base'];
}
