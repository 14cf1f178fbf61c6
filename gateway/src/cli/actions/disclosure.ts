/** `disclosure grant|revoke|list|prove`: the granting member's side. */
import { createHash, randomBytes } from 'node:crypto';
import {
  grantId,
  grantInput,
  grantRecord,
  revocationRecord,
  revokeInput,
} from '@tabellion/chaincode/disclosure/record';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { buildSet, canonicalBytes, toHex, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { encodeLeaves, LEAVES, setProof } from '../../disclosure/shown-set.ts';
import { parseGoverned } from '../acquisition-input.ts';
import { describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { withNewFile } from '../custody/with-new-file.ts';
import { type SelectFlags, selectLeaves } from '../disclosure/select-items.ts';
import { checkInput, parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
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
  const [acquisition = ''] = invocation.args;
  if (!/^[0-9a-f]{32}$/.test(acquisition)) {
    throw new CliError('USAGE', 'an acquisition is named by 32 hexadecimal digits');
  }
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
    to: { capacity: options.to, person: options.person },
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
    document: { ...describeActed(acted), secretFile: options.secret },
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
    grant: invocation.args[0],
    reason: invocation.options.reason,
  });
  const session = await openSession(invocation);
  const acted = await performOwnAct(session, { transaction: 'disclosure:revoke', input });
  return { document: describeActed(acted), text: `revoked (${acted.txId})` };
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
  readonly leaf: string;
  readonly output: string;
  readonly force?: true;
}

const lookup = z.object({ proof: setProof, attestation: z.string() });

export async function proveDisclosed(invocation: Invocation<ProveOptions>): Promise<Outcome> {
  const grant = checkInput(grantId, invocation.args[0]);
  const { output, force } = invocation.options;
  const leaf = checkInput(digestHex, invocation.options.leaf);
  const { client } = await openSession(invocation);
  const answer = await client.get(`/v1/disclosure/grants/${grant}/lookup/${leaf}`);
  const { proof, attestation } = expectShape(lookup, answer.body);
  const document = { type: 'tabellion.disclosure-proof', v: 1, leaf, proof, attestation };
  await writeNewFile(output, canonicalBytes(document), force === true);
  const told = proof.kind === 'MEMBER' ? 'the item is in the set' : 'the item is not in the set';
  return {
    document: { file: output, grant, leaf, kind: proof.kind },
    text: `${output}: shows that ${told}; check it with: tabellion disclosure verify ${output} --trust FILE`,
  };
}
