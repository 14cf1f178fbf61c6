/** Which watches an act on labels concerns, or what falls due of one. */
import { setImmediate } from 'node:timers/promises';
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { type LabelStatement, leafHash, toHex } from '@tabellion/proof';
import { labelStatus } from '@tabellion/screening';
import { isWithinAny, type Taxonomy } from '../label/format/taxonomy.ts';
import type { LibraryFeed } from '../label/library-feed.ts';
import type { LabelManifestStore } from '../label/manifest-store.ts';
import { readStanding } from '../label/standing.ts';
import { createHistory, digestOf, type LabelAct, type LabelView } from '../label/view.ts';
import { type AlertLabel, MAX_NAMED, type Match } from './alert-store.ts';
import type { Watch, WatchStore } from './store.ts';

export interface MatchPorts {
  readonly feed: LibraryFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly store: WatchStore;
}

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

/** Labels of one batch that state the same end. */
export interface Expiring {
  readonly digest: string;
  readonly batch: LabelBatchRecord;
  /** What they state. */
  readonly due: number;
  /** By their places in the batch. */
  readonly labels: readonly number[];
}

/** By watch; one act raises one alert of each. */
function createMatches() {
  const byWatch = new Map<number, Match>();
  const count = ({ number, id }: Pick<Watch, 'number' | 'id'>) => {
    const match = byWatch.get(number) ?? { watch: { number, id }, count: 0, labels: [] };
    byWatch.set(number, match);
    match.count += 1;
    return match;
  };
  return {
    list: () => [...byWatch.values()],
    count,
    countLabel(watch: Pick<Watch, 'number' | 'id'>, label: AlertLabel) {
      const { labels } = count(watch);
      if (labels.length < MAX_NAMED) labels.push(label);
    },
  };
}

export type Matcher = ReturnType<typeof createMatcher>;

export function createMatcher({ feed, view, manifests, store }: MatchPorts) {
  const matchAddresses = async (
    { number, batch, label }: Spoken,
    matches: ReturnType<typeof createMatches>,
  ) => {
    if (!store.hasEntries()) return;
    const first = label ?? 0;
    const end = label === undefined ? batch.size : label + 1;
    for (let index = first; index < end; index += 1) {
      if (index % TURN === TURN - 1) await setImmediate();
      const { key } = feed.index.labelAt(number, index);
      for (const { address, reference, ...watch } of store.findWatchers(key))
        matches.countLabel(watch, { index, address, reference });
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
      const statement = readStatement(line);
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
  const judgeBatch = (digest: string): number | 'VOID' | 'WAIT' => {
    const number = feed.numberOf(digest);
    if (number === undefined) return 'VOID';
    if (feed.index.isWhole(number)) return number;
    return feed.index.isAwaited(number) ? 'WAIT' : 'VOID';
  };

  return {
    judgeBatch,
    /** Undefined where it cannot be said yet. */
    async matchAct(act: LabelAct): Promise<Match[] | undefined> {
      const matches = createMatches();
      const { record } = act;
      const digest = digestOf(act);
      const number = judgeBatch(digest);
      if (number === 'WAIT') return undefined;
      if (number !== 'VOID') {
        const isBatch = record.type === 'tabellion.label-batch';
        const batch = isBatch ? record : view.findBatch(digest)!.record;
        const spoken = { batch, number, label: labelOf(record)?.index };
        await matchAddresses(spoken, matches);
        await matchCategories(spoken, matches);
      }
      matchDisputes(act, matches);
      return matches.list();
    },
    /**
     * Whom the end of labels concerns, by the same rule and at the same time as a screening judges them:
     * what was withdrawn, or ended before, was told when that happened. What a round goes by is read once.
     */
    beginExpiries({ height, at }: { readonly height: number; readonly at: number }) {
      const filed = store.listOfKind('CATEGORIES');
      const history = createHistory(view, height);
      const taxonomies = new Map<string, Taxonomy>();
      const taxonomyOf = ({ taxonomy }: LabelBatchRecord) => {
        const name = `${taxonomy.id}@${taxonomy.version}`;
        const known = taxonomies.get(name) ?? view.taxonomyOf(taxonomy);
        taxonomies.set(name, known);
        return known;
      };
      return async ({ digest, batch, due, labels }: Expiring): Promise<Match[]> => {
        const matches = createMatches();
        const number = judgeBatch(digest);
        if (typeof number === 'string') return [];
        for (const [turn, index] of labels.entries()) {
          if (turn % TURN === TURN - 1) await setImmediate();
          const place = feed.index.labelAt(number, index);
          const watchers = store.findWatchers(place.key);
          if (watchers.length === 0 && filed.length === 0) continue;
          const line = manifests.readLine(batch.manifest, place);
          const statement = readStatement(line);
          const isSpokenOf = feed.index.isChanged(number, index, height);
          const responses = isSpokenOf ? history(digest, toHex(leafHash(line))) : [];
          const standing = readStanding({ statement, batch, responses });
          if (standing.validUntil !== due || labelStatus(standing, at) !== 'EXPIRED') continue;
          for (const { address, reference, ...watch } of watchers)
            matches.countLabel(watch, { index, address, reference });
          for (const watch of filed)
            if (isWithinAny(taxonomyOf(batch), statement, watch.categories)) matches.count(watch);
        }
        return matches.list();
      };
    },
  };
}

/** Of a line that was held to its schema when the manifest was taken in, and to its digest when it was read. */
const readStatement = (line: Uint8Array): LabelStatement =>
  JSON.parse(Buffer.from(line).toString('utf8')) as LabelStatement;

/** The one label that a record speaks of. */
export const labelOf = (record: LabelAct['record']) =>
  'label' in record ? record.label : undefined;
