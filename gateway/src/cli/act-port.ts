/**
 * The ledger port's acts over the gateway's `/v1`. The gateway relays; the key stays here, and
 * `performAct` compares everything that comes back before it signs.
 */
import { fromBase64url, parseStrict, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import type { ActPort } from '../ledger/act.ts';
import { type CommitStatus, LedgerError } from '../ledger/port.ts';
import { CliError, ProblemError } from './failure.ts';
import { expectShape, type GatewayAnswer, type GatewayClient } from './gateway-client.ts';

const prepared = z.object({ txId: z.string(), proposal: z.base64url() });
const endorsed = z.object({ txId: z.string(), payload: z.base64url(), result: z.base64url() });
const committed = z.object({
  txId: z.string(),
  code: z.string(),
  block: z.int(),
  position: z.int(),
});

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** How long the outcome of a transaction is asked for before it counts as unknown. */
const STATUS_MS = 120_000;

/** @param certificate PEM of the person who signs. */
export function createActPort(
  client: GatewayClient,
  certificate: string,
  { statusMs = STATUS_MS }: { readonly statusMs?: number } = {},
): ActPort {
  const known = new Map<string, CommitStatus>();

  return {
    async prepare({ transaction, args, transient }) {
      const [input] = args;
      if (args.length !== 1 || input === undefined) throw new TypeError('one argument is expected');
      const answer = await relay(
        client.post(`/v1/${transaction.replace(':', '/')}`, {
          json: {
            input: parseStrict(input),
            certificate,
            ...(transient && { transient: mapValues(transient, toBase64url) }),
          },
        }),
      );
      const { txId, proposal } = expectShape(prepared, answer.body);
      return { txId, proposal: fromBase64url(proposal) };
    },

    async endorse({ bytes, signature }, { endorsers } = {}) {
      const json = {
        proposal: toBase64url(bytes),
        signature: toBase64url(signature),
        ...(endorsers && { endorsers }),
      };
      const answer = await relay(client.post('/v1/acts/endorse', { json }));
      const { txId, payload, result } = expectShape(endorsed, answer.body);
      return { txId, payload: fromBase64url(payload), result: fromBase64url(result) };
    },

    async submit({ bytes, signature }) {
      const json = { payload: toBase64url(bytes), signature: toBase64url(signature) };
      let answer: GatewayAnswer;
      try {
        answer = await relay(client.post('/v1/acts/submit', { json }));
      } catch (error) {
        // Whether it was ordered is not known: only its status can tell.
        if (isLost(error)) return;
        throw error;
      }
      const result = committed.safeParse(answer.body);
      if (result.success) known.set(result.data.txId, result.data);
    },

    async status(txId, { signal } = {}) {
      const told = known.get(txId);
      if (told !== undefined) return told;
      const until = performance.now() + statusMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const status = await askStatus(client, txId).catch(unlessLost);
        if (status !== undefined) return status;
        if (performance.now() > until || !(await waitUnless(signal, pause))) {
          throw new LedgerError('UNKNOWN', `whether ${txId} was committed is not known yet`, {
            txId,
          });
        }
      }
    },
  };
}

/** The status of a transaction, or undefined while the gateway knows of none. */
export async function askStatus(
  client: GatewayClient,
  txId: string,
): Promise<CommitStatus | undefined> {
  try {
    const { body } = await client.get(`/v1/acts/${txId}`);
    return expectShape(committed, body);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  }
}

function unlessLost(error: unknown): undefined {
  if (!isLost(error)) throw error;
}

const LOST_LEDGER: readonly string[] = ['UNKNOWN', 'UNAVAILABLE', 'DUPLICATE_TRANSACTION'];

/** Nothing is known of the outcome: the answer was lost, or speaks of the way and not of the act. */
function isLost(error: unknown): boolean {
  if (error instanceof CliError) return error.code === 'UNREACHABLE' || error.code === 'TIMED_OUT';
  if (error instanceof LedgerError) return LOST_LEDGER.includes(error.code);
  // 409: ordered and invalid, or taken before; its status says which, with block and position.
  return error instanceof ProblemError && (error.status === 409 || error.status >= 500);
}

const LEDGER_CODES = new Set([
  'BAD_PROPOSAL',
  'BAD_SIGNATURE',
  'UNKNOWN_MEMBER',
  'IDENTITY_REFUSED',
  'CLOCK_SKEW',
  'DUPLICATE_TRANSACTION',
  'ENDORSEMENT_FAILED',
  'ENDORSEMENT_MISMATCH',
  'NOT_ACCEPTED',
  'OVERTAKEN',
  'HELD_UP',
  'UNKNOWN',
  'UNAVAILABLE',
  'STOPPED',
] as const);
type LedgerCode = typeof LEDGER_CODES extends Set<infer Code> ? Code : never;
const isLedgerCode = (code: string): code is LedgerCode => (LEDGER_CODES as Set<string>).has(code);

/** The port speaks of the ledger, so problems that are the ledger's become its errors again. */
async function relay(answer: Promise<GatewayAnswer>): Promise<GatewayAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (isLedgerCode(error.code))
      throw new LedgerError(error.code, error.message, { cause: error });
    throw error;
  }
}

/** False once the signal has ended the wait. */
async function waitUnless(signal: AbortSignal | undefined, milliseconds: number): Promise<boolean> {
  if (signal?.aborted) return false;
  return new Promise((resolve) => {
    const end = (goOn: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(goOn);
    };
    const stop = () => end(false);
    const timer = setTimeout(() => end(true), milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

const mapValues = <A, B>(object: Readonly<Record<string, A>>, change: (value: A) => B) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
