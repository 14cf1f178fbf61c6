/**
 * `disclosure verify`: a saved disclosure, or a proof that an item was shown or kept back, and a trust
 * file. Nothing that this module imports opens a socket.
 */
import '@tabellion/proof/node';
import { stat } from 'node:fs/promises';
import {
  checkSetProof,
  equalBytes,
  extractCommitted,
  fromBase64url,
  fromHex,
  leafHash,
  MAX_BUNDLE_BYTES,
  type ProvenGrant,
  parseStrict,
  parseTrust,
  type Trust,
  type Verdict,
  verify,
  verifyGrant,
} from '@tabellion/proof';
import { z } from 'zod';
import { readSetProof, setProof } from '../../disclosure/shown-set.ts';
import type { Invocation } from '../context.ts';
import { checkSaved, type SavedVerdict } from '../disclosure/check-saved.ts';
import { checkInput, parseTime, readSmallFile } from '../document.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { formatCount, formatFields, formatTime } from '../table.ts';
import { VERDICT_EXITS } from './verify.ts';

const MAX_TRUST_BYTES = 4 << 20;
const MAX_PROOF_BYTES = 1 << 20;

export interface VerifyOptions {
  readonly trust: string;
  readonly at?: string;
}

export async function verifyDisclosure(
  invocation: Invocation<VerifyOptions & { readonly item?: string }>,
): Promise<Outcome> {
  const [path = ''] = invocation.args;
  const trust = parseTrust(await readSmallFile(invocation.options.trust, MAX_TRUST_BYTES));
  const now = timeOf(invocation);
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isDirectory && invocation.options.item !== undefined) {
    throw new CliError('USAGE', '--item belongs to a proof of one item');
  }
  if (isDirectory) return describeSaved(await checkSaved(path, trust, now));
  return checkLookup(path, trust, now, invocation.options.item);
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

const lookup = z.strictObject({
  type: z.literal('tabellion.disclosure-proof'),
  v: z.literal(1),
  leaf: z.string().regex(/^[0-9a-f]{64}$/),
  proof: setProof,
  attestation: z.string(),
});

/** What is shown of a leaf hash alone, and what of an item whose own proof is at hand. */
const TOLD = {
  MEMBER: 'an item with this leaf hash is in the set that was disclosed',
  ABSENT: 'no item with this leaf hash is in the set that was disclosed',
} as const;
const TOLD_OF_ITEM = {
  MEMBER: 'the item is of this acquisition and was disclosed',
  ABSENT: 'the item is of this acquisition and was kept back',
} as const;

async function checkLookup(
  path: string,
  trust: Trust,
  now: number,
  item: string | undefined,
): Promise<Outcome> {
  const bytes = await readSmallFile(path, MAX_PROOF_BYTES);
  const { leaf, proof, attestation } = checkInput(lookup, parseStrict(bytes));
  const { outcome, code, grant } = verifyGrant(fromBase64url(attestation), trust, { now });
  if (grant === undefined) {
    return refuse(outcome, code, 'the grant is not attested as the trust file asks');
  }
  const shown = checkSetProof(fromHex(leaf), readSetProof(proof), grant);
  if (shown === undefined) {
    const why =
      'the paths do not lead to the root that was granted, so nothing is shown of the item';
    return refuse('MISMATCH', 'ROOT_MISMATCH', why);
  }
  if (item !== undefined) {
    const bundle = await readSmallFile(item, MAX_BUNDLE_BYTES);
    const verdict = verify(bundle, trust, { now });
    if (verdict.outcome !== 'INTACT') {
      return refuse(verdict.outcome, verdict.code, `the item's proof: ${verdict.message}`);
    }
    const same = equalBytes(leafHash(extractCommitted(bundle)), fromHex(leaf));
    if (!same || verdict.claims?.acquisition !== grant.acquisition) {
      return refuse('MISMATCH', 'OTHER_ITEM', "the item's proof is of another item or acquisition");
    }
  }
  const told = (item === undefined ? TOLD : TOLD_OF_ITEM)[shown];
  return {
    document: {
      outcome: 'INTACT',
      kind: shown,
      leaf,
      ofAcquisition: item !== undefined,
      grant: describeGrant(grant),
    },
    text: [
      `INTACT: ${told}`,
      '',
      grantFields(grant),
      ...(item === undefined
        ? [
            '',
            'Whether the acquisition has such an item, its own proof shows: give it with --item.',
          ]
        : []),
    ].join('\n'),
  };
}

const refuse = (outcome: Verdict['outcome'], code: string, why: string): Outcome => ({
  document: { outcome, code, kind: null },
  text: `${outcome} ${code}: ${why}`,
  exit: VERDICT_EXITS[outcome],
});

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
