/** `flow import`: lists of observed transfers become batches, as `label import` does with labels. */
import '@tabellion/proof/node';
import { evidenceLinks } from '@tabellion/proof';
import type { TransferDefaults } from '../../flow/format/csv.ts';
import { readLink } from '../../label/format/csv-rows.ts';
import type { Invocation } from '../context.ts';
import { checkInput } from '../document.ts';
import { transferSource } from '../flow/transfer-source.ts';
import { type AssertFlags, draftStatement } from '../label/assert-options.ts';
import { checkFiles, type RunFlags, runImport } from '../label/run-import.ts';
import { parseNetwork } from '../label/screen-input.ts';
import { readTaxonomyEntry } from '../label/taxonomy-entry.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface FlowImportFlags extends AssertFlags, Omit<RunFlags, 'again'> {
  readonly network?: string;
  readonly source?: string;
  readonly link?: readonly string[];
}

export async function importTransfers(invocation: Invocation<FlowImportFlags>): Promise<Outcome> {
  const { args: files, options, context } = invocation;
  const { tlp, pap, provenance, source, network, link } = options;
  const given: TransferDefaults = {
    ...{ tlp, pap },
    ...(provenance !== undefined && { provenance }),
    ...(source !== undefined && { source }),
    ...(network !== undefined && { network: parseNetwork(network) }),
    ...(link !== undefined && { links: checkInput(evidenceLinks, link.map(readLink)) }),
  };
  const digests = await checkFiles(files, options);
  const session = await openSession(invocation);
  const { governed } = await readTaxonomyEntry(session.client, options.taxonomy);
  const statement = draftStatement(options, governed);
  const what = { type: 'tabellion.flow-import', given };
  const list = { files, source: transferSource(given), statement, what, noun: 'transfer' };
  return runImport(session, context, options, list, digests);
}
