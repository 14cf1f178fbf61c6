/** `export csv`: the items of an acquisition, its time line, or that of one item. */
import { describeLeftOut } from '../../custody/left-out.ts';
import { type Cell, writeCsv } from '../../exchange/csv/csv.ts';
import { ITEM_HEADING, listItemRows } from '../../exchange/csv/item-rows.ts';
import {
  listAcquisitionRows,
  listLifeRows,
  TIMELINE_HEADING,
} from '../../exchange/csv/timeline-rows.ts';
import type { Invocation } from '../context.ts';
import { openAcquisition, openItem } from '../exchange/export-source.ts';
import { describeExport, type ExportOptions, pickSubject } from '../exchange/subject.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatCount } from '../table.ts';

export interface CsvOptions extends ExportOptions {
  readonly timeLine?: true;
}

export async function exportCsv(invocation: Invocation<CsvOptions>): Promise<Outcome> {
  const { output, force, timeLine } = invocation.options;
  const subject = pickSubject(invocation.options);
  const session = await openSession(invocation);
  let rows = 0;
  const write = (
    heading: readonly string[],
    listed: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>,
  ) => {
    const counted = (async function* () {
      for await (const row of listed) {
        rows += 1;
        yield row;
      }
    })();
    return writeNewFile(output, writeCsv(heading, counted), force === true);
  };
  const tell = () => `${formatCount(rows, 'row')} written to ${output}`;
  if ('item' in subject) {
    const { life } = await openItem(session, subject.item);
    await write(TIMELINE_HEADING, listLifeRows(life));
    const { leftOut } = life;
    const text = [tell(), ...describeLeftOut(life)].join('\n');
    return { document: { output, rows, leftOut }, text };
  }
  const source = await openAcquisition(session.client, subject.acquisition);
  if (timeLine === true) {
    await write(TIMELINE_HEADING, listAcquisitionRows(source.facts, source.batches));
    return { document: { output, rows }, text: tell() };
  }
  await write(ITEM_HEADING, listItemRows(source.items()));
  return describeExport(source, { output, rows }, tell());
}
