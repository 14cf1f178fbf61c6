/** `flow show`: one batch of transfers, or what the ledger says of it where they are not to be had. */
import '@tabellion/proof/node';
import { nameEvidence, toHex } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import {
  listHeadFields,
  readStandingBatch,
  STANDING_EXITS,
  type StandingBatch,
} from '../label/batch-standing.ts';
import { describeResponse, RESPONSE_HEADING } from '../label/label-text.ts';
import type { VerifiedBatch } from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime } from '../table.ts';

export interface ShowFlags {
  readonly from: string;
  readonly limit: string;
}

export async function showTransfers(invocation: Invocation<ShowFlags>): Promise<Outcome> {
  const { options, args } = invocation;
  const { client } = await openSession(invocation);
  const found = await readStandingBatch(client, args[0]);
  const { shown, responses, standing, code, batch } = found;
  if (shown.record.content !== 'TRANSFERS' && !batch?.transfers.length)
    throw new CliError('USAGE', 'a batch of labels: tabellion label show');
  const listed = batch && listTransfers(batch, options);
  return {
    exit: STANDING_EXITS[standing],
    document: {
      ...{ batch: shown, standing, ...(code !== undefined && { code }) },
      ...listed?.document,
      responses,
    },
    text: [
      describeHead(found),
      ...(listed?.text ?? []),
      responses.length === 0
        ? 'nothing was said of it since'
        : formatTable(RESPONSE_HEADING, responses.map(describeResponse)),
    ].join('\n\n'),
  };
}

function listTransfers({ transfers: all }: VerifiedBatch, options: ShowFlags) {
  const from = parseCount('--from', options.from);
  const transfers = all
    .slice(from, from + parseCount('--limit', options.limit))
    .map(({ statement, leaf }, offset) => ({
      ...{ index: from + offset, statement, leaf: toHex(leaf) },
    }));
  const next = from + transfers.length;
  return {
    document: { from, transfers },
    text: [
      formatTable(
        ['INDEX', 'TIME', 'FROM', 'TO', 'ASSET', 'AMOUNT', 'TRANSACTION'],
        transfers.map(({ index, statement: { at, from: senders, to, asset, amount, ...rest } }) => [
          ...[`${index}`, formatTime(at), senders.join(' '), to, asset, amount],
          `${rest.transaction} (${rest.index})`,
        ]),
      ),
      ...(next < all.length ? [`more: --from ${next}`] : []),
    ],
  };
}

function describeHead(found: StandingBatch): string {
  const { record } = found.shown;
  return formatFields([
    ...listHeadFields(found),
    ['Transfers', `${record.size}`],
    ['Rests on', record.evidence?.map(nameEvidence).join(', ')],
    ['Marking', `TLP:${record.tlp}`],
    ['Legal basis', `${record.legalBasis.id}@${record.legalBasis.version}`],
    ['Reason', record.reason],
    ['Manifest', record.manifest],
  ]);
}
