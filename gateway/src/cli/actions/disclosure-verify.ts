/**
 * `disclosure verify`: a saved disclosure, or a proof that an item was shown or kept back, and a trust
 * file. Nothing that this module imports opens a socket.
 */
import '@tabellion/proof/node';
import { stat } from 'node:fs/promises';
import { type ProvenGrant, parseTrust, type Trust } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { checkProof, type ProofOptions } from '../disclosure/check-proof.ts';
import { checkSaved, type SavedVerdict } from '../disclosure/check-saved.ts';
import { listLimits, tellShown } from '../disclosure/proof-text.ts';
import { parseTime, readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { formatCount, formatFields, formatTime } from '../table.ts';
import { VERDICT_EXITS } from './verify.ts';

const MAX_TRUST_BYTES = 4 << 20;

export interface VerifyOptions {
  readonly trust: string;
  readonly at?: string;
}

export async function verifyDisclosure(
  invocation: Invocation<VerifyOptions & ProofOptions>,
): Promise<Outcome> {
  const [path = ''] = invocation.args;
  const trust = parseTrust(await readSmallFile(invocation.options.trust, MAX_TRUST_BYTES));
  const now = timeOf(invocation);
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const { item, set } = invocation.options;
  if (isDirectory && (item !== undefined || set !== undefined)) {
    throw new CliError('USAGE', '--item and --set belong to a proof of one item');
  }
  if (isDirectory) return describeSaved(await checkSaved(path, trust, now));
  return describeProof(path, trust, now, invocation.options);
}

export const timeOf = ({ context, options }: Invocation<VerifyOptions>): number =>
  options.at === undefined ? context.now() : parseTime(options.at);

export function describeSaved(verdict: SavedVerdict): Outcome {
  const { outcome, grant, sound, unsound } = verdict;
  return {
    document: { outcome, grant: grant && describeGrant(grant), sound, unsound },
    text: [
      outcome === 'INTACT'
        ? `INTACT: ${formatCount(sound, 'item')}, each anchored as shown and in the set that was granted`
        : `${outcome}: ${unsound.map(({ what, code }) => `${what}: ${code}`).join(', ')}`,
      ...(grant ? ['', grantFields(grant)] : []),
      '',
      'Shows: which items were disclosed and how many were kept back, as the members attest it.',
      'Does not show: whether the content is true, or whether the access still holds.',
    ].join('\n'),
    exit: VERDICT_EXITS[outcome],
  };
}

async function describeProof(
  path: string,
  trust: Trust,
  now: number,
  options: ProofOptions,
): Promise<Outcome> {
  const verdict = await checkProof(path, trust, now, options);
  if (verdict.outcome !== 'INTACT') {
    const { outcome, code, why } = verdict;
    return {
      document: { outcome, code, kind: null },
      text: `${outcome} ${code}: ${why}`,
      exit: VERDICT_EXITS[outcome],
    };
  }
  const { grant, outcome, kind, leaf, ofAcquisition, wholeSet } = verdict;
  const limits = listLimits(verdict);
  return {
    document: {
      ...{ outcome, kind, leaf, ofAcquisition, wholeSet, limits },
      grant: describeGrant(grant),
    },
    text: [`INTACT: ${tellShown(verdict)}`, '', grantFields(grant), '', ...limits].join('\n'),
  };
}

const describeGrant = ({ root, ...grant }: ProvenGrant) => ({
  ...grant,
  root: Buffer.from(root).toString('hex'),
});

const grantFields = (grant: ProvenGrant): string =>
  formatFields([
    ['Grant', grant.id],
    ['Acquisition', grant.acquisition],
    ['Case', grant.case],
    ['Granted by', grant.member],
    ['Granted at', `${formatTime(grant.grantedAt)} (the signer's clock)`],
    ['Ends', formatTime(grant.expiresAt)],
    ['Shows', grant.size],
    ['Withholds', grant.withheld],
    ['Recorded in', `block ${grant.block}`],
    ['Endorsed by', grant.endorsers.join(', ')],
  ]);
