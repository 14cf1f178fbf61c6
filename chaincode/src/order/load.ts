/** What the transactions on orders look up. */
import { acquisitionKey } from '../evidence/key.ts';
import { acquisitionRecord } from '../evidence/record.ts';
import type { Governed } from '../kernel/schema.ts';
import type { State } from '../kernel/state.ts';
import { memberKey } from '../member/key.ts';
import { loadCurrent, loadEntry, loadNewest, loadParameters } from '../member/load.ts';
import { memberRecord } from '../member/record.ts';
import { Calendar } from './clock/calendar.ts';
import type { IssueContext } from './issue.ts';
import { orderHeadKey, orderKey } from './key.ts';
import { type IssueInput, type OrderStep, orderHeadRecord, orderRecord } from './record.ts';
import type { StepContext } from './step-context.ts';
import { PARTIES } from './vocabulary.ts';

export async function loadForIssue(state: State, input: IssueInput): Promise<IssueContext> {
  const exists = (await state.find(orderRecord, orderKey(input.id))) !== undefined;
  const profile = await loadCurrent(state, 'orderProfile', input.profile);
  await loadCurrent(state, 'legalBasis', input.legalBasis);
  const { treaty: named } = profile;
  const treaty = named === null ? undefined : await loadNewest(state, 'treaty', named);
  const findMember = (name: string | undefined) =>
    name === undefined ? undefined : state.find(memberRecord, memberKey(name));
  const addressee = await findMember(input.addressee);
  const enforcing = await findMember(input.enforcing);
  const calendars: Record<string, IssueContext['calendars'][keyof IssueContext['calendars']]> = {};
  for (const party of PARTIES) {
    const edition = input.calendars[party];
    if (edition === undefined) continue;
    const body = await loadCurrent(state, 'calendar', edition);
    calendars[party] = { jurisdiction: body.jurisdiction, calendar: new Calendar(body) };
  }
  const followed =
    input.follows === undefined
      ? undefined
      : await state.load(orderRecord, orderKey(input.follows));
  const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
  return {
    ...{ exists, profile, addressee, enforcing, followed, calendars, timeWindowSeconds },
    treaty: treaty?.body,
    treatyEdition: treaty && { id: named!, version: treaty.version },
  };
}

export async function loadForStep(state: State, step: OrderStep): Promise<StepContext> {
  const order = await state.load(orderRecord, orderKey(step.order));
  const head = await state.load(orderHeadRecord, orderHeadKey(step.order));
  // The rules of the day of its issue; what the days are, as is known today.
  const profile = await loadEntry(state, 'orderProfile', order.profile);
  const calendars: Partial<Record<string, Calendar>> = {};
  const editions: Partial<Record<string, Governed>> = {};
  for (const party of PARTIES) {
    const named = order.calendars[party];
    if (named === undefined) continue;
    const { version, body } = (await loadNewest(state, 'calendar', named.id))!;
    calendars[party] = new Calendar(body);
    editions[party] = { id: named.id, version };
  }
  if ('legalBasis' in step) await loadCurrent(state, 'legalBasis', step.legalBasis);
  const collectors = [];
  for (const id of 'acquisitions' in step ? step.acquisitions : [])
    collectors.push((await state.find(acquisitionRecord, acquisitionKey(id)))?.act.member);
  const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
  return {
    ...{ order, head, profile, calendars, collectors, timeWindowSeconds },
    editions: editions as StepContext['editions'],
  };
}
