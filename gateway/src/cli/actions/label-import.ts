/** `label import`: lists of others become batches; interrupted, the same command goes on where it was. */
import '@tabellion/proof/node';
import { findNetworks } from '@tabellion/screening';
import type { ReadOptions } from '../../label/format/entry.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { type AssertFlags, draftStatement } from '../label/assert-options.ts';
import { labelSource } from '../label/make-parts.ts';
import type { PackFormat, PackReading } from '../label/read-pack.ts';
import { checkFiles, type RunFlags, runImport } from '../label/run-import.ts';
import { readTaxonomyEntry } from '../label/taxonomy-entry.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface ImportFlags extends AssertFlags, Omit<RunFlags, 'again'> {
  readonly format: PackFormat;
  readonly asset?: string;
  readonly category?: string;
  readonly source?: string;
  readonly label?: string;
}

export async function importLabels(invocation: Invocation<ImportFlags>): Promise<Outcome> {
  const { args: files, options, context } = invocation;
  const { format, asset } = options;
  if ((format === 'ofac') !== (asset !== undefined)) {
    throw new CliError('USAGE', '--asset goes with --format ofac, and with nothing else');
  }
  if (asset !== undefined && findNetworks(asset).length === 0) {
    throw new CliError('USAGE', `no network is known for the asset ${asset}`);
  }
  if (options.sightings === true && format !== 'misp') {
    throw new CliError('USAGE', '--sightings goes with --format misp: no other list has any');
  }
  const digests = await checkFiles(files, options);
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
  const what = {
    type: 'tabellion.label-import',
    ...{ format, ...(asset !== undefined && { asset }), given },
  };
  const list = { files, source: labelSource(reading), statement, what, noun: 'label' };
  return runImport(session, context, options, list, digests);
}
