/**
 * What was asserted under some categories, and what happened to it, in the ledger's order: for whoever
 * keeps a list of their own. Reads the manifests that the library has taken in.
 */
import { setImmediate } from 'node:timers/promises';
import { type LabelStatement, labelStatement, parseCanonical } from '@tabellion/proof';
import { isWithinAny } from './format/taxonomy.ts';
import type { LabelState } from './index/change-log.ts';
import { type LibraryFeed, stateOf } from './library-feed.ts';
import type { LabelManifestStore } from './manifest-store.ts';
import { digestOf, type LabelAct, type LabelView } from './view.ts';

export interface CategoryItem {
  readonly event: LabelState | 'ASSERTED';
  readonly block: number;
  readonly position: number;
  /** Ledger key of the record. */
  readonly key: string;
  readonly batch: string;
  /** Of the one label that it speaks of; null for the whole batch. */
  readonly index: number | null;
  readonly member: string;
  readonly at: number;
  /** What is asserted; null of what happened to a whole batch. */
  readonly label: Omit<LabelStatement, 'type' | 'v' | 'salt'> | null;
}

/** The last label that was looked at: its act and its place. */
export type CategoryCursor = readonly [block: number, position: number, index: number];

export interface CategoryPage {
  readonly items: readonly CategoryItem[];
  /** Goes on from there, now or when there is more. */
  readonly cursor: CategoryCursor;
  /** Whether there is more at this moment. */
  readonly more: boolean;
}

export const START: CategoryCursor = [-1, -1, Number.MAX_SAFE_INTEGER];
/** Labels looked at for one page, and before others get their turn. */
const MAX_LOOKS = 5000;
const TURN = 128;
/** Acts looked at at once. */
const ACTS = 100;

interface FeedPorts {
  readonly feed: LibraryFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
}

export function createCategoryFeed({ feed, view, manifests }: FeedPorts) {
  /** Undefined of an act without labels for anybody, or none yet. */
  const openAct = (act: LabelAct) => {
    const { record, key } = act;
    const isBatch = record.type === 'tabellion.label-batch';
    const event = isBatch ? ('ASSERTED' as const) : stateOf(record);
    const digest = digestOf(act);
    const number = feed.numberOf(digest);
    if (event === undefined || number === undefined) return undefined;
    if (!feed.index.isWhole(number)) return undefined;
    const batch = isBatch ? record : view.findBatch(digest)!.record;
    const about = isBatch || !('label' in record) ? undefined : record.label?.index;
    const taxonomy = view.taxonomyOf(batch.taxonomy);
    const base = {
      ...{ event, block: act.block, position: act.position, key, batch: digest },
      ...{ member: record.act.member, at: record.act.at },
    };
    const read = (index: number) => {
      const line = manifests.readLine(batch.manifest, feed.index.labelAt(number, index));
      return labelStatement.parse(parseCanonical(line));
    };
    return { base, isBatch, about, size: batch.size, taxonomy, read };
  };

  /** Waits where a manifest is still to come: nothing is passed over. */
  const isReached = (act: LabelAct, height: number) => {
    if (act.block >= height) return false;
    const number = feed.numberOf(digestOf(act));
    return number === undefined || !feed.index.isAwaited(number);
  };

  return {
    async read(
      categories: readonly string[],
      after: CategoryCursor,
      limit: number,
    ): Promise<CategoryPage> {
      const height = feed.library.level?.height ?? 0;
      const items: CategoryItem[] = [];
      let cursor = after;
      let looks = 0;
      const isFull = () => items.length >= limit || looks >= MAX_LOOKS;
      const take = async (act: LabelAct, first: number) => {
        const opened = openAct(act);
        if (opened !== undefined) {
          const { base, isBatch, about, size, taxonomy, read } = opened;
          if (!isBatch && about === undefined) items.push({ ...base, index: null, label: null });
          else {
            const end = isBatch ? size : about! + 1;
            for (let index = isBatch ? first : about!; index < end; index += 1) {
              if (isFull()) return;
              looks += 1;
              if (looks % TURN === 0) await setImmediate();
              const { type: _t, v: _v, salt: _s, ...label } = read(index);
              if (isWithinAny(taxonomy, label, categories)) items.push({ ...base, index, label });
              cursor = [act.block, act.position, index];
            }
          }
        }
        cursor = [act.block, act.position, Number.MAX_SAFE_INTEGER];
      };
      // The act that the page before ended in is not done.
      const [block, position, index] = after;
      let place: readonly [number, number] =
        index === Number.MAX_SAFE_INTEGER ? [block, position] : [block, position - 1];
      for (;;) {
        const acts = view.listActs(place, ACTS);
        for (const act of acts) {
          if (!isReached(act, height)) return { items, cursor, more: false };
          if (isFull()) return { items, cursor, more: true };
          const isSame = act.block === block && act.position === position;
          await take(act, isSame ? index + 1 : 0);
          if (cursor[2] !== Number.MAX_SAFE_INTEGER) return { items, cursor, more: true };
          place = [act.block, act.position];
        }
        if (acts.length < ACTS) return { items, cursor, more: false };
      }
    },
  };
}
