/** `label corroborate|opine|sight|dispute|miss|answer|withdraw`: what is said of a label, or of all its batch. */
import '@tabellion/proof/node';
import { randomBytes } from 'node:crypto';
import {
  answerInput,
  corroborateInput,
  disputeInput,
  missInput,
  opineInput,
  sightInput,
  withdrawInput,
} from '@tabellion/chaincode/label/record';
import type { z } from 'zod';
import { parseGoverned } from '../acquisition-input.ts';
import { describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseCount, parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { type ProvenSubject, readBatchRecord, resolveLabel } from '../label/verified-batch.ts';
import type { Outcome } from '../output.ts';
import { openSession, type Session } from '../session.ts';
import { formatTime } from '../table.ts';

interface Reasoned {
  readonly reason: string;
}
interface Based extends Reasoned {
  readonly legalBasis: string;
}

export const corroborateLabel = (invocation: Invocation<Based>) =>
  respond(invocation, 'corroborate', corroborateInput, ({ legalBasis }) => ({
    legalBasis: parseGoverned(legalBasis),
  }));

export const opineOnLabel = (invocation: Invocation<Reasoned & { readonly opinion: string }>) =>
  respond(invocation, 'opine', opineInput, ({ opinion }) => ({
    opinion: parseCount('--opinion', opinion),
  }));

export const sightLabel = (
  invocation: Invocation<Reasoned & { readonly as: string; readonly happened?: string }>,
) =>
  respond(invocation, 'sight', sightInput, ({ as, happened }) => ({
    sighting: as,
    happenedAt: happened === undefined ? invocation.context.now() : parseTime(happened),
  }));

export const disputeLabel = (
  invocation: Invocation<Based & { readonly for: string; readonly presumption?: string }>,
) => {
  const id = randomBytes(16).toString('hex');
  return respond(
    invocation,
    'dispute',
    disputeInput,
    ({ for: onBehalfOf, legalBasis, presumption }) => ({
      ...{ id, onBehalfOf },
      legalBasis: parseGoverned(legalBasis),
      ...(presumption !== undefined && { presumption: parseGoverned(presumption) }),
    }),
    ({ answerer, answerBy }) =>
      `dispute ${id} brought; ${answerer} is to answer by ${formatTime(Number(answerBy))}`,
  );
};

export const withdrawLabel = (
  invocation: Invocation<Reasoned & { readonly replacedBy?: string }>,
) =>
  respond(invocation, 'withdraw', withdrawInput, async ({ replacedBy }, { client }) => {
    if (replacedBy === undefined) return {};
    const { batch, label, path } = await resolveLabel(client, replacedBy);
    if (label === undefined)
      throw new CliError('USAGE', '--replaced-by names one label: BATCH:INDEX');
    return { replacedBy: { batch, label }, replacementPath: path };
  });

/** Of a batch whose labels cannot be read here: nothing but its record is looked at. */
export async function missManifest(invocation: Invocation<Reasoned>): Promise<Outcome> {
  const session = await openSession(invocation);
  const { key } = await readBatchRecord(session.client, invocation.args[0]);
  const batch = key.slice('label-batch/'.length);
  const input = checkInput(missInput, { batch, reason: invocation.options.reason });
  const acted = await performOwnAct(session, { transaction: 'label:miss', input });
  const { missing, others, outcome } = acted.record;
  const told = `${missing} of ${others} members were not given its manifest: ${outcome}`;
  return {
    document: { batch, ...describeActed(acted) },
    text: `declared of ${batch}; ${told} (${acted.txId})`,
  };
}

export async function answerDispute(
  invocation: Invocation<Reasoned & { readonly position: string }>,
): Promise<Outcome> {
  const { position, reason } = invocation.options;
  const input = checkInput(answerInput, { dispute: invocation.args[0], position, reason });
  const session = await openSession(invocation);
  const acted = await performOwnAct(session, { transaction: 'label:answer', input });
  const late = acted.record.overdue === true ? ', after the date to answer by' : '';
  return {
    document: { dispute: input.dispute, ...describeActed(acted) },
    text: `answered dispute ${input.dispute}: ${position}${late} (${acted.txId})`,
  };
}

type Draft<Flags> = (flags: Flags, session: Session) => object | Promise<object>;

/** One act on the subject that the command names first. */
async function respond<Flags extends Reasoned>(
  invocation: Invocation<Flags>,
  verb: string,
  schema: z.ZodType<object>,
  draft: Draft<Flags>,
  tell?: (record: Readonly<Record<string, unknown>>) => string,
): Promise<Outcome> {
  const { options, args } = invocation;
  const session = await openSession(invocation);
  const said = await draft(options, session);
  const subject = await resolveLabel(session.client, args[0]);
  const input = checkInput(schema, { ...subject, ...said, reason: options.reason });
  const acted = await performOwnAct(session, { transaction: `label:${verb}`, input });
  const { batch, label } = subject;
  const done = tell?.(acted.record) ?? `recorded: ${verb} of ${nameSubject(subject)}`;
  return {
    document: { batch, ...(label && { label }), ...describeActed(acted) },
    text: `${done} (${acted.txId})`,
  };
}

const nameSubject = ({ batch, label }: ProvenSubject): string =>
  label === undefined ? `all labels of ${batch}` : `${batch}:${label.index}`;
