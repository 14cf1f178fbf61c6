/**
 * `verify`: a proof and a trust file, no network. Nothing that this module imports can open a socket;
 * a test runs it with sockets forbidden.
 */
import '@tabellion/proof/node';
import { stat } from 'node:fs/promises';
import {
  fromBase64url,
  fromUtf8,
  parseTrust,
  type Trust,
  type Verdict,
  verify,
} from '@tabellion/proof';
import { ProgressMeter } from '../../evidence/progress.ts';
import type { Invocation } from '../context.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatFields, formatTime } from '../table.ts';

const MAX_BUNDLE_BYTES = 16 << 20;
const MAX_TRUST_BYTES = 4 << 20;

export const VERDICT_EXITS = {
  INTACT: EXIT.done,
  MISMATCH: EXIT.mismatch,
  UNTRUSTED: EXIT.untrusted,
  UNREADABLE: EXIT.error,
} as const satisfies Record<Verdict['outcome'], ExitCode>;

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
  return {
    document: { ...verdict, ledger: trust.ledger, at: now, ...limits(verdict) },
    text: describe(verdict, trust),
    exit: VERDICT_EXITS[verdict.outcome],
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

/** What a verdict shows and what it does not (EVD-16): said each time, in every form of output. */
function limits(verdict: Verdict): { shows: string; doesNotShow: string } {
  const doesNotShow =
    'whether the content is true or complete, who made it, whether collecting it was lawful, or what has been recorded since';
  if (verdict.outcome === 'UNREADABLE') {
    return { shows: 'nothing: the proof or the trust file cannot be read', doesNotShow };
  }
  if (verdict.outcome === 'UNTRUSTED') {
    return { shows: 'only that the trust file does not cover this proof', doesNotShow };
  }
  if (verdict.outcome === 'MISMATCH') {
    return { shows: 'that something is not what was anchored', doesNotShow };
  }
  const subject =
    verdict.claims?.fileChecked === true
      ? 'the file is unchanged since it was anchored'
      : 'the commitment was anchored; no file was compared with it';
  return { shows: subject, doesNotShow };
}

function describe(verdict: Verdict, trust: Trust): string {
  const { shows, doesNotShow } = limits(verdict);
  const { claims } = verdict;
  return [
    `${verdict.code === verdict.outcome ? verdict.code : `${verdict.outcome} ${verdict.code}`}: ${verdict.message}`,
    '',
    ...verdict.steps.map(({ step, ok }) => `  ${ok ? 'ok    ' : 'FAILED'}  ${step}`),
    ...(claims === undefined
      ? []
      : [
          '',
          formatFields([
            ['Item', fromUtf8Lossy(claims.path)],
            ['SHA-256', claims.sha256],
            ['Size', claims.size],
            ['Acquisition', claims.acquisition],
            ['Batch', `${claims.batch}, item ${claims.index}`],
            ['Anchored at', `${formatTime(claims.anchoredAt)} (the signer's clock)`],
            ['Attested at', `${formatTime(claims.attestedAt)} (the requester's clock)`],
            ['Recorded in', `block ${claims.block}, transaction ${claims.position}`],
            ['Endorsed by', claims.endorsers.join(', ')],
            [
              'Key held by',
              claims.keyCustody === 'gateway' ? 'a gateway, not the person' : 'the person',
            ],
          ]),
        ]),
    '',
    `Shows: ${shows}.`,
    `Does not show: ${doesNotShow}.`,
    ...(verdict.outcome === 'INTACT' ? [] : [`What to do: tabellion explain ${verdict.code}`]),
    ...(trust.ledger === 'embedded'
      ? ['The ledger is embedded: one operator holds the keys of all members.']
      : []),
  ].join('\n');
}

/** A path is bytes; those that are no UTF-8 are shown as replacement characters. */
function fromUtf8Lossy(path: string): string {
  const bytes = fromBase64url(path);
  try {
    return fromUtf8(bytes);
  } catch {
    return `${new TextDecoder().decode(bytes)} (not UTF-8)`;
  }
}
