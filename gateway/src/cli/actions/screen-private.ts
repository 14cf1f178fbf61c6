/** `screen --private`: asks what the members say of addresses, without saying of which. */
import '@tabellion/screening/node';
import {
  askPrivately,
  chooseTable,
  type PrivateAnswer,
  type PrivateAnswers,
  type TableDocument,
  tableIdOf,
  verifyAnnouncement,
} from '@tabellion/screening';
import { writeCsv } from '../../exchange/csv/csv.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { createCarrier, encodePrivateReceipts } from '../label/ask-privately.ts';
import { holdToKey } from '../label/pinned-key.ts';
import { parsePurpose } from '../label/purpose.ts';
import type { Asked } from '../label/screen-input.ts';
import { gatherAddresses } from '../label/screen-input.ts';
import {
  ANSWER_COLUMNS,
  countVerdicts,
  describeAnswers,
  describeCounts,
  exitOf,
  type ListedAnswer,
  listAnswerRow,
} from '../label/screen-text.ts';
import { assertAbsent, writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';
import { formatTime } from '../table.ts';
import { readPinnedTrust, readTrust } from '../trust-pin.ts';
import type { ScreenFlags } from './screen.ts';

const KINDS = { hash: 'HASH', oprf: 'OPRF' } as const;

export async function screenPrivately(invocation: Invocation<ScreenFlags>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const { output, receipt, csv } = options;
  const force = options.force === true;
  const purpose = parsePurpose(options.purpose);
  if (options.asOf !== undefined || options.explain === true) {
    throw new CliError('USAGE', 'a table has neither earlier heights nor the terms of scores');
  }
  if ((csv === true) !== (output !== undefined)) {
    throw new CliError('USAGE', '--csv and -o go together');
  }
  for (const file of [output, receipt]) if (file !== undefined && !force) await assertAbsent(file);
  const asked = await gatherAddresses(context, args, options);
  const session = await openSession(invocation);
  const { client, paths } = session;
  const { body } = await client.get('/v1/label/private');
  const trust = await readTrust(session);
  const announcement = verifyAnnouncement(body, trust, { now: Date.now() });
  const kind = KINDS[options.private!];
  const { key } = chooseTable(announcement, kind, Date.now());
  const remark = key && (await holdToKey(paths, announcement, key, options.acceptKey));
  const pinned = await readPinnedTrust(paths);
  const carrier = createCarrier(client, { purpose, trust: pinned, announcement });
  const progress = createProgress(context, options);
  let requests = 0;
  const onProgress = () => {
    requests += 1;
    progress.report({ linesDone: requests, bytesDone: requests, bytesTotal: asked.length });
  };
  const queries = asked.flatMap((each) => ('query' in each ? [each.query] : []));
  let result: PrivateAnswers | undefined;
  try {
    const asking = { announcement, kind, transport: carrier, now: Date.now, onProgress };
    result = await askPrivately(queries, asking);
  } finally {
    progress.stop();
    // What was sent is on record, also where the rest failed.
    if (receipt !== undefined && carrier.receipts.length > 0) {
      const answered = result?.answers.map((answer, at) => ({ query: queries[at]!, answer })) ?? [];
      await writeNewFile(receipt, encodePrivateReceipts(carrier.receipts, answered), force, 0o600);
    }
  }
  const answers = inOrder(asked, result.answers);
  if (output !== undefined) {
    await writeNewFile(output, writeCsv(ANSWER_COLUMNS, answers.map(listAnswerRow)), force, 0o600);
  }
  const counts = countVerdicts(answers);
  const { table } = result;
  return {
    document: {
      ...{ purpose, counts, way: options.private, asked: result.asked, answers },
      table: { id: tableIdOf(table), ...table },
      ...(remark !== undefined && { remark }),
    },
    text: [
      output === undefined ? describeAnswers(answers, false) : `answers written to ${output}`,
      describeCounts(counts),
      describeTable(table),
      ...(remark === undefined ? [] : [remark]),
    ].join('\n'),
    exit: exitOf(counts),
  };
}

/** Those that could not be asked keep their place. */
function inOrder(asked: readonly Asked[], answers: readonly PrivateAnswer[]): ListedAnswer[] {
  let next = 0;
  return asked.map((each) => ('query' in each ? listed(answers[next++]!) : each.answer));
}

const listed = ({ labels, ...answer }: PrivateAnswer): ListedAnswer => ({
  ...answer,
  ...(labels !== undefined && {
    labels: labels.map(({ score, ...label }) => ({
      ...label,
      score: score === null ? null : { score, terms: [] },
    })),
  }),
});

const describeTable = ({ height, at, validUntil }: TableDocument): string =>
  `as of ${height} blocks, ${formatTime(at)} by the ledger; good until ${formatTime(validUntil)}`;
