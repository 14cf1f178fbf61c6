/** Lists of observed transfers as what fills manifests. */
import { MAX_EVIDENCE, type TransferFacts } from '@tabellion/proof';
import { readTransferCsv, type TransferDefaults } from '../../flow/format/csv.ts';
import type { PartSource } from '../label/make-parts.ts';
import { readChunks } from '../label/read-pack.ts';

export const transferSource = (defaults: TransferDefaults): PartSource<TransferFacts> => ({
  read: (file, onRead) => readTransferCsv(readChunks(file, onRead), defaults),
  add: (writer, facts) => writer.addTransfer(facts),
  // What rests on more evidence than one batch names goes into the next.
  fits: (writer, { links }) => writer.countEvidence(links) <= MAX_EVIDENCE,
});
