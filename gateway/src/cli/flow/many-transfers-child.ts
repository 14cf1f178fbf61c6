/** Reads a list of transfers as `flow import` does, and tells the parent what came of its lines. */
import '@tabellion/proof/node';
import { parentPort, workerData } from 'node:worker_threads';
import { makeParts, startCounts } from '../label/make-parts.ts';
import { transferSource } from './transfer-source.ts';

const { file } = workerData as { file: string };
const counts = startCounts();
const others: unknown[] = [];
const sizes: number[] = [];
const source = transferSource({
  ...{ tlp: 'GREEN', pap: 'GREEN', provenance: 'ledger_immanent', source: 'own node' },
  ...{ network: 'eip155:1' },
  links: [{ kind: 'ACQUISITION', id: 'ab'.repeat(16) }],
});
const ports = {
  counts,
  onFate: (fate: { readonly fate: string }) => void (fate.fate === 'TAKEN' || others.push(fate)),
  onRead: () => undefined,
  onFileDone: () => undefined,
};
for await (const { size } of makeParts([file], source, ports)) sizes.push(size);
parentPort!.postMessage({ counts, sizes, others });
