/** The transactions of the word `disclosure`, each with what it looks up. */
import { acquisitionKey, headKey } from '../evidence/key.ts';
import { acquisitionRecord, headRecord } from '../evidence/record.ts';
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { loadCurrent, loadParameters } from '../member/load.ts';
import { grantAccess } from './grant.ts';
import { grantKey, revocationKey } from './key.ts';
import { grantInput, grantRecord, revocationRecord, revokeInput } from './record.ts';
import { revokeAccess } from './revoke.ts';

export const DISCLOSURE_DECISIONS = {
  'disclosure:grant': defineDecision(grantInput, async ({ input, caller, state }) => {
    const exists = (await state.find(grantRecord, grantKey(input.id))) !== undefined;
    const acquisition = await state.load(acquisitionRecord, acquisitionKey(input.acquisition));
    const head = await state.load(headRecord, headKey(input.acquisition));
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    const parameters = await loadParameters(state, ['timeWindowSeconds', 'disclosureMaxSeconds']);
    return grantAccess(input, { exists, acquisition, head, parameters }, caller);
  }),
  'disclosure:revoke': defineDecision(revokeInput, async ({ input, caller, state }) => {
    const grant = await state.load(grantRecord, grantKey(input.grant));
    const exists = (await state.find(revocationRecord, revocationKey(input.grant))) !== undefined;
    return revokeAccess(input, { exists, grant }, caller.act);
  }),
} as const satisfies Record<`disclosure:${string}`, MemberDecision>;
export type DisclosureTransaction = keyof typeof DISCLOSURE_DECISIONS;
