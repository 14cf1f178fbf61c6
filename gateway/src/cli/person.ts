/**
 * People who are no members stand on the ledger by a salted digest of their name (O-1). The name and its
 * salt are a file of the member's own: exactly the bytes that are hashed, so that any tool can show later
 * whose digest it was.
 */
import { access } from 'node:fs/promises';
import { canonicalBytes, parseCanonical, sha256, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { drawSalt } from '../evidence/commitment.ts';
import { readSmallFile } from './document.ts';
import { CliError } from './failure.ts';

const MAX_BYTES = 4096;
const DIGEST = /^[0-9a-f]{64}$/;

const personFile = z.strictObject({
  type: z.literal('tabellion.person'),
  v: z.literal(1),
  /** As it is to be told, in any script. */
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u),
  /** 128 random bits, base64url: without it a name could be guessed. */
  salt: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
});
export type Person = z.infer<typeof personFile>;

/** @throws CliError `BAD_INPUT`; it does not repeat the name. */
export function encodePerson(name: string): Uint8Array {
  const person = { type: 'tabellion.person', v: 1, name, salt: drawSalt() };
  if (!personFile.safeParse(person).success) {
    throw new CliError('BAD_INPUT', 'a name has 1 to 200 characters in one line');
  }
  return canonicalBytes(person);
}

/** @throws CliError `FILE_UNREADABLE`, `FILE_MALFORMED`. */
export async function readPerson(path: string): Promise<Person & { readonly digest: string }> {
  const bytes = await readSmallFile(path, MAX_BYTES);
  const person = parsePerson(bytes);
  if (person === undefined) {
    throw new CliError('FILE_MALFORMED', `${path} is not a file of tabellion person make`);
  }
  return { ...person, digest: toHex(sha256(bytes)) };
}

/**
 * What stands on the ledger for somebody: given as such, or the file that it is made from.
 * @throws CliError `USAGE`, `FILE_UNREADABLE`, `FILE_MALFORMED`.
 */
export async function readPersonDigest(what: string): Promise<string> {
  if (DIGEST.test(what)) return what;
  const isThere = await access(what).then(
    () => true,
    () => false,
  );
  if (isThere) return (await readPerson(what)).digest;
  throw new CliError('USAGE', `${what} is neither a digest nor a file of tabellion person make`);
}

export const listPersons = (given: readonly string[] = []): Promise<string[]> =>
  Promise.all(given.map(readPersonDigest));

/** Undefined unless the bytes are the canonical ones: others have another digest. */
function parsePerson(bytes: Uint8Array): Person | undefined {
  try {
    return personFile.parse(parseCanonical(bytes));
  } catch {
    return undefined;
  }
}
