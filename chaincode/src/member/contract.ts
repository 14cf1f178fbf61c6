/** Fabric transactions of the word `member`: load what the rules need, and hand over. */
import { FOUNDING_LIMITS } from '../kernel/input.ts';
import { type Context, WordContract } from '../kernel/shim.ts';
import type { State } from '../kernel/state.ts';
import { runRead, runTransaction } from '../kernel/transaction.ts';
import { identifyMember } from './caller.ts';
import type { Consortium } from './change.ts';
import { declareProfile } from './declare.ts';
import { foundConsortium, identifyFounder } from './found.ts';
import {
  FOUNDING_KEY,
  MEMBER_PREFIX,
  parameterKey,
  proposalKey,
  referencePrefix,
  votePrefix,
} from './key.ts';
import { assertPublished, loadCurrent, loadParameters } from './load.ts';
import {
  type Change,
  declareInput,
  foundInput,
  foundingRecord,
  memberRecord,
  parameterRecord,
  proposalRecord,
  proposeInput,
  readArgument,
  referenceRecord,
  voteInput,
  voteRecord,
} from './record.ts';
import { castVote, proposeChange } from './vote.ts';

export class MemberContract extends WordContract {
  constructor() {
    super('member');
  }

  found(context: Context): Promise<string> {
    return runTransaction(
      context,
      'member:found',
      foundInput,
      (credentials, transaction, _state, input) => identifyFounder(credentials, transaction, input),
      async ({ input, caller, state }) => {
        const founding = await state.find(foundingRecord, FOUNDING_KEY);
        return foundConsortium(input, founding !== undefined, caller);
      },
      FOUNDING_LIMITS,
    );
  }

  propose(context: Context): Promise<string> {
    return runTransaction(
      context,
      'member:propose',
      proposeInput,
      identifyMember('member:propose'),
      async ({ input, caller, state }) => {
        await loadCurrent(state, 'legalBasis', input.legalBasis);
        if (input.change.kind === 'ADMIT') {
          await assertPublished(state, 'standard', input.change.profile.adoptedStandards);
        }
        const exists = (await state.find(proposalRecord, proposalKey(input.id))) !== undefined;
        const { voteThresholdBps } = await loadParameters(state, ['voteThresholdBps']);
        const now = await loadConsortium(state, input.change);
        return proposeChange(input, now, { exists, thresholdBps: voteThresholdBps }, caller);
      },
    );
  }

  vote(context: Context): Promise<string> {
    return runTransaction(
      context,
      'member:vote',
      voteInput,
      identifyMember('member:vote'),
      async ({ input, caller, state }) => {
        const proposal = await state.load(proposalRecord, proposalKey(input.proposal));
        const votes = await state.list(voteRecord, votePrefix(input.proposal));
        const now = await loadConsortium(state, proposal.change);
        return castVote(input, proposal, votes, now, caller);
      },
    );
  }

  declare(context: Context): Promise<string> {
    return runTransaction(
      context,
      'member:declare',
      declareInput,
      identifyMember('member:declare'),
      async ({ input, caller, state }) => {
        await assertPublished(state, 'standard', input.profile.adoptedStandards);
        return declareProfile(input, await state.load(foundingRecord, FOUNDING_KEY), caller);
      },
    );
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'member:read', readArgument);
  }
}

async function loadConsortium(state: State, change: Change): Promise<Consortium> {
  const { endorsementThreshold } = await loadParameters(state, ['endorsementThreshold']);
  const members = await state.list(memberRecord, MEMBER_PREFIX);
  const parameter =
    change.kind === 'SET_PARAMETER'
      ? await state.find(parameterRecord, parameterKey(change.name))
      : undefined;
  const published =
    change.kind === 'PUBLISH'
      ? await state.list(referenceRecord, referencePrefix(change.entry.register, change.entry.id))
      : [];
  return {
    ...{ members, endorsementThreshold, parameter },
    published: published.map(({ entry }) => entry),
  };
}
