/** The transactions of the word `order`, each with what it looks up. */
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { issueOrder } from './issue.ts';
import { loadForIssue, loadForStep } from './load.ts';
import { issueInput, type OrderStep, type StepVerb, stepInputs } from './record.ts';
import { takeOrderStep } from './step.ts';

const step = (verb: StepVerb): MemberDecision =>
  defineDecision<object>(stepInputs[verb], async ({ input, caller, state }) => {
    const asked = { ...input, verb } as OrderStep;
    return takeOrderStep(asked, await loadForStep(state, asked), caller.act);
  });

type OrderTransaction = 'order:issue' | `order:${StepVerb}`;

export const ORDER_DECISIONS = {
  'order:issue': defineDecision(issueInput, async ({ input, caller, state }) =>
    issueOrder(input, await loadForIssue(state, input), caller.act),
  ),
  ...(Object.fromEntries(
    Object.keys(stepInputs).map((verb) => [`order:${verb}`, step(verb as StepVerb)]),
  ) as Record<`order:${StepVerb}`, MemberDecision>),
} as const satisfies Record<OrderTransaction, MemberDecision>;
