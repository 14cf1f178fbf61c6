/**
 * Asking privately: keeps keys and tables, makes tables anew when the library has changed or they grow old, and
 * publishes what there is under one signature. A table is there whole or not at all, and past its time it is gone.
 */
import '@tabellion/screening/node';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toBase64url, toHex } from '@tabellion/proof';
import {
  type Announcement,
  announcementBytes,
  type OprfKey,
  type SignedAnnouncement,
  selectOprfKey,
  type TableDocument,
  type TableFacts,
} from '@tabellion/screening';
import type { Logger } from 'pino';
import { assertRoom } from '../../http/disk-full.ts';
import { makePrivateDirectory } from '../../identity/private-file.ts';
import type { Signer } from '../../ledger/act.ts';
import { Mutex } from '../../ledger/mutex.ts';
import type { Labels } from '../labels.ts';
import { collectEntries, LibraryStale } from './collect-entries.ts';
import { forgetOutputs } from './known-outputs.ts';
import { choosePrefixBits } from './layout.ts';
import { DEFAULT_KEY_TIMES, type OprfKeyTimes, openOprfKeys } from './oprf-keys.ts';
import { DEFAULT_QUOTAS, openQuota, type PrivateQuotas, type QuotaLedger } from './quota.ts';
import { dropTable, keepTable, type OpenTable, openTables } from './table-files.ts';
import type { TableOrder } from './table-job.ts';
import { createTableMaker } from './table-maker.ts';

export interface PrivateTimes extends OprfKeyTimes {
  /** How long a table is good, milliseconds; it is made anew when half of that has passed. */
  readonly validMs: number;
  /**
   * Least time from one making to the next when the library has changed, milliseconds; ten times as long as the
   * making took, where that is more.
   */
  readonly intervalMs: number;
  /** How often it is looked whether there is something to do, milliseconds. */
  readonly checkMs: number;
}

const HOUR_MS = 3_600_000;
const DEFAULT_TIMES: PrivateTimes = {
  ...DEFAULT_KEY_TIMES,
  validMs: 2 * HOUR_MS,
  intervalMs: 5000,
  checkMs: 2000,
};

export interface PrivateScreeningOptions {
  readonly directory: string;
  readonly labels: Pick<Labels, 'screen' | 'feed' | 'view'>;
  /** Blocks of the ledger. */
  readonly height: () => number;
  /** Key of the gateway's operator. */
  readonly signer: Signer;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws while the clock is not to be believed: it would end keys and tables that are in their time. */
  readonly assertClock?: () => void;
  readonly times?: Partial<PrivateTimes>;
  readonly quotas?: Partial<PrivateQuotas>;
}

export interface PrivateScreening {
  readonly quota: QuotaLedger;
  /** What is published now; undefined before the ledger was read. */
  readonly published: SignedAnnouncement | undefined;
  /** Undefined if there is none of that name, or no longer. */
  findTable(id: string): OpenTable | undefined;
  /** @throws PrivateError `KEY_UNKNOWN`, `KEY_NOT_VALID`. */
  selectKey(id: string): OprfKey;
  /**
   * A new key takes over as soon as it has a table; the ones before stay good for their overlap.
   * @throws Problem `KEYS_OVERLAP`.
   */
  rotateKey(): Promise<{ readonly key: string; readonly signed: SignedAnnouncement }>;
  close(): Promise<void>;
}

/** A replaced table is handed out for so long, for whoever has just read of it, milliseconds. */
const GRACE_MS = 10 * 60_000;
/** Longest pause after failures, milliseconds. */
const MAX_PAUSE_MS = 5 * 60_000;

export async function openPrivateScreening(
  options: PrivateScreeningOptions,
): Promise<PrivateScreening> {
  const { directory, labels, signer, logger, now } = options;
  const times = { ...DEFAULT_TIMES, ...options.times };
  const tablesAt = join(directory, 'tables');
  const outputsAt = join(directory, 'outputs');
  await makePrivateDirectory(directory);
  const keys = await openOprfKeys({ file: join(directory, 'oprf-keys.json'), now, ...times });
  const quota = openQuota(
    join(directory, 'quota.sqlite'),
    { ...DEFAULT_QUOTAS, ...options.quotas },
    { now, onFailure: (error) => options.onFailure?.(error) },
  );
  const maker = createTableMaker({ spool: tablesAt, outputs: outputsAt });
  const stop = new AbortController();
  /** The newest last. */
  let tables: OpenTable[] | undefined;
  let published: SignedAnnouncement | undefined;
  let made: { readonly at: number; readonly tookMs: number; readonly library: string } | undefined;
  /** The last making, if it came to nothing. */
  let failed: Failed | undefined;

  const makeAnnouncement = async (genesis: string) => {
    const announcement: Announcement = {
      ...{ type: 'tabellion.private-screening', v: 1, member: signer.mspId, genesis, at: now() },
      keys: keys.list().map(({ document }) => document),
      tables: newestOfEach(tables!).map(({ document }) => document),
    };
    const signature = toBase64url(await signer.sign(announcementBytes(announcement)));
    published = { announcement, certificate: signer.certificate, signature };
    return published;
  };
  /** One at a time: what is said last is the newest. */
  const publishing = new Mutex();
  const publish = (genesis: string) => publishing.run(() => makeAnnouncement(genesis));

  const dropOld = async () => {
    const [at, list] = [now(), tables!];
    const newest = new Set(newestOfEach(list));
    const goodKeys = new Set(keys.list().map(({ document }) => document.id));
    const isWanted = (table: OpenTable) => {
      const { validUntil, keyId } = table.document;
      if (keyId !== undefined && !goodKeys.has(keyId)) return false;
      return at < validUntil && (newest.has(table) || at < madeAt(table, times) + GRACE_MS);
    };
    const old = list.filter((table) => !isWanted(table));
    tables = list.filter(isWanted);
    for (const table of old) await dropTable(tablesAt, table);
    return old.length > 0;
  };

  const makeTables = async (genesis: string) => {
    const { feed, screen } = labels;
    const { index } = feed;
    const { ground, groups } = collectEntries(screen, index.listKeys());
    // The new ones are written beside these; how large they are shows only when the library was gone through.
    await assertRoom(
      tablesAt,
      newestOfEach(tables!).reduce((sum, table) => sum + sizeOf(table), 0),
    );
    await forgetOutputs(outputsAt, new Set(keys.list().map(({ document }) => document.id)));
    await maker.clear();
    try {
      let addresses = 0;
      for await (const group of groups) {
        stop.signal.throwIfAborted();
        addresses += group.length;
        await maker.add(group);
      }
      // Its labels were dropped and are taken in anew: what was read may be of both.
      if (feed.index !== index) throw new LibraryStale('the library began anew');
      const at = now();
      const facts = { height: ground.height, at: ground.at, validUntil: at + times.validMs };
      for (const order of listOrders(facts, keys.list())) {
        stop.signal.throwIfAborted();
        const file = join(tablesAt, `${randomBytes(8).toString('hex')}.tmp`);
        try {
          const prefixBits = choosePrefixBits(addresses);
          const document = await maker.make({ ...order, prefixBits, file });
          tables!.push(await keepTable(tablesAt, file, { genesis, document }));
        } finally {
          // Part of a table is of no use, and takes the room of the next.
          await rm(file, { force: true });
        }
        await publish(genesis);
      }
    } finally {
      // What waits on the disk takes room as well.
      await maker.clear();
    }
  };

  const check = async () => {
    options.assertClock?.();
    const genesis = labels.view.genesis();
    if (genesis === undefined) return;
    const name = toHex(genesis);
    tables ??= await openTables(tablesAt, { genesis: name, height: options.height(), now: now() });
    const renewed = await keys.renew();
    const dropped = await dropOld();
    if (published === undefined || renewed || dropped) await publish(name);
    const library = describeLibrary(labels);
    if (!isDue(library)) return;
    const at = now();
    try {
      await makeTables(name);
    } catch (error) {
      const failures = error instanceof LibraryStale ? 0 : (failed?.failures ?? 0) + 1;
      failed = { failures, at: now(), tookMs: now() - at };
      throw error;
    }
    made = { at, tookMs: now() - at, library };
    failed = undefined;
    await dropOld();
    await publish(name);
  };

  const isDue = (library: string) => {
    const at = now();
    if (failed !== undefined && Math.abs(at - failed.at) < pauseAfter(failed, times)) return false;
    const newest = newestOfEach(tables!);
    const wanted = 1 + keys.list().length;
    const isOld = newest.some((table) => at >= madeAt(table, times) + times.validMs / 2);
    // What an earlier process made says nothing of what the library holds now.
    const changed = made === undefined || made.library !== library;
    const pause = Math.max(times.intervalMs, 10 * (made?.tookMs ?? 0));
    const waited = made === undefined || Math.abs(at - made.at) >= pause;
    return newest.length < wanted || isOld || (changed && waited);
  };

  const follow = async () => {
    while (!stop.signal.aborted) {
      try {
        await check();
      } catch (error) {
        if (stop.signal.aborted) break;
        if (error instanceof LibraryStale) logger.warn('private tables wait for the library');
        else {
          options.onFailure?.(error);
          logger.error({ code: (error as { code?: string }).code }, 'private tables wait');
        }
      }
      await delay(times.checkMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const following = follow();

  return {
    quota,
    get published() {
      return published;
    },
    findTable(id) {
      const table = tables?.find((each) => each.id === id);
      return table !== undefined && now() < table.document.validUntil ? table : undefined;
    },
    selectKey: (id) => selectOprfKey(keys.list(), id, now()),
    async rotateKey() {
      options.assertClock?.();
      const key = await keys.rotate();
      logger.info('a new key of the private look-up takes over');
      return { key: key.document.id, signed: await publish(toHex(labels.view.genesis()!)) };
    },
    async close() {
      stop.abort();
      await maker.close();
      await following;
      for (const table of tables ?? []) await table.close();
      quota.close();
    },
  };
}

interface Failed {
  /** In a row; none where the library was not level with the ledger, which is soon over. */
  readonly failures: number;
  readonly at: number;
  readonly tookMs: number;
}

/** Whoever goes through the whole library for nothing does so ever less often. */
const pauseAfter = (
  { failures, tookMs }: Pick<Failed, 'failures' | 'tookMs'>,
  { checkMs }: Pick<PrivateTimes, 'checkMs'>,
): number =>
  Math.min(MAX_PAUSE_MS, Math.max(10 * tookMs, failures === 0 ? 0 : checkMs * 2 ** failures));

const sizeOf = ({ document, length }: OpenTable): number => length * 2 ** document.prefixBits;

const madeAt = ({ document }: OpenTable, { validMs }: PrivateTimes): number =>
  document.validUntil - validMs;

/** Of each kind, and for each key; in the order given. */
function newestOfEach(tables: readonly OpenTable[]): OpenTable[] {
  const nameOf = ({ kind, keyId }: TableDocument) => `${kind} ${keyId ?? ''}`;
  const newest = new Map(tables.map((table) => [nameOf(table.document), table]));
  return tables.filter((table) => newest.get(nameOf(table.document)) === table);
}

/** A table of the kind HASH, and one for each key. */
const listOrders = (
  facts: Omit<TableFacts, 'kind' | 'keyId'>,
  keys: readonly OprfKey[],
): Pick<TableOrder, 'facts' | 'key'>[] => [
  { facts: { ...facts, kind: 'HASH' } },
  ...keys.map((key) => ({
    facts: { ...facts, kind: 'OPRF' as const, keyId: key.document.id },
    key,
  })),
];

/** Another text whenever something was taken in. */
function describeLibrary({ feed }: Pick<Labels, 'feed'>): string {
  const { last, size } = feed.index;
  return `${last?.height} ${last?.position} ${size}`;
}
