/**
 * `screen verify-receipt`: receipts against the addresses and answers in them. No network. Nothing here is
 * signed, so that its outcomes are no verdicts of `verify`: CONSISTENT, never INTACT.
 */
import '@tabellion/proof/node';
import { createReadStream } from 'node:fs';
import { EXIT } from '../../explain/exit-code.ts';
import type { ScreenAnswer } from '../../label/screen.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import {
  checkReceipt,
  type KeptReceipt,
  readReceipts,
  type ScreeningEntry,
} from '../label/receipt.ts';
import { countVerdicts } from '../label/screen-text.ts';
import type { Outcome } from '../output.ts';
import { formatTable, formatTime } from '../table.ts';

export async function verifyReceipt(invocation: Invocation): Promise<Outcome> {
  const [file = ''] = invocation.args;
  const receipts = [];
  for await (const receipt of readReceipts(readChunks(file))) {
    const { position } = receipt;
    const entry = findEntry(receipt);
    if (entry instanceof CliError) return tellMismatch(position, entry);
    const { at, member, who, purpose, height, queries } = entry;
    const counts = countVerdicts(receipt.answers as ScreenAnswer[]);
    receipts.push({ position, at, member, who, purpose, height, queries, counts });
  }
  if (receipts.length === 0) throw new CliError('FILE_MALFORMED', `${file} holds no receipt`);
  const rows = receipts.map(({ position, at, member, purpose, height, queries, counts }) => [
    ...[`${position}`, formatTime(at), member, purpose, `${height}`, `${queries}`],
    `${counts.LABELLED}`,
  ]);
  return {
    document: { outcome: 'CONSISTENT', receipts },
    text: [
      formatTable(['POSITION', 'AT', 'BY', 'PURPOSE', 'HEIGHT', 'ASKED', 'LABELLED'], rows),
      'CONSISTENT',
      'Shows: entry, addresses and answers of each receipt belong together, and no more: nothing is signed here.',
      'Does not show: that the entry was recorded; the proof of the member’s journal on the ledger does.',
    ].join('\n'),
  };
}

function findEntry(receipt: KeptReceipt): ScreeningEntry | CliError {
  try {
    return checkReceipt(receipt);
  } catch (error) {
    if (error instanceof CliError && error.code === 'RECEIPT_MISMATCH') return error;
    throw error;
  }
}

const tellMismatch = (position: KeptReceipt['position'], { code, message }: CliError): Outcome => ({
  document: { outcome: 'MISMATCH', code, message, position },
  text: `MISMATCH  ${code}  the receipt at position ${position}: ${message}\nShows: its entry, addresses and answers do not belong together.`,
  exit: EXIT.mismatch,
});

async function* readChunks(file: string) {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `cannot read ${file} (${code})`, error);
  }
}
