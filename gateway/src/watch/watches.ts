/**
 * What members watch, and the alerts that come of it. Off the ledger and off every other member's gateway:
 * a watch says what a member looks into.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Problem } from '../http/problem.ts';
import type { LibraryFeed } from '../label/library-feed.ts';
import type { LabelManifestStore } from '../label/manifest-store.ts';
import type { Query } from '../label/screen.ts';
import type { LabelView } from '../label/view.ts';
import type { Projection } from '../projection/projection.ts';
import type { SourceEvent, WebhookSource } from '../webhook/queue.ts';
import type { Alert, AlertFilter, Raised } from './alert-store.ts';
import type { Deputy } from './deputies.ts';
import { createFallDue } from './fall-due.ts';
import { createFollower } from './follow.ts';
import { MAX_ADDRESSES, MAX_MEMBER_ADDRESSES, MAX_OWN_WATCHES, MAX_WATCHES } from './limits.ts';
import { createMatcher } from './match.ts';
import { createOrderAlerts, openDeputyWatch } from './order-alerts.ts';
import { createOversight } from './oversight.ts';

import { readEntries } from './read-entries.ts';
import { openWatchStore, type Viewer, type Watch, type WatchAccess } from './store.ts';

export interface WatchesOptions {
  /** The gateway's own. */
  readonly directory: string;
  /** MSP IDs of the members that this gateway serves. */
  readonly members: readonly string[];
  readonly feed: LibraryFeed;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly projection: Projection;
  /** Whether somebody of a member has a valid certificate under a pseudonym. */
  readonly isPresent: (member: string, person: string) => boolean;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws while the clock is not to be believed. */
  readonly assertClock?: (() => void) | undefined;
}

export interface NewWatch {
  readonly name: string;
  readonly access: WatchAccess;
  /** With them it is a watch on categories, and takes no addresses. */
  readonly categories?: readonly string[] | undefined;
}

/** What became of addresses that were to be watched. */
export interface Added {
  readonly added: number;
  /** Watched before. */
  readonly present: number;
  /** Not addresses that can be watched, by their place; nothing of them was kept. */
  readonly refused: readonly { readonly at: number; readonly code: string }[];
}

/** Alerts removed in one commit, each with up to 10,000 addresses. */
const SWEPT = 20;
/** After a failure, milliseconds. */
const RETRY_MS = 10_000;

export type Watches = ReturnType<typeof openWatches>;

/** Opens the store and follows the library until closed. */
export function openWatches(options: WatchesOptions) {
  const { feed, view, manifests, projection, logger, now, members } = options;
  const store = openWatchStore(join(options.directory, 'watch.sqlite'), now);
  for (const member of members) {
    const everybody = { access: 'MEMBER', categories: [] } as const;
    const whose = { member, owner: null };
    const disputes = { ...everybody, name: 'Disputes to answer', kind: 'DISPUTES' } as const;
    store.add(whose, disputes, nameBuiltIn('disputes', member));
    const orders = { ...everybody, name: 'Orders', kind: 'ORDERS' } as const;
    store.add(whose, orders, nameBuiltIn('orders', member));
  }
  const closing = new AbortController();
  const matcher = createMatcher({ feed, view, manifests, store });
  const follower = createFollower({ feed, view, store, matcher });
  /** What says so itself to the operator; meanwhile nothing falls due. */
  const clock = () => {
    try {
      options.assertClock?.();
      return now();
    } catch {
      return undefined;
    }
  };
  const fallDue = createFallDue({ feed, view, manifests, store, matcher, clock });
  const deputies = store.openDeputies(options.isPresent);
  const orderAlerts = createOrderAlerts({
    ...{ store, projection, genesis: view.genesis, clock, deputies },
    watchOf: (member) => (members.includes(member) ? nameBuiltIn('orders', member) : undefined),
  });
  const listeners = new Set<() => void>();
  let last = store.alerts.lastRaised();
  let following: Promise<void> = Promise.resolve();
  let isWoken = false;

  const tellOthers = () => {
    const newest = store.alerts.lastRaised();
    if (newest === last) return;
    last = newest;
    for (const tell of listeners) tell();
  };

  const follow = async (): Promise<void> => {
    isWoken = false;
    try {
      await follower.catchUp(closing.signal);
      tellOthers();
      await fallDue.catchUp(closing.signal);
    } catch (error) {
      options.onFailure?.(error);
      logger.error({ code: (error as { code?: string }).code }, 'alerts wait');
      await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      if (!closing.signal.aborted) wake();
    }
    if (!closing.signal.aborted) tellOthers();
  };

  /** One at a time, and once more for however many ask meanwhile. */
  const wake = (): void => {
    if (isWoken || closing.signal.aborted) return;
    isWoken = true;
    following = following.then(follow);
  };

  const stop = feed.onLevel(wake);
  wake();
  const followingOrders = orderAlerts.follow({
    signal: closing.signal,
    onRaised: tellOthers,
    onFailure(error) {
      options.onFailure?.(error);
      logger.error({ code: (error as { code?: string }).code }, 'alerts on orders wait');
    },
  });

  /** @throws Problem `NOT_FOUND`, also where it is not the caller's to see. */
  const find = (id: string, { member, who }: Viewer): Watch => {
    const found = store.find(id);
    const isVisible =
      found?.member === member && (found.access === 'MEMBER' || found.owner === who);
    if (!found || !isVisible) throw new Problem('NOT_FOUND');
    return found;
  };

  /** @throws Problem `NOT_FOUND`; `NOT_ALLOWED` for what every member has by itself. */
  const findToChange = (id: string, viewer: Viewer): Watch => {
    const found = find(id, viewer);
    if (found.owner === null) throw new Problem('NOT_ALLOWED', 'every member has this watch');
    return found;
  };

  /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
  const findForAddresses = (id: string, viewer: Viewer): Watch => {
    const found = findToChange(id, viewer);
    if (found.kind !== 'ADDRESSES')
      throw new Problem('NOT_ALLOWED', 'a watch on categories takes no addresses');
    return found;
  };

  const findAlert = (id: string, viewer: Viewer): Alert => {
    const found = store.alerts.find(id, viewer);
    if (!found) throw new Problem('NOT_FOUND');
    return found;
  };

  return {
    /** @throws Problem `LIMIT_REACHED`. */
    create({ member, who }: Viewer, { name, access, categories }: NewWatch): Watch {
      const { own, watches } = store.count({ member, who });
      if (own >= MAX_OWN_WATCHES || watches >= MAX_WATCHES)
        throw new Problem(
          'LIMIT_REACHED',
          `at most ${MAX_OWN_WATCHES} watches of one, ${MAX_WATCHES} of a member`,
        );
      const kind = categories === undefined ? 'ADDRESSES' : 'CATEGORIES';
      return store.add(
        { member, owner: who },
        { name, access, kind, categories: categories ?? [] },
      );
    },
    list: store.listVisible,
    find,
    /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
    change(
      id: string,
      viewer: Viewer,
      change: { readonly [K in keyof NewWatch]?: NewWatch[K] | undefined },
    ): Watch {
      const found = findToChange(id, viewer);
      if (change.categories !== undefined && found.kind !== 'CATEGORIES')
        throw new Problem('NOT_ALLOWED', 'a watch on addresses has no categories');
      // Whoever may see it may take it; only its owner may keep it for themselves.
      if (change.access === 'OWNER' && found.owner !== viewer.who)
        throw new Problem('NOT_ALLOWED', 'only its owner may keep it for themselves');
      const { name = found.name, access = found.access, categories = found.categories } = change;
      store.change(found, { name, access, categories });
      return find(id, viewer);
    },
    /** With its addresses and its alerts. @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
    remove: (id: string, viewer: Viewer): void => store.remove(findToChange(id, viewer)),
    findToChange,
    findForAddresses,
    /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`, `LIMIT_REACHED`. */
    addAddresses(id: string, viewer: Viewer, queries: readonly Query[]): Added {
      const watch = findForAddresses(id, viewer);
      const { addresses } = store.count(viewer);
      // Counted as if all of them were new: to be told too early is better than to watch too much.
      if (
        watch.size + queries.length > MAX_ADDRESSES ||
        addresses + queries.length > MAX_MEMBER_ADDRESSES
      )
        throw new Problem(
          'LIMIT_REACHED',
          `at most ${MAX_ADDRESSES} addresses a watch, ${MAX_MEMBER_ADDRESSES} a member`,
        );
      const { entries, tests, refused } = readEntries(queries);
      const added = store.addEntries(watch, entries, tests);
      tellOthers();
      return { added, present: entries.length - added, refused };
    },
    /** @throws Problem `NOT_FOUND`, `NOT_ALLOWED`. */
    dropAddresses(id: string, viewer: Viewer, queries: readonly Query[]): { removed: number } {
      const watch = findForAddresses(id, viewer);
      const { entries } = readEntries(queries);
      return {
        removed: store.removeEntries(
          watch,
          entries.map(({ key }) => key),
        ),
      };
    },
    /** In the order of their keys. @throws Problem `NOT_FOUND`. */
    listAddresses: (id: string, viewer: Viewer, after: Uint8Array, limit: number) =>
      store.listEntries(find(id, viewer), after, limit),
    /** In the order of the ledger. */
    listAlerts: (viewer: Viewer, filter: AlertFilter, after: number, limit: number) =>
      store.alerts.list(viewer, filter, after, limit),
    findAlert,
    listLabels: (id: string, viewer: Viewer, after: number, limit: number) =>
      store.alerts.listLabels(findAlert(id, viewer), after, limit),
    /** @throws Problem `NOT_FOUND`. */
    acknowledge(id: string, viewer: Viewer): Alert {
      store.acknowledge(findAlert(id, viewer), viewer.who);
      return findAlert(id, viewer);
    },
    /** Removes the alerts that were seen before a time, with their addresses; resolves with how many. */
    async removeSeen(before: number): Promise<number> {
      let removed = 0;
      for (;;) {
        const some = store.alerts.removeAcknowledged(before, SWEPT);
        removed += some;
        if (some < SWEPT || closing.signal.aborted) return removed;
        await setImmediate();
      }
    },
    oversight: createOversight(store),
    deputies,
    /** With a watch of the deputy's own, by which it is told. */
    nameDeputy(named: Omit<Deputy, 'since'>, who: string): void {
      store.atOnce(() => {
        deputies.add(named, who);
        openDeputyWatch(store, named.member, who);
      });
    },
    /** Called whenever alerts were raised; returns how to stop that. */
    onMore,
    source: {
      name: 'watch',
      list: (after, limit) => store.alerts.listRaised(after, limit).map(showRaised),
      onMore,
    } satisfies WebhookSource,
    async close(): Promise<void> {
      closing.abort();
      stop();
      await Promise.all([following, followingOrders]);
      store.close();
    },
  };

  function onMore(tell: () => void): () => void {
    listeners.add(tell);
    return () => void listeners.delete(tell);
  }
}

const nameBuiltIn = (what: 'disputes' | 'orders', member: string): string =>
  createHash('sha256').update(`tabellion watch\n${what}\n${member}`).digest('hex').slice(0, 32);

/** Of an order, what stands on the ledger for every member; of anything else, that it waits. */
function showRaised({ event, order, status, clock, ...raised }: Raised): SourceEvent {
  if (order === null)
    return { ...raised, type: 'watch.alert', ...(event === 'TEST' && { test: true as const }) };
  const outline = { order, event, status: status!, ...(clock !== null && { clock }) };
  return { ...raised, type: 'order.alert', outline };
}
