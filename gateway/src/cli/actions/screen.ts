/** `screen`: asks what the members say of addresses. */
import '@tabellion/proof/node';
import { access } from 'node:fs/promises';
import { writeCsv } from '../../exchange/csv/csv.ts';
import type { Context, Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { type AskedAll, askAll } from '../label/ask-all.ts';
import { encodeReceipt } from '../label/receipt.ts';
import { type Asked, askLines, askRows, askWords, parseNetwork } from '../label/screen-input.ts';
import {
  ANSWER_COLUMNS,
  countVerdicts,
  describeAnswers,
  exitOf,
  listAnswerRow,
  type VerdictCounts,
} from '../label/screen-text.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { openSession } from '../session.ts';
import { formatTime } from '../table.ts';

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
}

export async function screenAddresses(invocation: Invocation<ScreenFlags>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const { purpose, output, receipt, asOf } = options;
  const force = options.force === true;
  // Not a required option: that would be asked for by `screen verify-receipt` as well.
  if (purpose === undefined || !/^[\x20-\x7e]{1,200}$/.test(purpose)) {
    throw new CliError(
      'USAGE',
      'say with --purpose what it is asked for: 1 to 200 ASCII characters',
    );
  }
  if ((options.csv === true) !== (output !== undefined)) {
    throw new CliError('USAGE', '--csv and -o go together');
  }
  // Answers that could not be kept afterwards would have been asked for in vain, and are on record.
  for (const file of [output, receipt]) if (file !== undefined && !force) await assertAbsent(file);
  const height = asOf === undefined ? undefined : `${parseCount('--as-of', asOf)}`;
  const asked = await gather(context, args, options);
  const session = await openSession(invocation);
  const progress = createProgress(context, options);
  let result: AskedAll;
  try {
    const onAnswered = (linesDone: number) =>
      progress.report({ linesDone, bytesDone: linesDone, bytesTotal: asked.length });
    result = await askAll(session, asked, { purpose, asOf: height, onAnswered });
  } finally {
    progress.stop();
  }
  const { answers, parts, receipts, failed } = result;
  if (receipt !== undefined) {
    await writeNewFile(receipt, receipts.map(encodeReceipt), force, 0o600);
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

async function assertAbsent(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${file} is there already; --force replaces it`);
}

async function gather(
  context: Context,
  words: readonly string[],
  { file, csv, network: named }: ScreenFlags,
): Promise<Asked[]> {
  const network = named === undefined ? undefined : parseNetwork(named);
  const source = words.length === 1 && words[0] === '-' ? '-' : file;
  if (source !== file ? file !== undefined : source !== undefined && words.length > 0) {
    throw new CliError('USAGE', 'give addresses or --file');
  }
  if (csv) {
    if (source === undefined) throw new CliError('USAGE', '--csv goes with --file');
    return askRows(context, source, network);
  }
  return source === undefined ? askWords(words, network) : askLines(context, source, network);
}

const describeCounts = (counts: VerdictCounts): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');

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
