/** `label import`: lists of others become batches; interrupted, the same command goes on where it was. */
import '@tabellion/proof/node';
import { copyFile, stat } from 'node:fs/promises';
import { findNetworks } from '@tabellion/screening';
import { NdjsonFile } from '../../evidence/ndjson-file.ts';
import { EXIT } from '../../explain/exit-code.ts';
import type { ReadOptions } from '../../label/format/entry.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import { type AssertFlags, draftStatement } from '../label/assert-options.ts';
import type { AssertedPart } from '../label/assert-parts.ts';
import { assertPlan } from '../label/assert-plan.ts';
import {
  countRefused,
  type ImportCounts,
  type LineFate,
  makeParts,
  startCounts,
} from '../label/make-parts.ts';
import type { PackFormat, PackReading } from '../label/read-pack.ts';
import { readTaxonomyEntry } from '../label/taxonomy-entry.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession, ownMember } from '../session.ts';
import { formatCount } from '../table.ts';

export interface ImportFlags extends AssertFlags {
  readonly format: PackFormat;
  readonly asset?: string;
  readonly category?: string;
  readonly source?: string;
  readonly label?: string;
  readonly dryRun?: true;
  readonly strict?: true;
  readonly report?: string;
}

export async function importLabels(invocation: Invocation<ImportFlags>): Promise<Outcome> {
  const { args: files, options, context } = invocation;
  const { format, asset, report, strict = false, dryRun = false } = options;
  if ((format === 'ofac') !== (asset !== undefined)) {
    throw new CliError('USAGE', '--asset goes with --format ofac, and with nothing else');
  }
  if (asset !== undefined && findNetworks(asset).length === 0) {
    throw new CliError('USAGE', `no network is known for the asset ${asset}`);
  }
  const digests: string[] = [];
  for (const file of files) digests.push((await hashFile(file)).sha256);
  if (report !== undefined) await assertAbsent(report);
  const session = await openSession(invocation);
  const { governed, taxonomy } = await readTaxonomyEntry(session.client, options.taxonomy);
  const statement = draftStatement(options, governed);
  const { tlp, pap, category, source, label, provenance } = options;
  if (category !== undefined && taxonomy.find(category) !== category) {
    throw new CliError('USAGE', `${options.taxonomy} has no category ${category}`);
  }
  const given = {
    ...{ tlp, pap },
    ...(category !== undefined && { category }),
    ...(source !== undefined && { source }),
    ...(label !== undefined && { label }),
    ...(provenance !== undefined && { provenance }),
  } satisfies Omit<ReadOptions, 'taxonomy'>;
  const reading: PackReading = { format, asset, options: { ...given, taxonomy } };
  const progress = createProgress(context, options);
  const make = async function* (counts: ImportCounts, keptReport: string | undefined) {
    const lines = keptReport === undefined ? undefined : new NdjsonFile(keptReport, 'w');
    try {
      const onFate = (fate: LineFate) => lines?.add(fate);
      const watched = await watch(files, (state) => progress.report(state));
      yield* makeParts(files, reading, { ...watched, counts, onFate });
    } finally {
      lines?.close();
    }
  };
  try {
    if (dryRun) {
      const counts = startCounts();
      for await (const _ of make(counts, report));
      return describe({ counts, batches: [], resumed: false }, options);
    }
    const what = {
      ...{ type: 'tabellion.label-import', v: 1, member: ownMember(session), files: digests },
      ...{ format, ...(asset !== undefined && { asset }), given, statement },
    };
    const result = await assertPlan(
      session,
      { what, statement, make, strict, again: options.again === true, now: context.now },
      async (kept) => {
        if (report !== undefined) await copyFile(kept, report);
      },
    );
    return describe(result, options);
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

interface Result {
  readonly counts: ImportCounts;
  readonly batches: readonly AssertedPart[];
  readonly resumed: boolean;
}

function describe(
  { counts, batches, resumed }: Result,
  { report, ...flags }: ImportFlags,
): Outcome {
  const refused = countRefused(counts);
  const dryRun = flags.dryRun === true;
  const isKept = refused > 0 && flags.strict === true;
  return {
    document: {
      ...{ counts, batches, resumed, dryRun },
      ...(report !== undefined && { report }),
    },
    text: [
      ...(resumed ? ['the lists were read by an earlier run of this command'] : []),
      `${formatCount(counts.taken, 'label')} taken of ${formatCount(counts.lines, 'line')}: ${counts.derived} with something derived, ${counts.merged} merged, ${refused} refused`,
      ...Object.entries(counts.refused).map(([code, count]) => `  ${code}: ${count}`),
      ...(counts.files > 0
        ? [`${formatCount(counts.files, 'file')} refused as a whole: see --report`]
        : []),
      ...(counts.burn > 0
        ? [
            `${formatCount(counts.burn, 'label')} of burn or null addresses: nobody holds their keys`,
          ]
        : []),
      ...(counts.sightings + counts.opinions > 0
        ? [
            `not carried: ${counts.sightings} sightings, ${counts.opinions} opinions; label sight and label opine record them`,
          ]
        : []),
      ...batches.map(describeBatch),
      ...(dryRun ? ['nothing was asserted: --dry-run'] : []),
      ...(isKept && !dryRun ? ['nothing was asserted: --strict, and something was refused'] : []),
    ].join('\n'),
    exit: refused > 0 ? EXIT.incomplete : EXIT.done,
  };
}

/** One line for each batch, of every command that asserts. */
export const describeBatch = ({ batch, size, tlp, txId, before }: AssertedPart): string =>
  `batch ${batch}: ${formatCount(size, 'label')}, TLP:${tlp} (${txId}${before ? ', asserted before' : ''})`;
