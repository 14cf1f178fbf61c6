/** `flow show`: the transfers of one batch. */
import '@tabellion/proof/node';
import { nameEvidence, toHex } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { describeResponse, RESPONSE_HEADING } from '../label/label-text.ts';
import { listResponses, readVerifiedBatch } from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime } from '../table.ts';

export async function showTransfers(
  invocation: Invocation<{ readonly from: string; readonly limit: string }>,
): Promise<Outcome> {
  const { options, args } = invocation;
  const { client } = await openSession(invocation);
  const { digest, shown, transfers: all } = await readVerifiedBatch(client, args[0]);
  if (all.length === 0) throw new CliError('USAGE', 'a batch of labels: tabellion label show');
  const responses = await listResponses(client, digest);
  const from = parseCount('--from', options.from);
  const transfers = all
    .slice(from, from + parseCount('--limit', options.limit))
    .map(({ statement, leaf }, offset) => ({
      ...{ index: from + offset, statement, leaf: toHex(leaf) },
    }));
  const { record } = shown;
  const next = from + transfers.length;
  return {
    document: { batch: shown, from, transfers, responses },
    text: [
      formatFields([
        ['Batch', digest],
        ['Asserted by', `${record.act.member}, ${formatTime(record.act.at)}`],
        ['Transfers', `${all.length}: manifest and root are what the ledger says`],
        ['Rests on', record.evidence?.map(nameEvidence).join(', ')],
        ['Marking', `TLP:${record.tlp}`],
        ['Legal basis', `${record.legalBasis.id}@${record.legalBasis.version}`],
        ['Reason', record.reason],
      ]),
      formatTable(
        ['INDEX', 'TIME', 'FROM', 'TO', 'ASSET', 'AMOUNT', 'TRANSACTION'],
        transfers.map(({ index, statement: { at, from: senders, to, asset, amount, ...rest } }) => [
          ...[`${index}`, formatTime(at), senders.join(' '), to, asset, amount],
          `${rest.transaction} (${rest.index})`,
        ]),
      ),
      ...(next < all.length ? [`more: --from ${next}`] : []),
      responses.length === 0
        ? 'nothing was said of it since'
        : formatTable(RESPONSE_HEADING, responses.map(describeResponse)),
    ].join('\n\n'),
  };
}
