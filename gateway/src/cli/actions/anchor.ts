/** `anchor`: seals files and directories; interrupted, the same command goes on where it was. */
import '@tabellion/proof/node';
import { lstat } from 'node:fs/promises';
import { anchorPaths } from '../../evidence/anchor-paths.ts';
import { isOmission, type Report } from '../../evidence/source.ts';
import { readContainer } from '../../exchange/container/read-container.ts';
import { EXIT } from '../../explain/exit-code.ts';
import { showName } from '../../text/shown-name.ts';
import { openAnchorPorts } from '../anchor-ports.ts';
import { anchorDirectory, describeAnchored, keepAnchorReport } from '../anchor-report.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { assertAcquisitionId } from '../known-source.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';
import { formatBytes, formatCount } from '../table.ts';

export interface AnchorOptions {
  readonly acquisition: string;
  readonly exhibit?: string;
  readonly seal?: string;
  readonly md5?: true;
  readonly sha1?: true;
  readonly images?: true;
}

/** Reports printed one by one; the report file holds all of them. */
const SHOWN = 100;

export async function anchor(invocation: Invocation<AnchorOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const { acquisition, exhibit, seal } = options;
  assertAcquisitionId(acquisition);
  await assertNamed(args);
  const session = await openSession(invocation);
  const ports = await openAnchorPorts(session);
  const progress = createProgress(context, options);
  const reports: Report[] = [];
  const also = [
    ...(options.md5 ? ['md5' as const] : []),
    ...(options.sha1 ? ['sha1' as const] : []),
  ];
  try {
    const result = await anchorPaths(
      args,
      {
        acquisition,
        stateDirectory: anchorDirectory(session.paths),
        also,
        ...(options.images && {
          readContainer: (path) => readContainer(path, context.environment.EWFINFO),
        }),
        ...(exhibit !== undefined && { exhibit }),
        ...(seal !== undefined && { seal }),
        signal: context.signal,
        now: context.now,
        onProgress: (state) => progress.report(state),
        onReport: (report) => {
          if (reports.length < SHOWN) reports.push(report);
        },
      },
      ports,
    );
    await keepAnchorReport(session.paths, acquisition, args, result.omitted);
    return toOutcome(result, reports);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new CliError('INTERRUPTED', 'interrupted: run the same command again to go on', error);
  } finally {
    progress.stop();
  }
}

/** A mistyped name is no omission of the collection: it is refused before anything is hashed. */
async function assertNamed(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await lstat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') return;
      throw new CliError('SOURCE_MISSING', `${path} does not exist; nothing was anchored`, cause);
    });
  }
}

type Result = Awaited<ReturnType<typeof anchorPaths>>;

function toOutcome(result: Result, reports: readonly Report[]): Outcome {
  const { batches, omitted, totals, hashed, known, reportFile } = result;
  return {
    document: {
      acquisition: result.acquisition,
      batches: batches.map(({ batch, txId, root, size, bytes }) => ({
        batch,
        txId,
        root,
        size,
        bytes,
      })),
      hashed,
      known,
      totals,
      omitted,
      reports: result.reports,
      reportFile,
    },
    text: [
      ...reports.map(describeReport),
      ...describeMore(result, reports.length),
      `${formatCount(hashed.files, 'file')} (${formatBytes(hashed.bytes)}) hashed, ${known} known from before`,
      describeAnchored(batches.length, totals),
      omitted === 0
        ? 'everything was read'
        : `INCOMPLETE: ${formatCount(omitted, 'source')} not anchored; see ${reportFile}`,
    ].join('\n'),
    exit: omitted === 0 ? EXIT.done : EXIT.incomplete,
  };
}

function describeReport({ name, code, detail }: Report): string {
  const mark = isOmission(code) ? 'NOT ANCHORED' : 'note';
  const why = detail === undefined ? code : `${code} (${detail})`;
  return `${mark}: ${why}: ${showName(name)}`;
}

function describeMore({ reports, reportFile }: Result, shown: number): string[] {
  const all = Object.values(reports).reduce((sum, count) => sum + count, 0);
  return all > shown ? [`… and ${all - shown} more in ${reportFile}`] : [];
}
