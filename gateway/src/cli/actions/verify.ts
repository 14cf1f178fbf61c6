/**
 * `verify`: a proof and a trust file, no network. Nothing that this module imports can open a socket;
 * a test runs it with sockets forbidden.
 */
import '@tabellion/proof/node';
import { stat } from 'node:fs/promises';
import { MAX_BUNDLE_BYTES, parseTrust, type Trust, type Verdict, verify } from '@tabellion/proof';
import { ProgressMeter } from '../../evidence/progress.ts';
import { EXIT, type ExitCode } from '../../explain/exit-code.ts';
import type { Disagreement } from '../../order/repeat.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { describeVerdict, limitsOf } from '../verdict-text.ts';

export const MAX_TRUST_BYTES = 4 << 20;

export const VERDICT_EXITS = {
  INTACT: EXIT.done,
  MISMATCH: EXIT.mismatch,
  UNTRUSTED: EXIT.untrusted,
  UNREADABLE: EXIT.error,
} as const satisfies Record<Verdict['outcome'], ExitCode>;

const JUDGED_AGAIN =
  'Its profile, treaty and calendars, run again here over its records, give the same steps and due instants.';

export interface VerifyOptions {
  readonly trust: string;
  readonly file?: string;
  readonly at?: string;
}

export async function verifyProof(invocation: Invocation<VerifyOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const bundle = await readSmallFile(args[0] as string, MAX_BUNDLE_BYTES);
  const trust = parseTrust(await readSmallFile(options.trust, MAX_TRUST_BYTES));
  const now = options.at === undefined ? context.now() : parseTime(options.at);
  const file = options.file === undefined ? undefined : await digestFile(invocation, options.file);
  const verdict = verify(bundle, trust, { now, ...(file && { file }) });
  if (verdict.outcome === 'INTACT' && verdict.order) {
    const { repeatOrder } = await import('../../order/repeat.ts');
    const disagreement = repeatOrder(bundle, verdict.order);
    if (disagreement !== undefined) return tellDisagreement(disagreement, verdict, trust);
  }
  // The verifier itself shows the records; that they are what the rules give was found here.
  const judged = verdict.outcome === 'INTACT' && verdict.order !== undefined;
  return {
    document: {
      ...verdict,
      ...{ ledger: trust.ledger, at: now },
      ...limitsOf(verdict),
      ...(judged && { judgedAgain: true }),
    },
    text: judged
      ? `${describeVerdict(verdict, trust)}\n${JUDGED_AGAIN}`
      : describeVerdict(verdict, trust),
    exit: VERDICT_EXITS[verdict.outcome],
  };
}

/** The records hold together, and either are not what the order's rules make of them, or cannot be judged. */
function tellDisagreement(
  disagreement: Disagreement,
  verdict: Verdict,
  { ledger }: Trust,
): Outcome {
  const { code, step, detail } = disagreement;
  const place = step === 0 ? 'the issue' : `step ${step}`;
  const isMismatch = code === 'STATE_MISMATCH';
  const outcome = isMismatch ? 'MISMATCH' : 'UNREADABLE';
  const message = isMismatch
    ? `The order's records and its rules disagree at ${place}: ${detail}.`
    : `The order's records hold together, but cannot be judged by their rules at ${place}: ${detail}.`;
  return {
    document: { ...verdict, outcome, code, message, ledger, disagreement },
    text: `${outcome} ${code}: ${message}\nWhat to do: tabellion explain ${code}`,
    exit: VERDICT_EXITS[outcome],
  };
}

async function digestFile({ context, options }: Invocation<VerifyOptions>, path: string) {
  const progress = createProgress(context, options);
  const meter = new ProgressMeter((state) => progress.report(state));
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined) meter.setTotal(1, size);
  try {
    return await hashFile(path, (bytes) => {
      if (context.signal.aborted) throw new CliError('INTERRUPTED', 'interrupted');
      meter.addReading(bytes);
    });
  } finally {
    progress.stop();
  }
}
