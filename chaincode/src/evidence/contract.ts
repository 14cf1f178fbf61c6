/** Fabric transactions of the word `evidence`: load what the rules need, and hand over. */
import { type Context, WordContract } from '../kernel/shim.ts';
import type { State } from '../kernel/state.ts';
import { type Call, type Decision, runPrivateRead, runRead } from '../kernel/transaction.ts';
import type { Caller } from '../member/caller.ts';
import { FOUNDING_KEY } from '../member/key.ts';
import { assertPublished, loadCurrent, loadParameters } from '../member/load.ts';
import { foundingRecord } from '../member/record.ts';
import { runAsMember } from '../member/run.ts';
import { acquire } from './acquire.ts';
import { anchorBatch } from './anchor.ts';
import { answerNotice } from './answer.ts';
import { closeAcquisition } from './close.ts';
import { anchorJournal } from './journal.ts';
import {
  acquisitionKey,
  answerPrefix,
  headKey,
  journalHeadKey,
  locationHeadKey,
  sealedLocationKey,
} from './key.ts';
import { determineLocation, discloseLocation, type LocateContext } from './locate.ts';
import {
  type AcquireInput,
  acquireInput,
  acquisitionId,
  acquisitionRecord,
  anchorInput,
  anchorJournalInput,
  answerInput,
  answerRecord,
  closeInput,
  determineInput,
  discloseInput,
  headRecord,
  journalHeadRecord,
  locationHeadRecord,
  readArgument,
  segregateInput,
} from './record.ts';
import { segregateCopy } from './segregate.ts';

export class EvidenceContract extends WordContract {
  constructor() {
    super('evidence');
  }

  acquire(context: Context): Promise<string> {
    return runAsMember(context, 'evidence:acquire', acquireInput, decideAcquire);
  }

  anchor(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:anchor',
      anchorInput,
      async ({ input, caller, state }) => {
        const { batchMaxItems, ...parameters } = await loadParameters(state, [
          'batchMaxItems',
          'volatileGapSeconds',
          'timeWindowSeconds',
        ]);
        const acquisition = await loadAcquisition(state, input.acquisition);
        const head = await loadHead(state, input.acquisition);
        const { touched } = await loadLocationHead(state, input.acquisition);
        const chain = { acquisition, head, touched, batchMaxItems, parameters };
        return anchorBatch(input, chain, caller.act);
      },
    );
  }

  close(context: Context): Promise<string> {
    return runAsMember(context, 'evidence:close', closeInput, async ({ input, caller, state }) => {
      const acquisition = await loadAcquisition(state, input.acquisition);
      const head = await loadHead(state, input.acquisition);
      return closeAcquisition(input, acquisition, head, caller.act);
    });
  }

  answer(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:answer',
      answerInput,
      async ({ input, caller, state }) => {
        const acquisition = await loadAcquisition(state, input.acquisition);
        await loadCurrent(state, 'legalBasis', input.legalBasis);
        const head = await loadLocationHead(state, input.acquisition);
        const prefix = answerPrefix(input.acquisition, caller.act.jurisdiction);
        const { length: before } = await state.list(answerRecord, prefix);
        return answerNotice(input, acquisition, { head, before }, caller.act);
      },
    );
  }

  disclose(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:disclose',
      discloseInput,
      async ({ input, caller, state }) =>
        discloseLocation(input, await loadPlace(state, input.acquisition), caller.act),
    );
  }

  determine(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:determine',
      determineInput,
      async ({ input, caller, state }) =>
        determineLocation(input, await loadPlace(state, input.acquisition), caller.act),
    );
  }

  segregate(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:segregate',
      segregateInput,
      async ({ input, caller, state }) => {
        const acquisition = await loadAcquisition(state, input.acquisition);
        const head = await loadHead(state, input.acquisition);
        return segregateCopy(input, acquisition, head, caller.act);
      },
    );
  }

  anchorJournal(context: Context): Promise<string> {
    return runAsMember(
      context,
      'evidence:anchorJournal',
      anchorJournalInput,
      async ({ input, caller, state }) => {
        const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
        const head = await state.find(journalHeadRecord, journalHeadKey(caller.act.member));
        const founding = await state.load(foundingRecord, FOUNDING_KEY);
        return anchorJournal(input, { head, founding, timeWindowSeconds }, caller.act);
      },
    );
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'evidence:read', readArgument);
  }

  /** The location that the caller's own member sealed for a covert measure, to disclose it in time. */
  readSealed(context: Context): Promise<string> {
    return runPrivateRead(context, 'evidence:readSealed', (id) =>
      acquisitionId.safeParse(id).success ? sealedLocationKey(id) : undefined,
    );
  }
}

async function decideAcquire(call: Call<AcquireInput, Caller>): Promise<Decision> {
  const { input, caller, state } = call;
  const exists = (await state.find(acquisitionRecord, acquisitionKey(input.id))) !== undefined;
  const continued =
    input.continues === undefined ? undefined : await loadAcquisition(state, input.continues);
  const method = await loadCurrent(state, 'method', input.method);
  const legalBases = [];
  for (const basis of input.legalBases) {
    legalBases.push(await loadCurrent(state, 'legalBasis', basis));
  }
  const noticeBasis =
    input.delayedNotice && (await loadCurrent(state, 'legalBasis', input.delayedNotice.basis));
  await assertPublished(state, 'standard', [input.standard]);
  const parameters = await loadParameters(state, ['timeWindowSeconds', 'noticeDelayMaxSeconds']);
  const sealed = call.transient('location');
  return acquire(
    input,
    { exists, continued, method, legalBases, noticeBasis, sealed, parameters },
    caller,
  );
}

const loadAcquisition = (state: State, id: string) =>
  state.load(acquisitionRecord, acquisitionKey(id));
const loadHead = (state: State, id: string) => state.load(headRecord, headKey(id));
const loadLocationHead = (state: State, id: string) =>
  state.load(locationHeadRecord, locationHeadKey(id));

async function loadPlace(state: State, id: string): Promise<LocateContext> {
  const { timeWindowSeconds } = await loadParameters(state, ['timeWindowSeconds']);
  const acquisition = await loadAcquisition(state, id);
  return { acquisition, locationHead: await loadLocationHead(state, id), timeWindowSeconds };
}
