/** `member propose|vote|declare`: acts of governance. */
import { randomBytes } from 'node:crypto';
import { declareInput, proposeInput, voteInput } from '@tabellion/chaincode/member/record';
import { readEntries } from '../../identity/entries-file.ts';
import { parseGoverned } from '../acquisition-input.ts';
import { describeActed, performOwnAct } from '../act.ts';
import type { Context, Invocation } from '../context.ts';
import { checkInput, readDocument } from '../document.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface ProposeOptions {
  readonly reason: string;
  readonly legalBasis: string;
  readonly suspend?: string;
  readonly resume?: string;
  readonly set?: string;
  readonly publish?: string;
  readonly entry?: string;
  readonly input?: string;
}

export async function propose(invocation: Invocation<ProposeOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const id = randomBytes(32).toString('hex');
  const input = checkInput(proposeInput, {
    id,
    change: await readChange(context, options),
    legalBasis: parseGoverned(options.legalBasis),
    reason: options.reason,
  });
  const acted = await performOwnAct(await openSession(invocation), {
    transaction: 'member:propose',
    input,
  });
  return { document: { id, ...describeActed(acted) }, text: id };
}

async function readChange(context: Context, options: ProposeOptions): Promise<unknown> {
  const { suspend, resume, set, publish, input } = options;
  const given = [suspend, resume, set, publish, input].filter((option) => option !== undefined);
  if (given.length !== 1) {
    const ways = '--suspend, --resume, --set, --publish and --input';
    throw new CliError('USAGE', `give exactly one of ${ways}`);
  }
  if (suspend !== undefined) return { kind: 'SUSPEND', mspId: suspend };
  if (resume !== undefined) return { kind: 'RESUME', mspId: resume };
  if (set !== undefined) return parseSetting(set);
  if (publish !== undefined) return readPublication(publish, options.entry);
  return readDocument(context, input as string);
}

/** Members vote on one entry at a time; which, where the file has several, has to be said. */
async function readPublication(file: string, id: string | undefined) {
  const entries = await readEntries(file);
  const [entry, ...more] = entries.filter((each) => id === undefined || each.id === id);
  if (entry !== undefined && more.length === 0) return { kind: 'PUBLISH', entry };
  const names = entries.map((each) => each.id).join(', ');
  throw new CliError('USAGE', `name one entry of ${file} by --entry: ${names}`);
}

function parseSetting(text: string) {
  const [, name, value] = /^([A-Za-z]+)=(\d{1,15})$/.exec(text) ?? [];
  if (name === undefined) throw new CliError('USAGE', `${text} is not a parameter such as name=5`);
  return { kind: 'SET_PARAMETER', name, value: Number(value) };
}

export interface VoteOptions {
  readonly choice: 'YES' | 'NO';
  readonly reason: string;
}

export async function vote(invocation: Invocation<VoteOptions>): Promise<Outcome> {
  const { choice, reason } = invocation.options;
  const input = checkInput(voteInput, { proposal: invocation.args[0], choice, reason });
  const acted = await performOwnAct(await openSession(invocation), {
    transaction: 'member:vote',
    input,
  });
  return {
    document: describeActed(acted),
    text: `voted ${choice}; the proposal is ${acted.record.outcome}`,
  };
}

export interface DeclareOptions {
  readonly input: string;
  readonly reason: string;
}

export async function declare(invocation: Invocation<DeclareOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const profile = await readDocument(context, options.input);
  const input = checkInput(declareInput, { profile, reason: options.reason });
  const acted = await performOwnAct(await openSession(invocation), {
    transaction: 'member:declare',
    input,
  });
  return {
    document: describeActed(acted),
    text: `declared; version ${acted.record.version} of this member's record`,
  };
}
