/** `close`, `answer`, `disclose`, `determine`, `segregate`: later acts on an acquisition. */
import {
  answerInput,
  closeInput,
  determineInput,
  discloseInput,
  headRecord,
  segregateInput,
} from '@tabellion/chaincode/evidence/record';
import { z } from 'zod';
import { draftLocation, type PlaceFlags, parseGoverned } from '../acquisition-input.ts';
import { type Act, describeActed, performOwnAct } from '../act.ts';
import { readAnchorReport } from '../anchor-report.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseCount, parseTime, readDocument } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { readSealed } from '../sealed-location.ts';
import { openSession, type Session } from '../session.ts';
import { formatCount } from '../table.ts';

const headed = z.object({ head: headRecord });

export interface CloseOptions {
  readonly ended?: string;
  readonly unread?: string;
  readonly reason: string;
}

/** The totals are the ledger's own: the contract refuses others. What was not read is ours to say. */
export async function close(invocation: Invocation<CloseOptions>): Promise<Outcome> {
  const { options, context } = invocation;
  const session = await openSession(invocation);
  const acquisition = invocation.args[0] as string;
  const answer = await session.client.get(`/v1/evidence/acquisitions/${idOf(acquisition)}`);
  const { head } = expectShape(headed, answer.body);
  const input = checkInput(closeInput, {
    acquisition,
    batches: head.sequence,
    items: head.items,
    bytes: head.bytes,
    endedAt: options.ended === undefined ? context.now() : parseTime(options.ended),
    unread: await countUnread(session, acquisition, options.unread),
    reason: options.reason,
  });
  const { batches, items, bytes, unread } = input;
  return act(
    session,
    { transaction: 'evidence:close', input },
    `closed: ${formatCount(batches, 'batch', 'batches')}, ${formatCount(items, 'item')}, ${formatCount(bytes, 'byte')}, ${formatCount(unread, 'source')} unread`,
  );
}

async function countUnread(session: Session, acquisition: string, given: string | undefined) {
  const report = await readAnchorReport(session.paths, acquisition);
  if (given === undefined) {
    if (report !== undefined) return report.unread;
    throw new CliError('USAGE', 'nothing was anchored from here: give --unread with the number');
  }
  const count = parseCount('--unread', given);
  if (report !== undefined && count < report.unread) {
    throw new CliError('USAGE', `the last anchoring left ${report.unread} sources unread`);
  }
  return count;
}

export interface AnswerOptions {
  readonly position: string;
  readonly legalBasis: string;
  readonly reason: string;
}

export async function answer(invocation: Invocation<AnswerOptions>): Promise<Outcome> {
  const { position, legalBasis, reason } = invocation.options;
  const input = checkInput(answerInput, {
    acquisition: invocation.args[0],
    position,
    legalBasis: parseGoverned(legalBasis),
    reason,
  });
  const session = await openSession(invocation);
  return act(session, { transaction: 'evidence:answer', input }, `recorded: ${position}`);
}

export interface LocateOptions extends PlaceFlags {
  readonly location?: string;
  readonly reason: string;
}

export async function disclose(
  invocation: Invocation<LocateOptions & { readonly salt?: string }>,
): Promise<Outcome> {
  const session = await openSession(invocation);
  const acquisition = invocation.args[0] as string;
  const { salt, reason } = invocation.options;
  const kept = await readSealed(session.paths, idOf(acquisition));
  const location = (await readLocation(invocation)) ?? kept?.location;
  if (location === undefined || (salt ?? kept?.salt) === undefined) {
    throw new CliError('USAGE', 'it was not sealed from here: give --location and --salt');
  }
  const input = checkInput(discloseInput, {
    acquisition,
    location,
    salt: salt ?? kept?.salt,
    reason,
  });
  return act(session, { transaction: 'evidence:disclose', input }, 'disclosed');
}

export async function determine(invocation: Invocation<LocateOptions>): Promise<Outcome> {
  const session = await openSession(invocation);
  const location = await readLocation(invocation);
  if (location === undefined) throw new CliError('USAGE', 'give --system, or --location');
  const { reason } = invocation.options;
  const input = checkInput(determineInput, { acquisition: invocation.args[0], location, reason });
  return act(session, { transaction: 'evidence:determine', input }, 'determined');
}

async function readLocation({ context, options }: Invocation<LocateOptions>): Promise<unknown> {
  const { location } = options;
  return location === undefined ? draftLocation(options) : readDocument(context, location);
}

export interface SegregateOptions {
  readonly relevantRoot: string;
  readonly relevant: string;
  readonly rest: string;
  readonly reason: string;
}

export async function segregate(invocation: Invocation<SegregateOptions>): Promise<Outcome> {
  const { relevantRoot, relevant, rest, reason } = invocation.options;
  const input = checkInput(segregateInput, {
    acquisition: invocation.args[0],
    relevantRoot,
    relevant: parseCount('--relevant', relevant),
    rest,
    reason,
  });
  const session = await openSession(invocation);
  return act(
    session,
    { transaction: 'evidence:segregate', input },
    `segregated: ${input.relevant} relevant items, the rest ${rest.toLowerCase()}`,
  );
}

async function act(session: Session, what: Act, done: string): Promise<Outcome> {
  const acted = await performOwnAct(session, what);
  return { document: describeActed(acted), text: `${done} (${acted.txId})` };
}

function idOf(acquisition: string): string {
  if (/^[0-9a-f]{32}$/.test(acquisition)) return acquisition;
  throw new CliError('USAGE', 'an acquisition is named by 32 hexadecimal digits');
}
