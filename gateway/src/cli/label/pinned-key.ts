/** The key of the private look-up that a profile used last: what the next one is held to. */
import type { Announcement, OprfKeyDocument } from '@tabellion/screening';
import { z } from 'zod';
import { CliError } from '../failure.ts';
import { keepPrivate, type ProfilePaths, parsePrivate, readKept } from '../profile.ts';

const pinned = z.strictObject({ member: z.string(), key: z.string().length(32) });

/**
 * An operator that showed each of its clients another key could tell them apart by what they look up. Another key
 * is taken only if it took over from the one before, which the operator then still names, or if a person says so.
 * Returns what to tell the person.
 * @throws CliError `OPRF_KEY_CHANGED`.
 */
export async function holdToKey(
  paths: Pick<ProfilePaths, 'oprfKey'>,
  { member, keys }: Announcement,
  used: OprfKeyDocument,
  accepted: string | undefined,
): Promise<string | undefined> {
  const text = await readKept(paths.oprfKey);
  const before = text === undefined ? undefined : parsePrivate(paths.oprfKey, pinned, text);
  const isSame = before?.member === member && before.key === used.id;
  if (isSame && (accepted === undefined || accepted === used.id)) return undefined;
  const tookOver = before?.member === member && keys.some(({ id }) => id === before.key);
  const isAccepted =
    accepted === undefined ? before === undefined || tookOver : accepted === used.id;
  if (!isAccepted) {
    throw new CliError(
      'OPRF_KEY_CHANGED',
      `the gateway of ${member} asks to use key ${used.id}, and not ${accepted ?? before?.key}`,
    );
  }
  await keepPrivate(paths.oprfKey, `${JSON.stringify({ member, key: used.id })}\n`);
  return before === undefined
    ? `key ${used.id} of ${member} is used from now on: compare it with what others see`
    : `key ${used.id} of ${member} took over from ${before.key}: compare it with what others see`;
}
