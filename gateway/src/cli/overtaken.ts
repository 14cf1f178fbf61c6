/** When another step of the same chain came first: whether it did, and the head that it left behind. */
import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from './failure.ts';

/** How long a gateway may take to show the step that came between. */
const SHOWN_MS = 5000;
const PAUSE_MS = 100;
const OVERTAKEN = new Set<unknown>(['CHAIN_CONFLICT', 'OVERTAKEN', 'TRANSACTION_INVALID']);

/** Refused because the ledger is or will be elsewhere, or ordered after another step of the same chain. */
const isOvertaken = (error: unknown): boolean =>
  error instanceof Error &&
  [codeOf(error, 'contractCode'), codeOf(error, 'code')].some(
    (code) => code !== undefined && OVERTAKEN.has(code),
  );

const codeOf = (error: Error, name: string) => (error as unknown as Record<string, unknown>)[name];

export interface Chain<Head, Done> {
  readonly signal: AbortSignal;
  /** How often it is tried: where more happens at once, people should look first. */
  readonly attempts: number;
  readonly read: () => Promise<Head>;
  readonly take: (head: Head) => Promise<Done>;
  /** Throws where, after what came between, it would no longer be the same step. */
  readonly assertStillMeant: (before: Head, now: Head, error: unknown) => void;
}

/** Takes a step after the head, and again where another one came between. @throws CliError `INTERRUPTED`. */
export async function takeAfterHead<Head extends { readonly sequence: number }, Done>({
  signal,
  attempts,
  read,
  take,
  assertStillMeant,
}: Chain<Head, Done>): Promise<Done> {
  let head = await read();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await take(head);
    } catch (error) {
      if (!isOvertaken(error) || attempt === attempts) throw error;
      const now = await readLater(signal, head.sequence, read);
      if (now === undefined) throw error;
      assertStillMeant(head, now, error);
      head = now;
    }
  }
}

/** The head once it has moved on; undefined if it does not. @throws CliError `INTERRUPTED`. */
async function readLater<Head extends { readonly sequence: number }>(
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
