/** From lists to batches on the ledger, with the fate of every line: of labels, and of transfers. */
import { copyFile, stat } from 'node:fs/promises';
import { NdjsonFile } from '../../evidence/ndjson-file.ts';
import { EXIT } from '../../explain/exit-code.ts';
import type { Context } from '../context.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { ownMember, type Session } from '../session.ts';
import { formatCount } from '../table.ts';
import type { BatchStatement } from './assert-options.ts';
import type { AssertedPart } from './assert-parts.ts';
import { type AssertedPlan, assertPlan } from './assert-plan.ts';
import {
  countRefused,
  type ImportCounts,
  type LineFate,
  makeParts,
  type PartSource,
  startCounts,
} from './make-parts.ts';
import type { PlannedSighting } from './plan.ts';

/** What every import can be told. */
export interface RunFlags {
  readonly again?: true;
  readonly dryRun?: true;
  readonly strict?: true;
  readonly report?: string;
  /** Of MISP: sightings of addresses become records of the own member. */
  readonly sightings?: true;
}

export interface ListImport<F> {
  readonly files: readonly string[];
  readonly source: PartSource<F>;
  readonly statement: BatchStatement;
  /** What decides, besides files, member and statement, what is asserted. */
  readonly what: { readonly type: string };
  /** What one line stands for. */
  readonly noun: string;
}

/** Digests of the lists, before anybody is asked. @throws CliError `FILE_EXISTS`, `FILE_UNREADABLE`. */
export async function checkFiles(
  files: readonly string[],
  { report }: RunFlags,
): Promise<readonly string[]> {
  const digests: string[] = [];
  for (const file of files) digests.push((await hashFile(file)).sha256);
  if (report !== undefined) await assertAbsent(report);
  return digests;
}

/** @param digests of the files, see {@link checkFiles}. */
export async function runImport<F>(
  session: Session,
  context: Context,
  flags: RunFlags & Parameters<typeof createProgress>[1],
  { files, source, statement, what, noun }: ListImport<F>,
  digests: readonly string[],
): Promise<Outcome> {
  const { report, strict = false, dryRun = false, sightings: sight = false } = flags;
  const progress = createProgress(context, flags);
  const make = async function* (
    counts: ImportCounts,
    keptReport: string | undefined,
    onSighting: (sighting: PlannedSighting) => void,
  ) {
    const lines = keptReport === undefined ? undefined : new NdjsonFile(keptReport, 'w');
    try {
      const onFate = (fate: LineFate) => lines?.add(fate);
      const watched = await watch(files, (state) => progress.report(state));
      const sightings = { onSighting, now: context.now };
      yield* makeParts(files, source, { ...watched, counts, onFate, sightings });
    } finally {
      lines?.close();
    }
  };
  try {
    if (dryRun) {
      const counts = startCounts();
      for await (const _ of make(counts, report, () => undefined));
      return describe({ counts, batches: [], resumed: false }, flags, noun);
    }
    const whole = { v: 1, ...what, member: ownMember(session), files: [...digests], statement };
    const result = await assertPlan(
      session,
      {
        ...{ what: whole, statement, make, strict, sight },
        ...{ again: flags.again === true, now: context.now },
      },
      async (kept) => {
        if (report !== undefined) await copyFile(kept, report);
      },
    );
    return describe(result, flags, noun);
  } finally {
    progress.stop();
  }
}

async function assertAbsent(report: string): Promise<void> {
  const isThere = await stat(report).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${report} is there already`);
}

/** How far the reading has come. */
async function watch(
  files: readonly string[],
  report: (state: {
    filesDone: number;
    filesTotal: number;
    bytesDone: number;
    bytesTotal: number;
  }) => void,
) {
  let [filesDone, bytesDone, bytesTotal] = [0, 0, 0];
  for (const file of files) bytesTotal += (await stat(file)).size;
  const tell = () => report({ filesDone, filesTotal: files.length, bytesDone, bytesTotal });
  return {
    onRead: (bytes: number) => {
      bytesDone += bytes;
      tell();
    },
    onFileDone: () => {
      filesDone += 1;
      tell();
    },
  };
}

function describe(
  { counts, batches, resumed, sighted }: AssertedPlan,
  { report, ...flags }: RunFlags,
  noun: string,
): Outcome {
  const refused = countRefused(counts);
  const dryRun = flags.dryRun === true;
  const isKept = refused > 0 && flags.strict === true;
  return {
    document: {
      ...{ counts, batches, resumed, dryRun },
      ...(sighted && { sighted }),
      ...(report !== undefined && { report }),
    },
    text: [
      ...(resumed ? ['the lists were read by an earlier run of this command'] : []),
      `${formatCount(counts.taken, noun)} taken of ${formatCount(counts.lines, 'line')}: ${counts.derived} with something derived, ${counts.merged} merged, ${refused} refused`,
      ...Object.entries(counts.refused).map(([code, count]) => `  ${code}: ${count}`),
      ...(counts.files > 0
        ? [`${formatCount(counts.files, 'file')} refused as a whole: see --report`]
        : []),
      ...(counts.burn > 0
        ? [
            `${formatCount(counts.burn, 'label')} of burn or null addresses: nobody holds their keys`,
          ]
        : []),
      ...describeRemarks(counts, sighted),
      ...batches.map((batch) => describeBatch(batch, noun)),
      ...(dryRun ? ['nothing was asserted: --dry-run'] : []),
      ...(isKept && !dryRun ? ['nothing was asserted: --strict, and something was refused'] : []),
    ].join('\n'),
    exit: refused > 0 ? EXIT.incomplete : EXIT.done,
  };
}

function describeRemarks(counts: ImportCounts, sighted: AssertedPlan['sighted']): string[] {
  const { sightings, recordable, opinions, notes, unreadable } = counts;
  if (sightings + opinions + notes + unreadable === 0) return [];
  const fate =
    sighted === undefined
      ? `${recordable} of the sightings can be recorded: --sightings`
      : `${formatCount(sighted.recorded, 'sighting')} recorded, ${sighted.before} before`;
  return [
    `said by others: ${formatCount(sightings, 'sighting')}, ${formatCount(opinions, 'opinion')}, ${formatCount(notes, 'note')}, ${unreadable} unreadable`,
    `${fate}; of each of the others --report says why it is left`,
  ];
}

/** One line for each batch, of every command that asserts. */
export const describeBatch = (
  { batch, size, tlp, txId, before }: AssertedPart,
  noun = 'label',
): string =>
  `batch ${batch}: ${formatCount(size, noun)}, TLP:${tlp} (${txId}${before ? ', asserted before' : ''})`;
