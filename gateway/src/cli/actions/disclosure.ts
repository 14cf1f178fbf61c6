/** `disclosure grant|revoke|list|prove`: the granting member's side. */
import { createHash, randomBytes } from 'node:crypto';
import {
  grantInput,
  grantRecord,
  revocationRecord,
  revokeInput,
} from '@tabellion/chaincode/disclosure/record';
import { buildSet, canonicalBytes, leafHash, toHex, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { encodeLeaves, LEAVES, setProof } from '../../disclosure/shown-set.ts';
import { parseGoverned } from '../acquisition-input.ts';
import { describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { readHandedOver } from '../custody/handed-over.ts';
import { withNewFile } from '../custody/with-new-file.ts';
import { type SelectFlags, selectLeaves } from '../disclosure/select-items.ts';
import { checkInput, parseDigits, parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { readPersonDigest } from '../person.ts';
import { openSession } from '../session.ts';
import { formatCount, formatFields, formatTable, formatTime } from '../table.ts';

const SECRET_BYTES = 32;
/** Whoever reads it may open the grant. */
const SECRET_MODE = 0o600;

export interface GrantOptions extends SelectFlags {
  readonly to: string;
  readonly person: string;
  readonly until: string;
  readonly legalBasis: string;
  readonly reason: string;
  readonly secret: string;
}

/** The set is stored first, the secret is on disk before the ledger has its digest, and shown nowhere. */
export async function grantAccess(invocation: Invocation<GrantOptions>): Promise<Outcome> {
  const { options, context } = invocation;
  const acquisition = parseDigits('an acquisition', 32, invocation.args[0]);
  const session = await openSession(invocation);
  const leaves = await selectLeaves(context, session.client, acquisition, options);
  if (leaves.length === 0) throw new CliError('USAGE', 'the set would be empty');
  const set = buildSet(leaves);
  const root = toHex(set.root);
  const secret = randomBytes(SECRET_BYTES);
  const input = checkInput(grantInput, {
    id: randomBytes(16).toString('hex'),
    acquisition,
    root,
    size: set.size,
    to: { capacity: options.to, person: await readPersonDigest(options.person) },
    access: createHash('sha256').update(secret).digest('hex'),
    expiresAt: parseTime(options.until),
    legalBasis: parseGoverned(options.legalBasis),
    reason: options.reason,
  });
  await session.client.put(`/v1/disclosure/sets/${root}`, {
    query: { acquisition },
    stream: { body: [encodeLeaves(set)], type: LEAVES },
    timeoutMs: 0,
  });
  const credential = utf8(`${input.id}.${secret.toString('base64url')}\n`);
  const acted = await withNewFile(
    options.secret,
    credential,
    () => performOwnAct(session, { transaction: 'disclosure:grant', input }),
    SECRET_MODE,
  );
  const { withheld } = grantRecord.parse(acted.record);
  return {
    document: {
      ...{ id: input.id, acquisition, secretFile: options.secret },
      ...describeActed(acted),
    },
    text: [
      formatFields([
        ['Grant', input.id],
        ['Shows', formatCount(input.size, 'item')],
        ['Withholds', formatCount(withheld, 'item')],
        ['Until', formatTime(input.expiresAt)],
        ['Secret', options.secret],
      ]),
      '',
      'Hand the file over in person or by an encrypted way, and the trust file by another. Whoever has the',
      'secret sees the items; it cannot be found again.',
    ].join('\n'),
  };
}

export async function revokeAccess(
  invocation: Invocation<{ readonly reason: string }>,
): Promise<Outcome> {
  const input = checkInput(revokeInput, {
    grant: parseDigits('a grant', 32, invocation.args[0]),
    reason: invocation.options.reason,
  });
  const session = await openSession(invocation);
  const acted = await performOwnAct(session, { transaction: 'disclosure:revoke', input });
  return {
    document: { grant: input.grant, ...describeActed(acted) },
    text: `revoked (${acted.txId})`,
  };
}

const shownGrant = z.looseObject({
  grant: z.looseObject({ record: grantRecord }),
  revocation: z.looseObject({ record: revocationRecord }).nullable(),
  state: z.string(),
});

export interface ListOptions {
  readonly acquisition?: string;
  readonly member?: string;
}

export async function listGrants(invocation: Invocation<ListOptions>): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { acquisition, member } = invocation.options;
  const path = '/v1/disclosure/grants';
  const { items, height } = await listAll(client, path, shownGrant, { acquisition, member });
  const rows = items.map(({ grant: { record }, state }) => [
    record.id,
    record.acquisition,
    record.act.member,
    record.to.capacity,
    `${record.size}`,
    `${record.withheld}`,
    formatTime(record.expiresAt),
    state,
  ]);
  const heading = ['GRANT', 'ACQUISITION', 'BY', 'TO', 'SHOWN', 'WITHHELD', 'UNTIL', 'STATE'];
  return {
    document: { items, height },
    text: rows.length === 0 ? 'nothing was granted' : formatTable(heading, rows),
  };
}

export interface ProveOptions {
  readonly leaf?: string;
  readonly item?: string;
  readonly output: string;
  readonly force?: true;
}

const lookup = z.object({ proof: setProof, attestation: z.string() });

export async function proveDisclosed(invocation: Invocation<ProveOptions>): Promise<Outcome> {
  const grant = parseDigits('a grant', 32, invocation.args[0]);
  const { output, force } = invocation.options;
  const leaf = await readLeaf(invocation.options);
  const { client } = await openSession(invocation);
  const answer = await client.get(`/v1/disclosure/grants/${grant}/lookup/${leaf}`);
  const { proof, attestation } = expectShape(lookup, answer.body);
  const document = { type: 'tabellion.disclosure-proof', v: 1, leaf, proof, attestation };
  await writeNewFile(output, canonicalBytes(document), force === true);
  const told = proof.kind === 'MEMBER' ? 'this leaf is in the set' : 'this leaf is not in the set';
  return {
    document: { file: output, grant, leaf, kind: proof.kind },
    text: `${output}: shows that ${told}; check it with: tabellion disclosure verify ${output} --trust FILE`,
  };
}

/** From the file that came with the item, or as given: an item's name in custody is no leaf hash. */
async function readLeaf({ leaf, item }: ProveOptions): Promise<string> {
  if (leaf !== undefined && item === undefined) return parseDigits('a leaf', 64, leaf);
  if (item === undefined || leaf !== undefined) {
    throw new CliError('USAGE', 'give one of --item and --leaf');
  }
  return toHex(leafHash((await readHandedOver(item)).bytes));
}
