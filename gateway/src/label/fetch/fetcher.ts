/**
 * Fetches the manifests that batches on the ledger name and nobody handed in here: from the asserter's
 * gateway first, then from whoever has them. Any source will do, because the digest is checked while the
 * bytes come. One download at a time from each gateway, so that a slow one keeps only itself busy; one
 * at a time of each manifest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_LABELS } from '@tabellion/proof';
import type { Logger } from 'pino';
import { EvidenceError } from '../../evidence/error.ts';
import { hasRoom } from '../../http/disk-full.ts';
import { NDJSON } from '../../http/item-body.ts';
import { signGatewayRequest } from '../../identity/gateway-request.ts';
import type { Signer } from '../../ledger/act.ts';
import type { Projection } from '../../projection/projection.ts';
import { MAX_STATEMENT_BYTES } from '../manifest.ts';
import type { LabelManifestStore } from '../manifest-store.ts';
import type { LabelView } from '../view.ts';
import { type DownloadLimits, download } from './download.ts';
import { FetchError, type MissCode } from './error.ts';
import type { GatewaySource } from './gateways-file.ts';
import { type Wanted, WantedManifests } from './wanted.ts';

export const fetchPath = (manifest: string) => `/v1/label/fetch/${manifest}`;
/** 131,072 labels of ordinary length: what a gateway takes, however it comes. */
export const MAX_MANIFEST_BYTES = 268_435_456;

export interface FetcherOptions {
  readonly directory: string;
  readonly view: LabelView;
  readonly manifests: LabelManifestStore;
  readonly projection: Pick<Projection, 'height' | 'waitForHeight'>;
  /** The other members' gateways, and who asks them; without them what is missing is only told. */
  readonly ask?:
    | { readonly sources: readonly GatewaySource[]; readonly signer: Signer }
    | undefined;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  readonly limits?: DownloadLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Fetcher {
  /** In the ledger's order. */
  missing(): readonly Wanted[];
  /** How many gateways are asked. */
  readonly sources: number;
  /** What was fetched, and what failed, since the start. */
  readonly counts: { readonly fetched: number; readonly failed: number };
  /** The file of a manifest is not what it was: it is fetched anew. */
  replace(batch: string): void;
  close(): Promise<void>;
}

/** Looks for work at least so often, milliseconds. */
const LOOK_MS = 1000;

export function startFetcher(options: FetcherOptions): Fetcher {
  const { view, manifests, projection, ask, logger, now, limits } = options;
  const { sources = [] } = ask ?? {};
  const stop = new AbortController();
  const wanted = new WantedManifests(view, manifests);
  const members = new Set(sources.map(({ member }) => member));
  const known = (member: string) => members.has(member);
  const busy = new Map<string, Promise<void>>();
  const counts = { fetched: 0, failed: 0 };

  const fetchFrom = async (source: GatewaySource, one: Wanted) => {
    const { manifest, size } = one.record;
    const path = fetchPath(manifest);
    const asked = { to: source.member, method: 'GET', path } as const;
    const body = download(source, {
      path,
      authorization: await signGatewayRequest(ask!.signer, asked, now()),
      mediaType: NDJSON,
      maxBytes: longestManifest(size),
      signal: stop.signal,
      ...(limits && { limits }),
    });
    await manifests.keep(manifest, body);
  };

  /** Why it did not come; what is no fault of the other side is told as a failure of ours. */
  const codeOf = (error: unknown): MissCode => {
    if (error instanceof FetchError) return error.code;
    if (error instanceof EvidenceError && error.code === 'DIGEST_MISMATCH')
      return 'SOURCE_WRONG_BYTES';
    options.onFailure?.(error);
    return 'INTERNAL';
  };

  const work = async (source: GatewaySource, one: Wanted) => {
    const { member } = source;
    const told = { batch: one.batch, member };
    one.from = member;
    try {
      if (!(await hasRoom(options.directory)))
        return wanted.failed(one, member, 'DISK_FULL', now());
      await fetchFrom(source, one);
      counts.fetched += 1;
      wanted.came(one);
      logger.info(told, 'label manifest fetched');
    } catch (error) {
      if (stop.signal.aborted) return;
      counts.failed += 1;
      const code = codeOf(error);
      wanted.failed(one, member, code, now());
      logger.warn({ ...told, code }, 'label manifest not fetched');
    } finally {
      one.from = undefined;
      busy.delete(member);
    }
  };

  const begin = () => {
    for (const source of sources) {
      const { member } = source;
      const one = busy.has(member) ? undefined : wanted.choose(member, { now: now(), known });
      if (one !== undefined) busy.set(member, work(source, one));
    }
  };

  const follow = async () => {
    let height = 0;
    while (!stop.signal.aborted) {
      try {
        if (projection.height < height) wanted.forget();
        height = projection.height;
        await wanted.refresh();
        begin();
      } catch (error) {
        options.onFailure?.(error);
        logger.error({ code: (error as { code?: string }).code }, 'fetching labels waits');
      }
      const patience = AbortSignal.any([stop.signal, AbortSignal.timeout(LOOK_MS)]);
      const grown = projection.waitForHeight(height + 1, patience);
      // A source that is done takes the next one without waiting for the ledger.
      await Promise.race([grown, ...busy.values()]).catch(() => delay(LOOK_MS));
    }
  };
  const following = follow();

  return {
    missing: () => wanted.list(),
    sources: sources.length,
    counts,
    replace(batch) {
      const found = view.findBatch(batch);
      if (found !== undefined) wanted.want(found, true);
    },
    async close() {
      stop.abort();
      await following;
      await Promise.all(busy.values());
    },
  };
}

/** Each statement and its line feed at its longest, and not more than a gateway takes. */
export const longestManifest = (size: number): number =>
  Math.min(Math.min(size, MAX_LABELS) * (MAX_STATEMENT_BYTES + 1), MAX_MANIFEST_BYTES);
