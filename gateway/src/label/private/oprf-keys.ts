/**
 * The keys of the private look-up, in one file that only its owner may read. Each is used for its time; before it
 * ends another takes over, and for a while both are good.
 */
import { randomBytes } from 'node:crypto';
import { fromBase64url, parseStrict, toBase64url, utf8 } from '@tabellion/proof';
import { deriveOprfKey, MAX_KEYS, type OprfKey } from '@tabellion/screening';
import { z } from 'zod';
import { Problem } from '../../http/problem.ts';
import { readPrivate, unlessAbsent, writeDurably } from '../../identity/private-file.ts';
import { Mutex } from '../../ledger/mutex.ts';

const DAY_MS = 86_400_000;

export interface OprfKeyTimes {
  /** How long a key is used at most, milliseconds. */
  readonly lifetimeMs: number;
  /** How long a key that was replaced is still good, milliseconds. */
  readonly overlapMs: number;
}

export const DEFAULT_KEY_TIMES: OprfKeyTimes = { lifetimeMs: 90 * DAY_MS, overlapMs: 7 * DAY_MS };

export interface OprfKeys {
  /** Those in their time, the newest last. */
  list(): readonly OprfKey[];
  /** Makes a key if the newest is about to end. Resolves with whether it did. */
  renew(): Promise<boolean>;
  /**
   * Makes a key that takes over at once, and returns it; those before it end after the overlap.
   * @throws Problem `KEYS_OVERLAP` where more would be good at once than anybody who asks takes.
   */
  rotate(): Promise<OprfKey>;
}

const SEED_BYTES = 32;
const time = z.int().min(0);
const keyFile = z.strictObject({
  type: z.literal('tabellion.oprf-keys'),
  v: z.literal(1),
  keys: z.array(z.strictObject({ seed: z.string().length(43), validFrom: time, validUntil: time })),
});
type Kept = z.infer<typeof keyFile>['keys'][number];

export interface OprfKeysOptions extends OprfKeyTimes {
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The first key is made by the first {@link OprfKeys.renew}. A file that cannot be read is no reason to make
 * another: whoever pinned the key would be told of a change that nobody made.
 * @throws IdentityError `KEY_EXPOSED`; JsonError, ZodError for a damaged file.
 */
export async function openOprfKeys(options: OprfKeysOptions): Promise<OprfKeys> {
  const { file, now, lifetimeMs, overlapMs } = options;
  const text = await unlessAbsent(readPrivate(file));
  let kept: readonly Kept[] = text === undefined ? [] : keyFile.parse(parseStrict(utf8(text))).keys;
  let derived = deriveAll(kept);
  /** Two at once would each go by keys that lack the other's. */
  const mutex = new Mutex();

  const add = async (): Promise<OprfKey> => {
    const at = now();
    const ending = kept
      .map((key) => ({ ...key, validUntil: Math.min(key.validUntil, at + overlapMs) }))
      .filter(({ validFrom, validUntil }) => validUntil > at && validFrom < validUntil);
    if (ending.length >= MAX_KEYS) {
      const ends = ending.map(({ validUntil }) => validUntil).sort((one, other) => one - other);
      throw refuse(ends[ends.length - MAX_KEYS]!, at);
    }
    const seed = toBase64url(randomBytes(SEED_BYTES));
    const next = [...ending, { seed, validFrom: at, validUntil: at + lifetimeMs }];
    await writeDurably(file, JSON.stringify({ type: 'tabellion.oprf-keys', v: 1, keys: next }));
    kept = next;
    derived = deriveAll(next);
    return derived.at(-1)!;
  };
  const list = () => {
    const at = now();
    return derived.filter(({ document }) => document.validFrom <= at && at < document.validUntil);
  };
  const renew = () =>
    mutex.run(async () => {
      const newest = list().at(-1);
      if (newest !== undefined && newest.document.validUntil - overlapMs > now()) return false;
      await add();
      return true;
    });
  return { list, renew, rotate: () => mutex.run(add) };
}

function refuse(end: number, at: number): Problem {
  const seconds = Math.max(1, Math.ceil((end - at) / 1000));
  const again = new Date(end).toISOString();
  return new Problem('KEYS_OVERLAP', `${MAX_KEYS} keys are good; another from ${again}`, {
    headers: { 'retry-after': `${seconds}` },
  });
}

const deriveAll = (kept: readonly Kept[]): readonly OprfKey[] =>
  kept.map(({ seed, ...validity }) => deriveOprfKey(fromBase64url(seed), validity));
