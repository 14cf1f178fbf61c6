/** The transactions of the word `label`, each with what it looks up. */
import type { State } from '../kernel/state.ts';
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { loadCurrent, loadParameters } from '../member/load.ts';
import { assertLabels } from './assert.ts';
import { answerDispute, disputeLabel } from './dispute.ts';
import {
  corroborationKey,
  disputeAnswerPrefix,
  disputeHeadKey,
  disputeKey,
  labelBatchKey,
  labelManifestKey,
  opinionPrefix,
  sightingPrefix,
  withdrawalKey,
} from './key.ts';
import {
  answerInput,
  assertInput,
  corroborateInput,
  corroborationRecord,
  disputeAnswerRecord,
  disputeHeadRecord,
  disputeInput,
  disputeRecord,
  type LabelSubject,
  labelBatchRecord,
  labelManifestRecord,
  opineInput,
  opinionRecord,
  sightInput,
  sightingRecord,
  withdrawalRecord,
  withdrawInput,
} from './record.ts';
import { corroborateLabel, opineOnLabel, sightLabel } from './respond.ts';
import type { Spoken } from './subject.ts';
import { withdrawLabel } from './withdraw.ts';

export const LABEL_DECISIONS = {
  'label:assert': defineDecision(assertInput, async ({ input, caller, state }) => {
    await loadCurrent(state, 'taxonomy', input.taxonomy);
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    const key = labelManifestKey(caller.act.member, input.manifest);
    const exists = (await state.find(labelManifestRecord, key)) !== undefined;
    return assertLabels(input, { exists }, caller.act);
  }),
  'label:corroborate': defineDecision(corroborateInput, async ({ input, caller, state }) => {
    const key = corroborationKey(input, caller.act.member);
    const exists = (await state.find(corroborationRecord, key)) !== undefined;
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    return corroborateLabel(input, { ...(await loadSpoken(state, input)), exists }, caller.act);
  }),
  'label:opine': defineDecision(opineInput, async ({ input, caller, state }) => {
    const prefix = opinionPrefix(input, caller.act.member);
    const { length: before } = await state.list(opinionRecord, prefix);
    return opineOnLabel(input, { ...(await loadSpoken(state, input)), before }, caller.act);
  }),
  'label:sight': defineDecision(sightInput, async ({ input, caller, state }) => {
    const parameters = await loadParameters(state, ['timeWindowSeconds']);
    const spoken = await loadSpoken(state, input);
    const prefix = sightingPrefix(input, caller.act.member);
    const { length: before } = await state.list(sightingRecord, prefix);
    const { kind } = caller.member;
    return sightLabel(input, { ...spoken, ...parameters, before, kind }, caller.act);
  }),
  'label:dispute': defineDecision(disputeInput, async ({ input, caller, state }) => {
    const exists = (await state.find(disputeRecord, disputeKey(input.id))) !== undefined;
    await loadCurrent(state, 'legalBasis', input.legalBasis);
    const parameters = await loadParameters(state, ['timeWindowSeconds', 'objectionAnswerSeconds']);
    const spoken = await loadSpoken(state, input);
    const headKey = disputeHeadKey(input, caller.act.member);
    const head = await state.find(disputeHeadRecord, headKey);
    return disputeLabel(input, { ...spoken, exists, head, parameters }, caller.act);
  }),
  'label:answer': defineDecision(answerInput, async ({ input, caller, state }) => {
    const dispute = await state.load(disputeRecord, disputeKey(input.dispute));
    const withdrawal = await findWithdrawal(state, dispute);
    const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
    const prefix = disputeAnswerPrefix(input.dispute);
    const { length: before } = await state.list(disputeAnswerRecord, prefix);
    const context = { withdrawal, before, timeWindowSeconds };
    return answerDispute(input, dispute, context, caller.act);
  }),
  'label:withdraw': defineDecision(withdrawInput, async ({ input, caller, state }) => {
    const spoken = await loadSpoken(state, input);
    const replacement = input.replacedBy && (await loadSpoken(state, input.replacedBy));
    return withdrawLabel(input, { ...spoken, replacement }, caller.act);
  }),
} as const satisfies Record<`label:${string}`, MemberDecision>;
export type LabelTransaction = keyof typeof LABEL_DECISIONS;

const loadBatch = (state: State, digest: string) =>
  state.load(labelBatchRecord, labelBatchKey(digest));

async function loadSpoken(state: State, subject: LabelSubject): Promise<Spoken> {
  const batch = await loadBatch(state, subject.batch);
  return { batch, withdrawn: (await findWithdrawal(state, subject)) !== undefined };
}

/** Of the label itself, or of all its batch. */
async function findWithdrawal(state: State, { batch, label }: LabelSubject) {
  const ofAll = await state.find(withdrawalRecord, withdrawalKey({ batch }));
  if (ofAll !== undefined || label === undefined) return ofAll;
  return state.find(withdrawalRecord, withdrawalKey({ batch, label }));
}
