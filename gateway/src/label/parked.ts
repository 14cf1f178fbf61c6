/**
 * Manifests that were handed in and not asserted: counted for the member whose people handed them in, and
 * removed once nobody has been about to assert them for a while.
 */
import { readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { makeDirectory } from '../identity/private-file.ts';
import type { Projection } from '../projection/projection.ts';
import { LabelError } from './error.ts';
import type { LabelManifestStore } from './manifest-store.ts';
import type { LabelView } from './view.ts';

/** Of one member at a time. */
const MAX_MANIFESTS = 32;
const MAX_BYTES = 2 * 1024 ** 3;
/** A manifest that is not asserted stays so long after it was handed in or its assertion prepared. */
const KEEP_MS = 7 * 86_400_000;
const FIRST_SWEEP_MS = 60_000;
const SWEEP_MS = 3_600_000;
/** How long a sweep waits for the projection: of a ledger that is not read to its end nothing is known. */
const CATCH_UP_MS = 10_000;

export interface ParkedOptions {
  readonly directory: string;
  readonly manifests: LabelManifestStore;
  readonly view: Pick<LabelView, 'isAsserted'>;
  readonly projection: Pick<Projection, 'catchUp' | 'height'>;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws while the clock is not to be believed: it would make every manifest old. */
  readonly assertClock?: (() => void) | undefined;
}

export interface Parked {
  /**
   * Counts a manifest for the member that hands it in, from the moment on at which it begins to come, and
   * takes it. @throws LabelError `MANIFESTS_WAITING`, and what taking it throws.
   */
  handIn<T>(coming: Coming, take: () => Promise<T>): Promise<T>;
  /** Removes what is too old; resolves with how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

export interface Coming {
  readonly member: string;
  readonly digest: string;
  /** At most so much is to come. */
  readonly bytes: number;
}

export function openParked(options: ParkedOptions): Parked {
  const { directory, manifests, view, projection, logger, now } = options;
  /** Those whose file is on its way. */
  const coming = new Set<Coming>();
  const isComing = (member: string, digest: string) =>
    [...coming].some((one) => one.member === member && one.digest === digest);
  const isWaiting = (digest: string) => !view.isAsserted(digest);
  const list = (...names: string[]) => listNames(join(directory, ...names));

  /** @throws LabelError `MANIFESTS_WAITING`. */
  const assertFits = ({ member, digest, bytes }: Coming) => {
    const alongside = [...coming].filter((one) => one.member === member);
    const waiting = new Set([...list(member), ...alongside.map((one) => one.digest)]);
    for (const each of waiting) if (!isWaiting(each)) waiting.delete(each);
    // The same one again is no further one, and takes the place of what is there.
    const others = [...waiting].filter((each) => each !== digest);
    const held = sum(others.map((each) => manifests.stat(each)?.bytes ?? 0));
    const total = held + sum(alongside.map((one) => one.bytes)) + bytes;
    if ((waiting.size >= MAX_MANIFESTS && !waiting.has(digest)) || total > MAX_BYTES)
      throw new LabelError('MANIFESTS_WAITING', `${waiting.size} are not asserted yet`);
  };

  const sweep = async () => {
    if (!(await projection.catchUp(AbortSignal.timeout(CATCH_UP_MS)))) return 0;
    const { height } = projection;
    let removed = 0;
    for (const digest of await manifests.list()) {
      // The ledger is being read anew: what it names is not known meanwhile.
      if (projection.height < height) return removed;
      // Looked at and removed in one turn: nobody can be about to assert it in between.
      const file = isWaiting(digest) ? manifests.stat(digest) : undefined;
      if (file === undefined) continue;
      options.assertClock?.();
      if (now() - file.usedAt < KEEP_MS) continue;
      manifests.remove(digest);
      removed += 1;
    }
    for (const member of list()) {
      for (const digest of list(member)) {
        const isOver = !isWaiting(digest) || manifests.stat(digest) === undefined;
        if (isOver && !isComing(member, digest)) rmSync(join(directory, member, digest), GONE);
      }
    }
    if (removed > 0) logger.info({ removed }, 'label manifests that nobody asserted were removed');
    return removed;
  };
  let sweeping: Promise<unknown> = Promise.resolve();
  const run = () => {
    sweeping = sweep().catch((error: unknown) => {
      options.onFailure?.(error);
      logger.error({ code: (error as { code?: string }).code }, 'old label manifests stay');
    });
  };
  // Once soon: a gateway may never run for an hour.
  const timers = [setTimeout(run, FIRST_SWEEP_MS), setInterval(run, SWEEP_MS)];
  for (const timer of timers) timer.unref();

  return {
    async handIn({ member, digest, bytes }, take) {
      if (view.isAsserted(digest)) return take();
      const own = { member, digest, bytes };
      // Looked at and reserved in one turn: of those that come together each sees the others.
      assertFits(own);
      coming.add(own);
      const name = join(directory, member, digest);
      try {
        await makeDirectory(join(directory, member));
        await writeFile(name, '', { mode: 0o600 });
        return await take();
      } catch (error) {
        coming.delete(own);
        if (manifests.stat(digest) === undefined && !isComing(member, digest)) rmSync(name, GONE);
        throw error;
      } finally {
        coming.delete(own);
      }
    },
    sweep,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await sweeping;
    },
  };
}

const GONE = { force: true };

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}
