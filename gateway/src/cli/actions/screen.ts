/** `screen`: asks what the members say of addresses. */
import '@tabellion/proof/node';
import { writeCsv } from '../../exchange/csv/csv.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { type AskedAll, askAll } from '../label/ask-all.ts';
import { parsePurpose } from '../label/purpose.ts';
import { gatherAddresses } from '../label/screen-input.ts';
import {
  ANSWER_COLUMNS,
  countVerdicts,
  describeAnswers,
  describeCounts,
  exitOf,
  listAnswerRow,
} from '../label/screen-text.ts';
import { assertAbsent, writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { encodeKept } from '../receipt/form.ts';
import { openSession } from '../session.ts';
import { formatTime } from '../table.ts';
import { readPinnedTrust } from '../trust-pin.ts';

export interface ScreenFlags {
  readonly file?: string;
  readonly csv?: true;
  readonly output?: string;
  readonly force?: true;
  readonly purpose?: string;
  readonly network?: string;
  readonly asOf?: string;
  readonly receipt?: string;
  readonly explain?: true;
  readonly private?: 'hash' | 'oprf';
  readonly acceptKey?: string;
}

export async function screenAddresses(invocation: Invocation<ScreenFlags>): Promise<Outcome> {
  if (invocation.options.private !== undefined) {
    return (await import('./screen-private.ts')).screenPrivately(invocation);
  }
  const { context, options, args } = invocation;
  const { output, receipt, asOf } = options;
  const force = options.force === true;
  const purpose = parsePurpose(options.purpose);
  if ((options.csv === true) !== (output !== undefined)) {
    throw new CliError('USAGE', '--csv and -o go together');
  }
  // Answers that could not be kept afterwards would have been asked for in vain, and are on record.
  for (const file of [output, receipt]) if (file !== undefined && !force) await assertAbsent(file);
  const height = asOf === undefined ? undefined : `${parseCount('--as-of', asOf)}`;
  const asked = await gatherAddresses(context, args, options);
  const session = await openSession(invocation);
  const progress = createProgress(context, options);
  let result: AskedAll;
  try {
    const onAnswered = (linesDone: number) =>
      progress.report({ linesDone, bytesDone: linesDone, bytesTotal: asked.length });
    const trust = await readPinnedTrust(session.paths);
    result = await askAll(session, asked, { purpose, asOf: height, trust, onAnswered });
  } finally {
    progress.stop();
  }
  const { answers, parts, receipts, failed } = result;
  if (receipt !== undefined) {
    const lines = receipts.map((each) =>
      encodeKept({ type: 'tabellion.screening-receipt', ...each }),
    );
    await writeNewFile(receipt, lines, force, 0o600);
  }
  if (output !== undefined) {
    await writeNewFile(output, writeCsv(ANSWER_COLUMNS, answers.map(listAnswerRow)), force, 0o600);
  }
  const counts = countVerdicts(answers);
  return {
    document: { purpose, counts, parts, answers, ...(failed && { failed }) },
    text: [
      output === undefined
        ? describeAnswers(answers, options.explain === true)
        : `answers written to ${output}`,
      describeCounts(counts),
      ...describeGround(result),
      ...(failed === undefined
        ? []
        : [`ERROR: not all could be asked: ${failed.code}: ${failed.message}`]),
    ].join('\n'),
    exit: exitOf(counts),
  };
}

/** How fresh the answers are. */
function describeGround({ parts }: AskedAll): string[] {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return [];
  const heights =
    first.height === last.height ? `${first.height}` : `${first.height} to ${last.height}`;
  const [one, other] = [first, last].map(({ receipt }) => receipt.position);
  return [
    `as of ${heights} blocks, ${formatTime(first.at)} by the ledger`,
    `on record in your member’s journal: ${one}${one === other ? '' : ` to ${other}`}`,
  ];
}
