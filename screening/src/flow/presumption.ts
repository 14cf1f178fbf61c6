/**
 * What a governed rule presumes of assets that passed a mixer, and how far it was rebutted (LBL-4). It
 * stands beside what was observed; it is no finding, and nothing here decides.
 */
import { type Account, accountId, receiverOf, sendersOf, type Transfer } from './model.ts';

/**
 * RAISED: it may be rebutted. CONTESTED: somebody did, and has no answer yet. REBUTTED: the member that has
 * to answer says that it no longer holds. UNREBUTTED: the time to rebut is over, and nobody did with
 * success; a late rebuttal is taken all the same.
 */
export const PRESUMPTION_STATES = ['RAISED', 'CONTESTED', 'REBUTTED', 'UNREBUTTED'] as const;
export type PresumptionState = (typeof PRESUMPTION_STATES)[number];

export interface Rebuttal {
  /** ID of the dispute. */
  readonly dispute: string;
  /** MSP ID of the member that brought it. */
  readonly member: string;
  readonly onBehalfOf: 'MEMBER' | 'PERSON';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly answer: 'NONE' | 'MAINTAINED' | 'REBUTTED';
}

export interface Standing {
  readonly state: PresumptionState;
  /** Since when it stands on the ledger, and until when it may be rebutted in time. */
  readonly since: number;
  readonly rebutBy: number;
  /** In the order of the ledger. */
  readonly rebuttals: readonly Rebuttal[];
}

const DAY_MS = 86_400_000;

/** @param at the ledger's time, milliseconds since 1970: no clock of ours decides. */
export function judgePresumption(
  { rebuttalDays }: { readonly rebuttalDays: number },
  { since, rebuttals, at }: { since: number; rebuttals: readonly Rebuttal[]; at: number },
): Standing {
  const rebutBy = since + rebuttalDays * DAY_MS;
  const has = (answer: Rebuttal['answer']) => rebuttals.some((each) => each.answer === answer);
  const open = at > rebutBy ? 'UNREBUTTED' : 'RAISED';
  const state = has('REBUTTED') ? 'REBUTTED' : has('NONE') ? 'CONTESTED' : open;
  return { state, since, rebutBy, rebuttals };
}

export interface PresumptionInput {
  readonly rebuttalDays: number;
  /** In the order of time. */
  readonly transfers: readonly Transfer[];
  /** Since when the account is labelled in a category of the rule; undefined where it is not. */
  mixingSince(account: Account): number | undefined;
  rebuttalsOf(transfer: Transfer): readonly Rebuttal[];
  /** The ledger's time. */
  readonly at: number;
}

export interface Presumed extends Standing {
  /** From the transfer that left the mixer to this one: IDs. */
  readonly path: readonly string[];
}

/**
 * Of every transfer that came out of a mixer, directly or through others. What was rebutted of one
 * transfer is not passed on by it; another way to the same place still counts.
 */
export function presumeTransfers(input: PresumptionInput): ReadonlyMap<string, Presumed> {
  const presumed = new Map<string, Presumed>();
  /** What came to an account so far: the first that holds, else the first that is contested. */
  const reached = new Map<string, Presumed>();
  for (const transfer of input.transfers) {
    const senders = sendersOf(transfer);
    const labelled = senders.map(input.mixingSince).filter((since) => since !== undefined);
    const [before] = senders
      .map((account) => reached.get(accountId(account)))
      .filter((each) => each !== undefined)
      .sort((one, other) => rank(one) - rank(other));
    if (labelled.length === 0 && before === undefined) continue;
    const [first] = transfer.observations;
    const cause = labelled.length > 0 ? Math.min(...labelled) : before!.since;
    const standing = judgePresumption(input, {
      since: Math.max(cause, first?.assertedAt ?? 0),
      rebuttals: input.rebuttalsOf(transfer),
      at: input.at,
    });
    const isContested = labelled.length === 0 && before?.state === 'CONTESTED';
    const own: Presumed = {
      ...standing,
      ...(isContested && standing.state !== 'REBUTTED' && { state: 'CONTESTED' as const }),
      path: [...(labelled.length > 0 ? [] : before!.path), transfer.id],
    };
    presumed.set(transfer.id, own);
    if (own.state === 'REBUTTED') continue;
    const receiver = accountId(receiverOf(transfer));
    const known = reached.get(receiver);
    if (known === undefined || rank(own) < rank(known)) reached.set(receiver, own);
  }
  return presumed;
}

const rank = ({ state }: Presumed): number => (state === 'CONTESTED' ? 1 : 0);
