/** When another step of the same chain came first: whether it did, and the head that it left behind. */
import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from './failure.ts';

/** How long a gateway may take to show the step that came between. */
const SHOWN_MS = 5000;
const PAUSE_MS = 100;
const OVERTAKEN = new Set<unknown>(['CHAIN_CONFLICT', 'OVERTAKEN', 'TRANSACTION_INVALID']);

/** Refused because the ledger is or will be elsewhere, or ordered after another step of the same chain. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof Error &&
  [codeOf(error, 'contractCode'), codeOf(error, 'code')].some(
    (code) => code !== undefined && OVERTAKEN.has(code),
  );

const codeOf = (error: Error, name: string) => (error as unknown as Record<string, unknown>)[name];

/** The head once it has moved on; undefined if it does not. @throws CliError `INTERRUPTED`. */
export async function readLater<Head extends { readonly sequence: number }>(
  signal: AbortSignal,
  sequence: number,
  read: () => Promise<Head>,
): Promise<Head | undefined> {
  const until = performance.now() + SHOWN_MS;
  for (;;) {
    const head = await read();
    if (head.sequence > sequence) return head;
    if (performance.now() > until) return undefined;
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new CliError('INTERRUPTED', 'interrupted');
  }
}
