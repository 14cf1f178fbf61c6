/** `person make|show`: the salted digest by which somebody stands on the ledger. */
import { sha256, toHex } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { readText } from '../document.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { encodePerson, readPerson } from '../person.ts';
import { formatFields } from '../table.ts';

const MAX_NAME_BYTES = 1024;
/** It holds a name that the ledger must not. */
const MODE = 0o600;

/** The name comes from a file or standard input: what stands in a command line, others can read. */
export async function makePerson(
  invocation: Invocation<{ readonly name: string }>,
): Promise<Outcome> {
  const { args, options, context } = invocation;
  const [file = ''] = args;
  const text = await readText(context, options.name, MAX_NAME_BYTES);
  const bytes = encodePerson(text.replace(/\r?\n$/, ''));
  await writeNewFile(file, bytes, false, MODE);
  const digest = toHex(sha256(bytes));
  return {
    document: { digest, file },
    text: `${digest}\n${file}: keep it; without it nobody can show later whose digest this is`,
  };
}

export async function showPerson({ args }: Invocation): Promise<Outcome> {
  const { name, digest } = await readPerson(args[0] as string);
  return {
    document: { digest, name },
    text: formatFields([
      ['Digest', digest],
      ['Name', name],
    ]),
  };
}
