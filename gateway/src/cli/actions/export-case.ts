/** `export case`: an acquisition or an item's life as CASE/UCO JSON-LD. */
import { describeLeftOut } from '../../custody/left-out.ts';
import { buildAcquisitionGraph } from '../../exchange/case/acquisition-graph.ts';
import type { CaseNode } from '../../exchange/case/case-node.ts';
import { buildLifeGraph } from '../../exchange/case/life-graph.ts';
import { splitBatches } from '../../exchange/case/split-batches.ts';
import { writeCase } from '../../exchange/case/write-case.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { nameLedger, openAcquisition, openItem } from '../exchange/export-source.ts';
import { numberFile } from '../exchange/number-file.ts';
import { describeExport, type ExportOptions, pickSubject } from '../exchange/subject.ts';
import { CliError } from '../failure.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface CaseOptions extends ExportOptions {
  /** Items a file at most. */
  readonly split?: string;
}

export async function exportCase(invocation: Invocation<CaseOptions>): Promise<Outcome> {
  const { output, force, split } = invocation.options;
  const subject = pickSubject(invocation.options);
  const limit = split === undefined ? undefined : parseCount('--split', split);
  if (limit !== undefined && (limit < 1 || 'item' in subject)) {
    throw new CliError('USAGE', '--split takes a number from 1, and goes with --acquisition');
  }
  const session = await openSession(invocation);
  const ledger = await nameLedger(session);
  let nodes = 0;
  const write = (file: string, graph: AsyncIterable<CaseNode> | Iterable<CaseNode>) => {
    const counted = (async function* () {
      for await (const node of graph) {
        nodes += 1;
        yield node;
      }
    })();
    return writeNewFile(file, writeCase(counted), force === true);
  };
  if ('item' in subject) {
    const { life, commitment } = await openItem(session, subject.item);
    await write(output, buildLifeGraph(ledger, life, commitment));
    const { leftOut } = life;
    const content = commitment !== undefined;
    const document = { output, nodes, steps: life.steps.length, content, leftOut };
    return {
      document,
      text: [
        `${nodes} nodes written to ${output}, ${life.steps.length} steps of custody among them`,
        ...(commitment === undefined
          ? ['without the name and digests of the content, which the ledger does not hold']
          : []),
        ...describeLeftOut(life),
      ].join('\n'),
    };
  }
  const source = await openAcquisition(session.client, subject.acquisition);
  if (limit === undefined) {
    await write(output, buildAcquisitionGraph(ledger, source.facts, source.items()));
    return describeExport(source, { output, nodes }, `${nodes} nodes written to ${output}`);
  }
  const files: string[] = [];
  for await (const part of splitBatches(source.batches, source.items(), limit)) {
    const file = numberFile(output, files.length + 1);
    await write(file, buildAcquisitionGraph(ledger, source.facts, part));
    files.push(file);
  }
  const last = files.length === 1 ? '' : ` to ${files.at(-1)}`;
  return describeExport(
    source,
    { output: files, nodes },
    `${nodes} nodes written to ${files[0]}${last}; read together they are the whole`,
  );
}
