/** The transactions of the word `label`, each with what it looks up. */
import type { EvidenceLink } from '@tabellion/proof';
import { itemHeadKey } from '../custody/key.ts';
import { itemHeadRecord } from '../custody/record.ts';
import { acquisitionKey } from '../evidence/key.ts';
import { acquisitionRecord } from '../evidence/record.ts';
import type { State } from '../kernel/state.ts';
import { defineDecision, type MemberDecision } from '../member/decision.ts';
import { MEMBER_PREFIX } from '../member/key.ts';
import { loadCurrent, loadParameters } from '../member/load.ts';
import { memberRecord } from '../member/record.ts';
import { assertLabels } from './assert.ts';
import { answerDispute, disputeLabel } from './dispute.ts';
import {
  corroborationKey,
  disputeAnswerPrefix,
  disputeHeadKey,
  disputeKey,
  labelBatchKey,
  labelManifestKey,
  labelMissPrefix,
  labelWithheldKey,
  opinionPrefix,
  sightingPrefix,
  withdrawalKey,
} from './key.ts';
import { missManifest } from './miss.ts';
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
  labelWithheldRecord,
  missInput,
  missRecord,
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
    const before = await state.find(labelManifestRecord, key);
    const exists = before !== undefined && !(await isWithheld(state, before.batch));
    const owners = [];
    for (const link of input.evidence ?? []) owners.push(await loadOwner(state, link));
    return assertLabels(input, { exists, owners }, caller.act);
  }),
  'label:miss': defineDecision(missInput, async ({ input, caller, state }) => {
    const batch = await loadBatch(state, input.batch);
    const { labelFetchSeconds } = await loadParameters(state, ['labelFetchSeconds']);
    const context = {
      ...{ batch, labelFetchSeconds },
      withheld: await isWithheld(state, input.batch),
      declared: await state.list(missRecord, labelMissPrefix(input.batch)),
      members: await state.list(memberRecord, MEMBER_PREFIX),
    };
    return missManifest(input, context, caller.act);
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
    const rule = input.presumption && (await loadCurrent(state, 'presumption', input.presumption));
    return disputeLabel(input, { ...spoken, exists, head, parameters, rule }, caller.act);
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

/** MSP ID of the member that collected it, or in whose hands it is. */
async function loadOwner(state: State, { kind, id }: EvidenceLink): Promise<string> {
  if (kind === 'ITEM') return (await state.load(itemHeadRecord, itemHeadKey(id))).holder.member;
  return (await state.load(acquisitionRecord, acquisitionKey(id))).act.member;
}

const loadBatch = (state: State, digest: string) =>
  state.load(labelBatchRecord, labelBatchKey(digest));

async function loadSpoken(state: State, subject: LabelSubject): Promise<Spoken> {
  const batch = await loadBatch(state, subject.batch);
  const withheld = await isWithheld(state, subject.batch);
  return { batch, withheld, withdrawn: (await findWithdrawal(state, subject)) !== undefined };
}

const isWithheld = async (state: State, batch: string) =>
  (await state.find(labelWithheldRecord, labelWithheldKey(batch))) !== undefined;

/** Of the label itself, or of all its batch. */
async function findWithdrawal(state: State, { batch, label }: LabelSubject) {
  const ofAll = await state.find(withdrawalRecord, withdrawalKey({ batch }));
  if (ofAll !== undefined || label === undefined) return ofAll;
  return state.find(withdrawalRecord, withdrawalKey({ batch, label }));
}
