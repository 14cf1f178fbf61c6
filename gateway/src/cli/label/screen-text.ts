/** Answers of a screening, for people and for spreadsheets. */
import { isStanding } from '@tabellion/screening';
import type { Cell } from '../../exchange/csv/csv.ts';
import { EXIT, type ExitCode } from '../../explain/exit-code.ts';
import { type ScreenAnswer, type ShownLabel, VERDICTS, type Verdict } from '../../label/screen.ts';
import { formatTable } from '../table.ts';
import { nameNetwork } from './describe-label.ts';
import { describeScore, describeStatus } from './label-text.ts';

/** What is shown of a label in a list: also of one that was asked for privately. */
export type ListedLabel = Pick<
  ShownLabel,
  'category' | 'concepts' | 'member' | 'status' | 'score' | 'network' | 'label' | 'overdueDisputes'
>;
export type ListedAnswer = Omit<ScreenAnswer, 'labels'> & {
  readonly labels?: readonly ListedLabel[];
};

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export function countVerdicts(answers: readonly ListedAnswer[]): VerdictCounts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (const { verdict } of answers) counts[verdict] = counts[verdict]! + 1;
  return counts as VerdictCounts;
}

export const describeCounts = (counts: VerdictCounts): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');

/** The first that applies. Nothing but answers throughout, and none of them a label, is `done`. */
export function exitOf(counts: VerdictCounts): ExitCode {
  if (counts.LABELLED > 0) return EXIT.mismatch;
  if (counts.STALE + counts.ERROR > 0) return EXIT.unknown;
  if (counts.INVALID + counts.UNSUPPORTED > 0) return EXIT.incomplete;
  return EXIT.done;
}

const HEADING = ['VERDICT', 'ADDRESS', 'CATEGORY', 'BY', 'STATUS', 'SCORE', 'NETWORK', 'LABEL'];

/** A row for each label, and one for each address without. */
export function describeAnswers(answers: readonly ListedAnswer[], withTerms: boolean): string {
  const rows = answers.flatMap((answer) => {
    const { submitted, address = submitted, labels = [] } = answer;
    const verdict = [
      answer.verdict,
      ...(answer.test ? ['(test address)'] : []),
      ...(answer.burn ? ['(burn address)'] : []),
    ].join(' ');
    if (labels.length === 0) return [[verdict, address, '', '', '', '', '', tellWhy(answer)]];
    return labels.map((label, index) => [
      ...(index === 0 ? [verdict, address] : ['', '']),
      ...[[label.category, ...(label.concepts ?? [])].join(', '), label.member],
      describeStatus(label),
      ...[withTerms ? describeScore(label.score) : `${label.score?.score ?? ''}`],
      ...[nameNetwork(label.network), label.label],
    ]);
  });
  return formatTable(HEADING, rows);
}

const tellWhy = ({ code, detail }: ListedAnswer): string =>
  [code, detail].filter((part) => part !== undefined).join(': ');

export const ANSWER_COLUMNS = [
  ...['reference', 'submitted', 'verdict', 'address', 'categories', 'members', 'statuses'],
  ...['score', 'labels', 'withdrawn_or_expired', 'overdue_disputes', 'remark', 'code', 'detail'],
];

/** One row for each address; several labels stand in one cell, separated by `; `. */
export function listAnswerRow(answer: ListedAnswer): Cell[] {
  const { labels = [] } = answer;
  const standing = labels.filter(({ status }) => isStanding(status));
  const list = (read: (label: ListedLabel) => string) =>
    [...new Set(standing.map(read))].join('; ');
  const scores = standing.flatMap(({ score }) => (score === null ? [] : [score.score]));
  return [
    ...[answer.reference, answer.submitted, answer.verdict, answer.address],
    list(({ category }) => category),
    list(({ member }) => member),
    list(({ status }) => status),
    scores.length === 0 ? undefined : Math.max(...scores),
    list(({ label }) => label),
    labels.length - standing.length,
    // Empty also where nothing is said of it, as by a table that was asked privately.
    labels.reduce((sum, { overdueDisputes = 0 }) => sum + overdueDisputes, 0) || undefined,
    answer.test ? 'test address' : answer.burn ? 'burn address' : undefined,
    ...[answer.code, answer.detail],
  ];
}
