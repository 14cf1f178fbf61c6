/** Each transaction that writes: the form of its input, and what it decides from the state alone. */
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { loadForDerive, loadForOpen, loadForRegister, loadForStep } from './load.ts';
import { deriveItem, openItem, registerExhibit } from './open.ts';
import {
  deriveInput,
  openInput,
  registerInput,
  type StepKind,
  type StepVerb,
  stepInputs,
} from './record.ts';
import { type Step, takeStep } from './step.ts';

const step = (verb: StepVerb, kind: StepKind): MemberDecision =>
  defineDecision<object>(stepInputs[verb], async ({ input, caller, state }) => {
    const asked = { ...input, kind } as Step;
    return takeStep(asked, await loadForStep(state, asked), caller);
  });

export const CUSTODY_DECISIONS = {
  'custody:open': defineDecision(openInput, async ({ input, caller, state }) =>
    openItem(input, await loadForOpen(state, input), caller.act),
  ),
  'custody:register': defineDecision(registerInput, async ({ input, caller, state }) =>
    registerExhibit(input, await loadForRegister(state, input), caller.act),
  ),
  'custody:derive': defineDecision(deriveInput, async ({ input, caller, state }) =>
    deriveItem(input, await loadForDerive(state, input), caller.act),
  ),
  'custody:offer': step('offer', 'OFFER'),
  'custody:accept': step('accept', 'ACCEPT'),
  'custody:refuse': step('refuse', 'REFUSE'),
  'custody:withdraw': step('withdraw', 'WITHDRAW'),
  'custody:takeOver': step('takeOver', 'TAKE_OVER'),
  'custody:examine': step('examine', 'EXAMINE'),
  'custody:seal': step('seal', 'SEAL'),
  'custody:unseal': step('unseal', 'UNSEAL'),
  'custody:move': step('move', 'MOVE'),
  'custody:return': step('return', 'RETURN'),
  'custody:hold': step('hold', 'HOLD'),
  'custody:lift': step('lift', 'LIFT'),
  'custody:dispose': step('dispose', 'DISPOSE'),
  'custody:correct': step('correct', 'CORRECT'),
  'custody:confirm': step('confirm', 'CONFIRM'),
} as const satisfies Record<`custody:${string}`, MemberDecision>;
export type CustodyTransaction = keyof typeof CUSTODY_DECISIONS;
