/**
 * Raises what the passing of time brings: a dispute that nobody answered in time, a label that holds no
 * longer. Dates are kept by their time, so that a round costs what is due and not what there is.
 */
import { setImmediate } from 'node:timers/promises';
import type { DisputeRecord } from '@tabellion/chaincode/label/record';
import type { ShownDispute } from '../label/view.ts';
import type { ActFacts, Occurrence } from './alert-store.ts';
import type { ExpiryGroup } from './deadline-store.ts';
import type { FollowPorts } from './follow.ts';
import type { MatchPorts } from './match.ts';

export interface FallDuePorts extends FollowPorts, Pick<MatchPorts, 'manifests'> {
  /** This gateway's clock, milliseconds since 1970; undefined while it is not to be believed. */
  readonly clock: () => number | undefined;
}

/** Batches or disputes looked at at once. */
const PAGE = 50;
/** Labels looked at in one round, which is one batch at least: acts that came meanwhile have their turn. */
const LOOKS = 200_000;
/** Rows written or removed in one commit, or a few more. */
const CHUNK = 500;
/** Ends looked at before others get their turn. */
const TURN = 16;
/** Stands in the canonical form of every label that states an end. */
const STATES_END = Buffer.from('"validUntil":');

/** What one round goes by. */
interface Round {
  readonly ledger: number;
  /** Blocks that the library is level with. */
  readonly height: number;
  /** What came before it has passed. */
  readonly at: number;
  readonly signal: AbortSignal;
}

export function createFallDue({ feed, view, manifests, store, matcher, clock }: FallDuePorts) {
  const { deadlines } = store;

  /** Of every dispute, for its asserter has to answer whether anybody watches or not. */
  const takeDisputes = ({ ledger, height, at, signal }: Round) => {
    while (!signal.aborted) {
      const cursor = deadlines.cursorOf(ledger, 'DISPUTES');
      const { items } = view.listDisputes({}, at, { cursor, limit: PAGE });
      const reached = items.filter(({ dispute: { block } }) => block < height);
      const last = reached.at(-1)?.dispute;
      if (last === undefined) return;
      store.atOnce(() => {
        for (const { dispute, state } of reached) {
          const { id, answerBy: due } = dispute.record;
          if (state !== 'ANSWERED') deadlines.addDispute(ledger, { due, id, block: dispute.block });
        }
        deadlines.advance(ledger, 'DISPUTES', [last.block, last.position]);
      });
      if (reached.length < PAGE) return;
    }
  };

  /** The ends that the labels of a batch state, unless they had passed already. */
  async function* readEnds(manifest: string, floor: number) {
    let label = -1;
    for await (const lines of manifests.readLines(manifest)) {
      for (const line of lines) {
        label += 1;
        const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
        if (!text.includes(STATES_END)) continue;
        const { validUntil: due } = JSON.parse(text.toString('utf8')) as { validUntil?: number };
        if (due !== undefined && due >= floor) yield { due, label };
      }
      await setImmediate();
    }
  }

  /** Of every label, once, from the moment on at which anybody watches; of none while nobody does. */
  const takeExpiries = async ({ ledger, height, at, signal }: Round) => {
    if (deadlines.sinceOf(ledger) === null) deadlines.setSince(ledger, at);
    const since = deadlines.sinceOf(ledger)!;
    let looks = 0;
    for (;;) {
      const batches = view
        .listBatchesAfter(deadlines.cursorOf(ledger, 'BATCHES'), PAGE)
        .filter(({ block }) => block < height);
      for (const { key, record, block, position } of batches) {
        if (signal.aborted || looks >= LOOKS) return;
        const judged = matcher.judgeBatch(key.slice('label-batch/'.length));
        if (judged === 'WAIT') return;
        let found: { due: number; label: number }[] = [];
        const write = (isLast: boolean) =>
          store.atOnce(() => {
            for (const { due, label } of found)
              deadlines.addExpiry(ledger, { due, block, position }, label);
            if (isLast) deadlines.advance(ledger, 'BATCHES', [block, position]);
            found = [];
          });
        if (judged !== 'VOID') {
          looks += record.size;
          for await (const end of readEnds(record.manifest, Math.max(record.act.at, since))) {
            found.push(end);
            if (found.length === CHUNK) write(false);
          }
        }
        write(true);
      }
      if (batches.length < PAGE) return;
    }
  };

  /** Begins anew for whoever watches next: what ends until then is nobody's. */
  const forgetExpiries = async ({ ledger }: Round) => {
    if (deadlines.sinceOf(ledger) === null) return;
    while (deadlines.forgetExpiries(ledger, CHUNK) > 0) await setImmediate();
    store.atOnce(() => {
      deadlines.advance(ledger, 'BATCHES', [-1, -1]);
      deadlines.setSince(ledger, null);
    });
  };

  const raiseOverdue = async ({ ledger, height, at, signal }: Round) => {
    for (;;) {
      const date = deadlines.findDispute(ledger, at, height);
      if (date === undefined || signal.aborted) return;
      const remove = () => deadlines.removeDispute(ledger, date);
      const found = view.findDispute(date.id, at);
      if (found?.state !== 'OVERDUE') remove();
      else {
        const matches = await matcher.matchAct(found.dispute);
        if (matches === undefined) return;
        store.raiseAll([{ facts: overdueFacts(found), matches }], remove);
      }
      await setImmediate();
    }
  };

  /** The batch that labels stand in; undefined where the ledger has another there. Read once a round. */
  const createBatchFinder = () => {
    const known = new Map<string, ReturnType<typeof view.findBatch>>();
    return ({ block, position }: ExpiryGroup) => {
      const place = `${block} ${position}`;
      if (!known.has(place)) {
        const [found] = view.listBatchesAfter([block, position - 1], 1);
        const isThere = found?.block === block && found.position === position;
        known.set(place, isThere ? found : undefined);
      }
      return known.get(place);
    };
  };

  const raiseExpired = async ({ ledger, height, at, signal }: Round) => {
    const findBatchAt = createBatchFinder();
    const match = matcher.beginExpiries({ height, at });
    let group: ExpiryGroup | undefined;
    let looked = 0;
    /** What was looked at goes with the next commit, whether it concerns anybody or not. */
    let passed: ExpiryGroup[] = [];
    let raised: Occurrence[] = [];
    let rows = 0;
    const write = () => {
      store.raiseAll(raised, () => {
        for (const each of passed) deadlines.removeExpiry(ledger, each);
      });
      passed = [];
      raised = [];
      rows = 0;
    };
    try {
      for (;;) {
        group = deadlines.findExpiry(ledger, { before: at, height }, group);
        if (group === undefined || signal.aborted) break;
        const found = findBatchAt(group);
        if (found !== undefined) {
          const digest = found.key.slice('label-batch/'.length);
          const labels = deadlines.listExpiring(ledger, group);
          const matches = await match({ digest, batch: found.record, due: group.due, labels });
          raised.push({ facts: expiredFacts(found.key, group, labels), matches });
          rows += matches.reduce((sum, each) => sum + 1 + each.labels.length, 0);
        }
        passed.push(group);
        rows += 1;
        if (rows >= CHUNK) write();
        looked += 1;
        if (looked % TURN === 0) await setImmediate();
      }
    } finally {
      // One that fails takes none of those before it along.
      if (passed.length > 0) write();
    }
  };

  return {
    /**
     * Two clocks must have passed a date: the ledger's, as screening judges by it, so that the alert and a
     * screening say the same; and this gateway's own, so that a transaction that another member dated
     * ahead makes nothing due.
     */
    async catchUp(signal: AbortSignal): Promise<void> {
      const genesis = view.genesis();
      const height = feed.library.level?.height ?? 0;
      const own = clock();
      if (genesis === undefined || height === 0 || own === undefined) return;
      const at = Math.min(view.timeAt(height), own);
      const round = { ledger: deadlines.ledgerOf(genesis), height, at, signal };
      takeDisputes(round);
      await raiseOverdue(round);
      const isWatched = store.hasEntries() || store.listOfKind('CATEGORIES').length > 0;
      if (!isWatched) return forgetExpiries(round);
      await takeExpiries(round);
      await raiseExpired(round);
    },
  };
}

function overdueFacts({ dispute }: ShownDispute): ActFacts {
  const { key, block, position } = dispute;
  const { batch, label, id, answerBy }: DisputeRecord = dispute.record;
  return {
    ...{ event: 'OVERDUE', block, position, key, batch, label: label?.index ?? null },
    ...{ dispute: id, answerBy, at: answerBy },
  };
}

function expiredFacts(
  key: string,
  { due, block, position }: ExpiryGroup,
  labels: readonly number[],
): ActFacts {
  const [only] = labels;
  return {
    ...{ event: 'EXPIRED', block, position, key, batch: key.slice('label-batch/'.length) },
    ...{ label: labels.length === 1 ? only! : null, dispute: null, answerBy: null, at: due },
  };
}
