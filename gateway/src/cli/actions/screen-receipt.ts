/**
 * `screen verify-receipt`: receipts against the questions and answers in them, against the gateway's
 * signature, and against the ledger. No network. Each outcome names how far it was looked; none is a
 * verdict on an address.
 */
import '@tabellion/proof/node';
import { parseTrust } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { readProofs, readReceipts } from '../receipt/file.ts';
import { createJudge, type Means, type ReceiptVerdict } from '../receipt/verdict.ts';
import { formatTable, formatTime } from '../table.ts';
import { timeOf } from './disclosure-verify.ts';
import { MAX_TRUST_BYTES, VERDICT_EXITS } from './verify.ts';

export interface VerifyReceiptFlags {
  readonly trust?: string;
  readonly proof?: string;
  readonly at?: string;
}

type Held = Extract<ReceiptVerdict, { outcome: 'INTACT' }> & { readonly position: number };
type Failed = Exclude<ReceiptVerdict, { outcome: 'INTACT' }>;

/** How far everything was looked at, and held. */
export const RECEIPT_OUTCOMES = ['CONSISTENT', 'SIGNED', 'ANCHORED'] as const;

export async function verifyReceipt(invocation: Invocation<VerifyReceiptFlags>): Promise<Outcome> {
  const [file = ''] = invocation.args;
  const means = await gatherMeans(invocation);
  const judge = createJudge(means);
  const held: Held[] = [];
  for await (const kept of readReceipts(file)) {
    const verdict = judge(kept);
    if (verdict.outcome !== 'INTACT') return tellFailed(kept.position, verdict);
    held.push({ ...verdict, position: kept.position });
  }
  const outcome = outcomeOf(held, means);
  return {
    document: { outcome, receipts: held.map(describe) },
    text: [tabulate(held), '', outcome, ...EXPLANATIONS[outcome], NEVER_SHOWN].join('\n'),
  };
}

async function gatherMeans({
  options,
  ...invocation
}: Invocation<VerifyReceiptFlags>): Promise<Means> {
  const { trust, proof, at } = options;
  if (proof !== undefined && trust === undefined) {
    throw new CliError('USAGE', '--proof needs --trust: whom to believe of the ledger');
  }
  return {
    trust:
      trust === undefined ? undefined : parseTrust(await readSmallFile(trust, MAX_TRUST_BYTES)),
    proofs: proof === undefined ? undefined : await readProofs(proof),
    now: timeOf({ ...invocation, options: { ...options, trust: '', ...(at && { at }) } }),
  };
}

function outcomeOf(held: readonly Held[], { trust, proofs }: Means) {
  if (proofs !== undefined) return 'ANCHORED';
  // What was opened under audit carries no signature: only the ledger speaks for it.
  const areSigned = trust !== undefined && held.every(({ seal }) => seal !== undefined);
  return areSigned ? 'SIGNED' : 'CONSISTENT';
}

const EXPLANATIONS: Readonly<Record<(typeof RECEIPT_OUTCOMES)[number], readonly string[]>> = {
  CONSISTENT: [
    'Shows: entry, question and answers of each receipt belong together, and no more.',
    'Not checked: the gateway’s signature (--trust) and the ledger (--proof).',
  ],
  SIGNED: [
    'Shows: a gateway of the member named signed that this was asked and answered, at the height and time named.',
    'Not checked: whether the entry is on the ledger, where nobody can change it or its time (--proof).',
  ],
  ANCHORED: [
    'Shows: the entry stands in the member’s journal on the ledger, as the members attest, since the time named; receipts are signed by a gateway of that member besides.',
  ],
};
const NEVER_SHOWN =
  'Never shown: that an address is clean, or that the gateway held all labels; it shows what this gateway said.';

const describe = ({ position, entry, counts, asked, seal, anchor }: Held) => {
  const { at, member, who, operation, purpose, ledger, queries } = entry;
  const ground = { ledger, ...('height' in entry && { height: entry.height }) };
  const facts = { position, at, member, who, operation, purpose, ...ground, queries };
  return { ...facts, counts, asked, seal, anchor };
};

const HEADING = [
  ...['POSITION', 'AT', 'BY', 'WHAT', 'PURPOSE', 'HEIGHT', 'ASKED', 'LABELLED', 'ON LEDGER'],
];
const heightOf = (entry: Held['entry']) => ('height' in entry ? `${entry.height}` : '-');

function tabulate(held: readonly Held[]): string {
  const rows = held.map(({ position, entry, counts, anchor }) => [
    ...[`${position}`, formatTime(entry.at), entry.member, entry.operation, entry.purpose],
    heightOf(entry),
    ...[`${entry.queries}`, counts === undefined ? '-' : `${counts.LABELLED}`],
    anchor === undefined ? '-' : `${formatTime(anchor.anchoredAt)} in block ${anchor.block}`,
  ]);
  return formatTable(HEADING, rows);
}

const WHAT_FAILED: Readonly<Record<Failed['at'], string>> = {
  receipt: 'Shows: its entry, question and answers do not belong together.',
  signature: 'Entry, question and answers belong together; the signature does not hold.',
  ledger: 'Entry, question and answers belong together; the proof of the ledger does not hold.',
};

const tellFailed = (position: number, { outcome, code, at, why }: Failed): Outcome => ({
  document: { outcome, code, message: why, failed: at, position },
  text: `${outcome}  ${code}  the receipt at position ${position}: ${why}\n${WHAT_FAILED[at]}`,
  exit: VERDICT_EXITS[outcome],
});
