/** The transactions of the word `review`, each with what it looks up. */
import { itemKey } from '../custody/key.ts';
import { loadBackground } from '../custody/load.ts';
import { itemRecord } from '../custody/record.ts';
import { acquisitionKey } from '../evidence/key.ts';
import { acquisitionRecord } from '../evidence/record.ts';
import type { State } from '../kernel/state.ts';
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { loadCurrent, loadParameters } from '../member/load.ts';
import { examineAuthenticity, weighEvidence } from './assess.ts';
import { judgeRegularity } from './judge.ts';
import { objectionHeadKey, objectionKey, replyPrefix } from './key.ts';
import { raiseObjection } from './object.ts';
import {
  examineInput,
  judgeInput,
  objectInput,
  objectionHeadRecord,
  objectionRecord,
  replyInput,
  replyRecord,
  type Subject,
  weighInput,
} from './record.ts';
import { replyToObjection } from './reply.ts';
import type { Reviewed, ReviewedLineage } from './subject.ts';

export const REVIEW_DECISIONS = {
  'review:object': defineDecision(objectInput, async ({ input, caller, state }) => {
    const exists = (await state.find(objectionRecord, objectionKey(input.id))) !== undefined;
    const subject = await loadReviewed(state, input.subject);
    const headKey = objectionHeadKey(input.subject.id, caller.act.member);
    const head = await state.find(objectionHeadRecord, headKey);
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    const parameters = await loadParameters(state, ['timeWindowSeconds', 'objectionAnswerSeconds']);
    return raiseObjection(input, { exists, subject, head, parameters }, caller.act);
  }),
  'review:reply': defineDecision(replyInput, async ({ input, caller, state }) => {
    const objection = await state.load(objectionRecord, objectionKey(input.objection));
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    const lineage = await loadLineage(state, objection.subject);
    const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
    const headKey = objectionHeadKey(objection.subject.id, objection.act.member);
    const head = await state.load(objectionHeadRecord, headKey);
    const { length: answered } = await state.list(replyRecord, replyPrefix(input.objection));
    const context = { objection, head, answered, lineage, timeWindowSeconds };
    return replyToObjection(input, context, caller.act);
  }),
  'review:judge': defineDecision(judgeInput, async ({ input, caller, state }) => {
    const lineage = await loadLineage(state, input.subject);
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    return judgeRegularity(input, lineage, caller.act);
  }),
  'review:examine': defineDecision(examineInput, async ({ input, caller, state }) =>
    examineAuthenticity(input, await loadLineage(state, input.subject), caller.act),
  ),
  'review:weigh': defineDecision(weighInput, async ({ input, caller, state }) =>
    weighEvidence(input, await loadLineage(state, input.subject), caller.act),
  ),
} as const satisfies Record<`review:${string}`, MemberDecision>;
export type ReviewTransaction = keyof typeof REVIEW_DECISIONS;

const loadReviewed = (state: State, { kind, id }: Subject): Promise<Reviewed> =>
  kind === 'ITEM'
    ? state.load(itemRecord, itemKey(id))
    : state.load(acquisitionRecord, acquisitionKey(id));

/** What is spoken of, what that was made from, and at last the acquisition that all goes back to. */
async function loadLineage(state: State, subject: Subject): Promise<ReviewedLineage> {
  if (subject.kind === 'ACQUISITION') return [await loadReviewed(state, subject)];
  const item = await state.load(itemRecord, itemKey(subject.id));
  const { lineage, acquisition } = await loadBackground(state, item);
  return [...lineage, acquisition];
}
