/**
 * Follows the acts on labels in the ledger's order, behind the library, and raises alerts: what is asked
 * about when an alert arrives is there to be screened already.
 */
import { setImmediate } from 'node:timers/promises';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { LabelStatement } from '@tabellion/proof';
import { isWithinAny } from '../label/format/taxonomy.ts';
import { type LibraryFeed, stateOf } from '../label/library-feed.ts';
import type { LabelManifestStore } from '../label/manifest-store.ts';
import { digestOf, type LabelAct, type LabelView } from '../label/view.ts';
import { type ActFacts, MAX_NAMED, type Match, type Watch, type WatchStore } from './store.ts';

export interface FollowPorts {
  readonly feed: LibraryFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly store: WatchStore;
}

/** Acts looked at at once. */
const PAGE = 200;
/** Labels looked at before others get their turn. */
const TURN = 128;

/** What one act speaks of: all labels of a batch, or one. */
interface Spoken {
  readonly batch: LabelBatchRecord;
  /** In the index. */
  readonly number: number;
  /** The one label; undefined for all. */
  readonly label: number | undefined;
}

export function createFollower({ feed, view, manifests, store }: FollowPorts) {
  /** By watch; one act raises one alert of each. */
  const createMatches = () => {
    const byWatch = new Map<number, Match>();
    return {
      list: () => [...byWatch.values()],
      count(watch: Pick<Watch, 'number' | 'id'>) {
        const { number, id } = watch;
        const match = byWatch.get(number) ?? { watch: { number, id }, count: 0, labels: [] };
        byWatch.set(number, match);
        match.count += 1;
        return match;
      },
    };
  };

  const matchAddresses = async (
    { number, batch, label }: Spoken,
    matches: ReturnType<typeof createMatches>,
  ) => {
    if (!store.hasEntries()) return;
    const first = label ?? 0;
    const end = label === undefined ? batch.size : label + 1;
    for (let index = first; index < end; index += 1) {
      if (index % TURN === TURN - 1) await setImmediate();
      for (const { address, reference, ...watch } of store.findWatchers(
        feed.index.labelAt(number, index).key,
      )) {
        const { labels } = matches.count(watch);
        if (labels.length < MAX_NAMED) labels.push({ index, address, reference });
      }
    }
  };

  const matchCategories = async (
    { number, batch, label }: Spoken,
    matches: ReturnType<typeof createMatches>,
  ) => {
    const watches = store.listOfKind('CATEGORIES');
    if (watches.length === 0) return;
    const taxonomy = view.taxonomyOf(batch.taxonomy);
    const look = (line: Uint8Array) => {
      const statement = JSON.parse(Buffer.from(line).toString('utf8')) as LabelStatement;
      for (const watch of watches)
        if (isWithinAny(taxonomy, statement, watch.categories)) matches.count(watch);
    };
    if (label !== undefined)
      return look(manifests.readLine(batch.manifest, feed.index.labelAt(number, label)));
    for await (const lines of manifests.readLines(batch.manifest)) {
      for (const line of lines) look(line);
      await setImmediate();
    }
  };

  /** Whoever has to answer it. */
  const matchDisputes = (act: LabelAct, matches: ReturnType<typeof createMatches>) => {
    const { record } = act;
    if (record.type !== 'tabellion.dispute') return;
    for (const watch of store.listOfKind('DISPUTES'))
      if (watch.member === record.answerer) matches.count(watch);
  };

  /** VOID: for every member alike, or no labels at all; WAIT: the manifest is still to come. */
  const readSpoken = (act: LabelAct): Spoken | 'VOID' | 'WAIT' => {
    const { record } = act;
    const digest = digestOf(act);
    const number = feed.numberOf(digest);
    if (number === undefined) return 'VOID';
    const { index } = feed;
    if (!index.isWhole(number)) return index.isAwaited(number) ? 'WAIT' : 'VOID';
    const batch = record.type === 'tabellion.label-batch' ? record : view.findBatch(digest)!.record;
    return { batch, number, label: labelOf(record)?.index };
  };

  /** Undefined where it cannot be said yet. */
  const matchAct = async (act: LabelAct): Promise<Match[] | undefined> => {
    const matches = createMatches();
    const spoken = readSpoken(act);
    if (spoken === 'WAIT') return undefined;
    if (spoken !== 'VOID') {
      await matchAddresses(spoken, matches);
      await matchCategories(spoken, matches);
    }
    matchDisputes(act, matches);
    return matches.list();
  };

  return {
    /** Looks at every act that the library has taken in. */
    async catchUp(signal: AbortSignal): Promise<void> {
      const genesis = view.genesis();
      if (genesis === undefined) return;
      let after = store.progressOn(genesis);
      for (;;) {
        const height = feed.library.level?.height ?? 0;
        const acts = view.listActs(after, PAGE).filter(({ block }) => block < height);
        for (const act of acts) {
          if (signal.aborted) return;
          const facts = factsOf(act);
          const matches = facts === undefined ? [] : await matchAct(act);
          if (matches === undefined) return store.advance(after, genesis);
          if (facts && matches.length > 0) store.raiseAll(facts, matches, genesis);
          after = [act.block, act.position];
        }
        if (acts.length > 0) store.advance(after, genesis);
        if (acts.length < PAGE) return;
      }
    },
  };
}

/** Undefined of an act that changes nothing yet, as one declaration of several. */
function factsOf(act: LabelAct): ActFacts | undefined {
  const { record, key, block, position } = act;
  const place = { block, position, key, at: record.act.at, batch: digestOf(act) };
  if (record.type === 'tabellion.label-batch') {
    return { ...place, event: 'ASSERTED', label: null, dispute: null, answerBy: null };
  }
  const event = stateOf(record);
  if (event === undefined) return undefined;
  const label = labelOf(record)?.index ?? null;
  return { ...place, event, label, ...disputeOf(record) };
}

/** The one label that a record speaks of. */
const labelOf = (record: LabelAct['record']) => ('label' in record ? record.label : undefined);

function disputeOf(record: LabelAct['record']): Pick<ActFacts, 'dispute' | 'answerBy'> {
  if (record.type === 'tabellion.dispute') return { dispute: record.id, answerBy: record.answerBy };
  const dispute = record.type === 'tabellion.dispute-answer' ? record.dispute : null;
  return { dispute, answerBy: null };
}
