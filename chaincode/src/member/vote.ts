import { assertRule, ContractError } from '../kernel/errors.ts';
import type { Decision, Write } from '../kernel/transaction.ts';
import type { Caller } from './caller.ts';
import { activeOf, applyChange, type Consortium } from './change.ts';
import { proposalKey, voteKey } from './key.ts';
import type {
  Cause,
  ProposalRecord,
  ProposalState,
  ProposeInput,
  VoteInput,
  VoteRecord,
} from './record.ts';
import { tallyVotes } from './threshold.ts';

/**
 * `member:propose`. The threshold in force stays with the proposal (CNS-22).
 * @throws ContractError `ALREADY_EXISTS` and those of {@link applyChange}.
 */
export function proposeChange(
  input: ProposeInput,
  now: Consortium,
  context: { readonly exists: boolean; readonly thresholdBps: number },
  { act }: Caller,
): Decision {
  assertRule(!context.exists, 'ALREADY_EXISTS', 'there is a proposal of that id');
  applyChange(input.change, now, causeOf(input), act);
  const record: ProposalRecord = {
    type: 'tabellion.proposal',
    v: 1,
    ...input,
    state: 'OPEN',
    thresholdBps: context.thresholdBps,
    act,
  };
  return { key: proposalKey(input.id), record };
}

/**
 * `member:vote`: one vote a member, for ever; the vote that carries the proposal executes it.
 * @throws ContractError `PROPOSAL_DECIDED`, `ALREADY_VOTED`.
 */
export function castVote(
  input: VoteInput,
  proposal: ProposalRecord,
  votes: readonly VoteRecord[],
  now: Consortium,
  { act }: Caller,
): Decision {
  assertRule(proposal.state === 'OPEN', 'PROPOSAL_DECIDED', proposal.state);
  assertRule(!votes.some((vote) => vote.act.member === act.member), 'ALREADY_VOTED', act.member);
  const active = new Set(activeOf(now.members).map(({ mspId }) => mspId));
  const count = (choice: VoteRecord['choice']) =>
    votes.filter((vote) => vote.choice === choice && active.has(vote.act.member)).length +
    (input.choice === choice ? 1 : 0);
  const tally = tallyVotes(count('YES'), count('NO'), active.size, proposal.thresholdBps);
  const { outcome, changes } =
    tally === 'CARRIED' ? execute(proposal, now, act) : { outcome: tally, changes: [] };

  const record: VoteRecord = {
    type: 'tabellion.vote',
    v: 1,
    ...input,
    legalBasis: proposal.legalBasis,
    outcome,
    act,
  };
  const decided =
    outcome === 'OPEN'
      ? []
      : [{ key: proposalKey(proposal.id), record: { ...proposal, state: outcome } }];
  return {
    key: voteKey(proposal.id, act.member),
    record,
    also: [...decided, ...changes],
    markers: [{ mspId: act.member, record }],
  };
}

function execute(
  proposal: ProposalRecord,
  now: Consortium,
  act: Caller['act'],
): { outcome: ProposalState; changes: Write[] } {
  try {
    return {
      outcome: 'CARRIED',
      changes: applyChange(proposal.change, now, causeOf(proposal), act),
    };
  } catch (error) {
    // The members have decided; that the world moved on meanwhile must not undo the last vote.
    if (!(error instanceof ContractError)) throw error;
    return { outcome: 'STALE', changes: [] };
  }
}

function causeOf({ id, legalBasis, reason }: ProposeInput): Cause {
  return { legalBasis, reason, proposal: id };
}
