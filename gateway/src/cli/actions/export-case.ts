/** `export case`: an acquisition or an item's life as CASE/UCO JSON-LD. */
import { buildAcquisitionGraph } from '../../exchange/case/acquisition-graph.ts';
import type { CaseNode } from '../../exchange/case/case-node.ts';
import { buildLifeGraph } from '../../exchange/case/life-graph.ts';
import { writeCase } from '../../exchange/case/write-case.ts';
import type { Invocation } from '../context.ts';
import { nameLedger, openAcquisition, openItem } from '../exchange/export-source.ts';
import { describeExport, type ExportOptions, pickSubject } from '../exchange/subject.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export async function exportCase(invocation: Invocation<ExportOptions>): Promise<Outcome> {
  const { output, force } = invocation.options;
  const subject = pickSubject(invocation.options);
  const session = await openSession(invocation);
  const ledger = await nameLedger(session);
  let nodes = 0;
  const write = (graph: AsyncIterable<CaseNode> | Iterable<CaseNode>) => {
    const counted = (async function* () {
      for await (const node of graph) {
        nodes += 1;
        yield node;
      }
    })();
    return writeNewFile(output, writeCase(counted), force === true);
  };
  if ('item' in subject) {
    const { life, commitment } = await openItem(session.client, subject.item);
    await write(buildLifeGraph(ledger, life, commitment));
    const document = { output, nodes, steps: life.steps.length, content: commitment !== undefined };
    return {
      document,
      text: [
        `${nodes} nodes written to ${output}, ${life.steps.length} steps of custody among them`,
        ...(commitment === undefined
          ? ['without the name and digests of the content, which the ledger does not hold']
          : []),
      ].join('\n'),
    };
  }
  const source = await openAcquisition(session.client, subject.acquisition);
  await write(buildAcquisitionGraph(ledger, source.facts, source.items()));
  return describeExport(source, { output, nodes }, `${nodes} nodes written to ${output}`);
}
