/** `label show`: one batch, or one label of it with all that was said of it. */
import '@tabellion/proof/node';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import {
  describeStanding,
  listHeadFields,
  readStandingBatch,
  STANDING_EXITS,
  type StandingBatch,
} from '../label/batch-standing.ts';
import { describeLabel } from '../label/describe-label.ts';
import { openJudge } from '../label/label-state.ts';
import {
  describeResponse,
  describeScore,
  describeStatus,
  RESPONSE_HEADING,
} from '../label/label-text.ts';
import {
  parseIndex,
  type Response,
  subjectOf,
  type VerifiedBatch,
} from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime } from '../table.ts';

export interface ShowFlags {
  readonly index?: string;
  readonly from: string;
  readonly limit: string;
}

export async function showBatch(invocation: Invocation<ShowFlags>): Promise<Outcome> {
  const { options, args } = invocation;
  const { client } = await openSession(invocation);
  const found = await readStandingBatch(client, args[0]);
  if (found.shown.record.content === 'TRANSFERS' || (found.batch?.transfers.length ?? 0) > 0) {
    throw new CliError('USAGE', 'a batch of transfers: tabellion flow show');
  }
  const exit = STANDING_EXITS[found.standing];
  if (found.batch === undefined) return { ...showRecord(found), exit };
  const shown = await showLabels(client, { ...found, batch: found.batch }, options);
  return { ...shown, exit };
}

const facts = ({ shown: batch, standing, at, code }: StandingBatch) => ({
  ...{ batch, standing, at },
  ...(code !== undefined && { code }),
});

/** Where its labels are not to be had. */
const showRecord = (found: StandingBatch): Outcome => ({
  document: { ...facts(found), responses: found.responses },
  text: [describeHead(found), describeSaid(found.responses)].join('\n\n'),
});

async function showLabels(
  client: GatewayClient,
  found: StandingBatch & { readonly batch: VerifiedBatch },
  { index, from, limit }: ShowFlags,
): Promise<Outcome> {
  const { batch, responses, shown } = found;
  const judge = await openJudge(client, batch, found);
  const first = index === undefined ? parseCount('--from', from) : parseIndex(index, batch);
  const last = index === undefined ? first + parseCount('--limit', limit) : first + 1;
  const labels = batch.lines.slice(first, last).map((line, offset) => {
    const { responses, ...state } = judge(line);
    return { index: first + offset, statement: line.statement, ...state, responses };
  });
  if (index !== undefined) {
    const [label] = labels;
    return {
      document: { ...facts(found), label },
      text: [
        describeLabel(label!.statement),
        formatFields([
          ['Status', describeStatus(label!)],
          ['Score', describeScore(label!.score)],
          ['Supported by', label!.supporters.join(', ') || undefined],
          ['Asserted by', `${shown.record.act.member}, ${formatTime(shown.record.act.at)}`],
          ['Leaf', label!.leaf],
          ['Batch counts', describeStanding(found)],
        ]),
        describeSaid(label!.responses),
      ].join('\n\n'),
    };
  }
  const rows = labels.map(({ index, statement, score, ...state }) => [
    ...[`${index}`, statement.address, statement.category, describeStatus(state)],
    ...[`${score?.score ?? ''}`, statement.label],
  ]);
  const heading = ['INDEX', 'ADDRESS', 'CATEGORY', 'STATUS', 'SCORE', 'LABEL'];
  const next = first + labels.length;
  const whole = responses.filter((response) => subjectOf(response) === undefined);
  return {
    document: { ...facts(found), from: first, labels },
    text: [
      describeHead(found),
      ...(rows.length === 0 ? [] : [formatTable(heading, rows)]),
      ...(next < batch.lines.length ? [`more: --from ${next}`] : []),
      describeSaid(whole, 'the batch as a whole'),
    ].join('\n\n'),
  };
}

function describeHead(found: StandingBatch): string {
  const { record } = found.shown;
  return formatFields([
    ...listHeadFields(found),
    ['Labels', `${record.size}`],
    ['Marking', `TLP:${record.tlp}`],
    ['Taxonomy', `${record.taxonomy.id}@${record.taxonomy.version}`],
    ['Legal basis', `${record.legalBasis.id}@${record.legalBasis.version}`],
    ['Case', record.case],
    ['Flags', record.flags.join(', ') || undefined],
    ['Reason', record.reason],
    ['Manifest', record.manifest],
  ]);
}

const describeSaid = (said: readonly Response[], of = 'it'): string =>
  said.length === 0
    ? `nothing was said of ${of} since`
    : formatTable(RESPONSE_HEADING, said.map(describeResponse));
