/**
 * Members that answer one proposal differently from the others, found by asking each alone: those that
 * executed it on an earlier state of the ledger, and those that came to another answer from the same state,
 * because their chaincode is another one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type NamespaceRwset, readTransaction, toHex } from '@tabellion/proof';
import { type EndorsedTransaction, LedgerError } from '../port.ts';
import { chooseMembers, type PolicyMember } from './members.ts';

export interface Comparison {
  /** Answered alike, and meet the policy together; nobody where no such members stand out. */
  readonly agreed: readonly string[];
  /** From the same state to another answer. Where nobody stands out, all that contradict each other. */
  readonly different: readonly string[];
  /** From what they say is a later state to another answer, alone or too few: it may be a pretence. */
  readonly ahead: readonly string[];
  /** Executed on an earlier state, or refused what others did: a little later they may answer alike. */
  readonly behind: readonly string[];
  /** Gave no answer in time. */
  readonly silent: readonly string[];
  /** Whether the contract refused at every member that answered. */
  readonly isRefused: boolean;
}

export interface Asked {
  readonly members: readonly PolicyMember[];
  /** Distinct members that the policy asks for. */
  readonly threshold: number;
  /** Has this member's peer alone execute the proposal. */
  readonly ask: (mspId: string) => Promise<EndorsedTransaction>;
  /** How long each member has for its answer, milliseconds. */
  readonly answerMs?: number;
}

const ANSWER_MS = 4000;

interface Answer {
  readonly mspId: string;
  /** What the peer signed, hex; undefined for a refusal by the contract. */
  readonly result: string | undefined;
  /** `<namespace> <key>` → version that was read. */
  readonly reads: Reads;
}
type Reads = ReadonlyMap<string, readonly [block: number, transaction: number]>;
type Group = readonly [Answer, ...Answer[]];

export async function compareAnswers(asked: Asked): Promise<Comparison> {
  const { members, threshold, ask, answerMs = ANSWER_MS } = asked;
  const answers: Answer[] = [];
  const silent: string[] = [];
  await Promise.all(
    members.map(async ({ mspId }) => {
      const answer = await askOne(mspId, ask, answerMs);
      if (answer) answers.push(answer);
      else silent.push(mspId);
    }),
  );
  const groups = groupAnswers(answers);
  const complete = leading(groups.filter((group) => meetsPolicy(group, members, threshold)));
  const [agreed] = complete.length === 1 ? complete : [];
  const foremost = agreed ? [agreed] : leading(groups);
  const rest = groups.filter((group) => !foremost.includes(group));
  const isLate = (group: Group) => foremost.some((other) => isBehind(group, other));
  const isEarly = (group: Group) => foremost.some((other) => isBehind(other, group));
  const contradicting = [
    ...rest.filter((group) => !isLate(group) && !isEarly(group)),
    ...(foremost.length > 1 ? foremost : []),
  ];
  const refusing = answers.filter(({ result }) => result === undefined);
  return {
    agreed: list(agreed ? [agreed] : []),
    different: list(contradicting),
    ahead: list(rest.filter((group) => !isLate(group) && isEarly(group))),
    behind: [...list(rest.filter(isLate)), ...list(groups.length > 0 ? [refusing] : [])],
    silent,
    isRefused: groups.length === 0 && refusing.length > 0,
  };
}

/** In words, for those who have to talk to that member; empty where all answered alike. */
export function describeComparison(found: Comparison): string {
  const { agreed, different, ahead, behind, silent } = found;
  const others = different.length > 0 && agreed.length > 0 ? ` from ${agreed.join(', ')}` : '';
  return [
    different.length > 0 &&
      `another answer to the same proposal by ${different.join(', ')}${others}`,
    ahead.length > 0 && `ahead on the ledger, as they say: ${ahead.join(', ')}`,
    behind.length > 0 && `behind on the ledger: ${behind.join(', ')}`,
    silent.length > 0 && `no answer by ${silent.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

async function askOne(
  mspId: string,
  ask: Asked['ask'],
  answerMs: number,
): Promise<Answer | undefined> {
  const patience = new AbortController();
  const none = sleep(answerMs, undefined, { signal: patience.signal }).catch(() => undefined);
  const answer = ask(mspId).then(
    ({ payload }) => readAnswer(mspId, payload),
    (error: unknown) => {
      if (!(error instanceof LedgerError)) throw error;
      const refused = error.code === 'CONTRACT';
      return refused ? { mspId, result: undefined, reads: new Map() } : undefined;
    },
  );
  try {
    return await Promise.race([answer, none]);
  } finally {
    patience.abort();
  }
}

function readAnswer(mspId: string, payload: Uint8Array): Answer {
  const { responsePayloadBytes, rwset } = readTransaction(payload);
  return { mspId, result: toHex(responsePayloadBytes), reads: new Map(rwset.flatMap(listReads)) };
}

const listReads = ({ namespace, reads }: NamespaceRwset) =>
  reads.map(({ key, version }) => {
    // Absent is before everything.
    const at = version ? ([version.block, version.transaction] as const) : ([-1, 0] as const);
    return [`${namespace} ${key}`, at] as const;
  });

function groupAnswers(answers: readonly Answer[]): Group[] {
  const groups = new Map<string, [Answer, ...Answer[]]>();
  for (const answer of answers) {
    if (answer.result === undefined) continue;
    const group = groups.get(answer.result);
    if (group) group.push(answer);
    else groups.set(answer.result, [answer]);
  }
  return [...groups.values()];
}

function meetsPolicy(group: Group, members: readonly PolicyMember[], threshold: number): boolean {
  const names = list([group]);
  const alike = members.filter(({ mspId }) => names.includes(mspId));
  return chooseMembers(alike, { threshold, own: names[0]! }) !== undefined;
}

/** Those that are behind no other one. */
const leading = (groups: readonly Group[]): readonly Group[] =>
  groups.filter((group) => !groups.some((other) => isBehind(group, other)));

/** Whether one read something older than the other did, and nothing newer. */
function isBehind([one]: Group, [other]: Group): boolean {
  let older = false;
  for (const [key, [block, transaction]] of one.reads) {
    const at = other.reads.get(key);
    if (!at) continue;
    const distance = block - at[0] || transaction - at[1];
    if (distance > 0) return false;
    if (distance < 0) older = true;
  }
  return older;
}

const list = (groups: readonly (readonly Answer[])[]): string[] =>
  groups.flatMap((group) => group.map(({ mspId }) => mspId)).toSorted();
