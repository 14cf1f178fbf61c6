/** `/v1/disclosure` for the members' own people. The acts are in `http/acts.ts`. */
import { grantId, grantRecord, revocationRecord } from '@tabellion/chaincode/disclosure/record';
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { digestHex, mspId } from '@tabellion/chaincode/kernel/schema';
import { fromHex, MAX_SET_ITEMS, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import { createRoleGuard } from '../http/act-guards.ts';
import { findAct, rolesOf } from '../http/acts.ts';
import { limitBytes } from '../http/body.ts';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { assertOwnAcquisition } from '../http/own-acquisition.ts';
import { Problem } from '../http/problem.ts';
import { base64urlText, limitText, pageOf, projected } from '../http/schema.ts';
import { ledgerPosition } from '../projection/cursor.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { grantJournalEndpoint } from './grant-journal.ts';
import { encodeLeaves, LEAVES, setProof, showSetProof } from './shown-set.ts';
import { createGrantView, GRANT_STATES } from './view.ts';

const tag = 'disclosure';
const GRANT = findAct('disclosure:grant')!;
/** 64 digits and a line feed each. */
const MAX_SET_BYTES = 65 * MAX_SET_ITEMS;

const shownGrant = z.strictObject({
  grant: projected(grantRecord),
  revocation: projected(revocationRecord).nullable(),
  state: z.enum(GRANT_STATES),
});
const setSummary = z.strictObject({ acquisition: acquisitionId, root: digestHex, size: z.int() });
const byId = z.strictObject({ id: grantId });
const byRoot = z.strictObject({ root: digestHex });

export function disclosureEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection, disclosures, now } = deps;
  const grants = createGrantView(projection.database);
  const assertMayAct = createRoleGuard(deps);
  const evidence = createEvidenceView(projection.database);

  /** A grant of the caller's own member: only that member holds its set. */
  const findOwn = (id: string, member: string) => {
    const found = grants.find(id, now());
    if (found?.grant.record.act.member !== member) throw new Problem('NOT_FOUND');
    return found.grant.record;
  };

  return [
    defineEndpoint({
      method: 'put',
      path: '/v1/disclosure/sets/:root',
      id: 'storeDisclosureSet',
      tag,
      summary: 'Hand in the list of items that a grant is to show, before it is granted',
      access: rolesOf(GRANT),
      params: byRoot,
      query: z.strictObject({ acquisition: acquisitionId }),
      streams: [LEAVES],
      answers: { 201: { description: 'Stored, and the items are there', schema: setSummary } },
      refusals: [422],
      handle: async ({ params: { root }, query, principal, stream }) => {
        const { member } = principal;
        assertMayAct(principal, GRANT);
        await assertOwnAcquisition(projection, evidence, query.acquisition, member);
        const body = limitBytes(stream!, MAX_SET_BYTES);
        return { status: 201, body: await disclosures.sets.put(member, { ...query, root }, body) };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/sets/:root',
      id: 'showDisclosureSet',
      tag,
      summary: 'The leaf hashes of a set of the caller’s own member, ascending, a line each',
      access: 'member',
      params: byRoot,
      logged: true,
      answers: { 200: { description: 'The set', mediaType: LEAVES } },
      handle: async ({ params: { root }, principal }) => {
        const { set } = await disclosures.sets.open(principal.member, root);
        return {
          status: 200,
          body: encodeLeaves(set),
          mediaType: LEAVES,
          disclosed: [`disclosure-set/${root}`],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/grants',
      id: 'listGrants',
      tag,
      summary: 'Grants to people outside the membership, in the order of the ledger',
      access: 'member',
      query: z.strictObject({
        cursor: ledgerPosition.optional(),
        limit: limitText,
        acquisition: acquisitionId.optional(),
        member: mspId.optional(),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownGrant) } },
      handle: async ({ query: { cursor, limit, ...filter } }) => {
        const page = grants.list(filter, now(), { cursor, limit });
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['grants', ...page.items.map(({ grant }) => grant.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/grants/:id',
      id: 'showGrant',
      tag,
      summary: 'One grant, and whether it still holds',
      access: 'member',
      params: byId,
      projected: true,
      logged: true,
      answers: { 200: { description: 'The grant', schema: shownGrant } },
      handle: async ({ params: { id } }) => {
        const found = grants.find(id, now());
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.grant.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/grants/:id/lookup/:leaf',
      id: 'lookUpDisclosed',
      tag,
      summary: 'Shows that an item is in the set of an own grant, or that it is not',
      access: 'member',
      params: byId.extend({ leaf: digestHex }),
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'Paths to the root on the ledger, and the attested grant',
          schema: z.strictObject({ proof: setProof, attestation: base64urlText }),
        },
      },
      handle: async ({ params: { id, leaf }, principal: { member } }) => {
        const { root } = findOwn(id, member);
        const { set } = await disclosures.sets.open(member, root);
        const attestation = toBase64url(await disclosures.attest(id));
        return {
          status: 200,
          body: { proof: showSetProof(set.prove(fromHex(leaf))), attestation },
          disclosed: [`grant/${id}/lookup/${leaf}`],
        };
      },
    }),
    grantJournalEndpoint(deps, findOwn),
  ];
}
