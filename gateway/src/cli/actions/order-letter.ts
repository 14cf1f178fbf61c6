/**
 * `order letter …`: what reached a member on paper. The letter becomes an item of evidence, in an acquisition of
 * its own that rests on it: its digest, its reference and when it was received are then fixed, and what it says
 * stays with the member. It is no order on this ledger, and nothing pretends that it is.
 */
import { randomBytes } from 'node:crypto';
import { acquireInput, acquisitionId, type GroundKind } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes } from '@tabellion/proof';
import { type AcquireFlags, draftAcquisition } from '../acquisition-input.ts';
import { performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { checkInput, parseTime, readObject, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import { hashFile } from '../hash-file.ts';
import { writeNewFile } from '../new-file.ts';
import { draftFromLetter, readLetter } from '../order/letter-template.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatFields } from '../table.ts';
import { anchor } from './anchor.ts';

export interface LetterImportOptions extends AcquireFlags {
  readonly input?: string;
  readonly reference: string;
  readonly received: string;
  readonly as: Lowercase<Exclude<GroundKind, 'CONSENT'>>;
}

export async function importLetter(invocation: Invocation<LetterImportOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const file = invocation.args[0] as string;
  const { sha256 } = await hashFile(file);
  const receivedAt = parseTime(options.received);
  const session = await openSession(invocation);
  const id = randomBytes(16).toString('hex');
  const document = options.input === undefined ? {} : await readObject(context, options.input);
  const { grounds = [] } = document as { grounds?: unknown[] };
  const kind = options.as.toUpperCase() as GroundKind;
  const draft = draftAcquisition(options, {
    document: {
      ...document,
      grounds: [{ kind, reference: options.reference, sha256 }, ...grounds],
      // A letter is collected at the moment at which it is received.
      startedAt: receivedAt,
      endedAt: receivedAt,
    },
    ...{ id, now: receivedAt, recordings: [] },
  });
  await performOwnAct(session, {
    ...{ transaction: 'evidence:acquire', input: checkInput(acquireInput, draft) },
  });
  const more = `tabellion anchor --acquisition ${id} ${file}`;
  const anchored = await anchor({ ...invocation, options: { ...options, acquisition: id } }).catch(
    (cause: Error) => {
      const text = `the letter is recorded as acquisition ${id}, and not anchored yet: run ${more}`;
      throw new CliError('INTERRUPTED', text, cause);
    },
  );
  const name = `acquisition/${id}`;
  const { reference } = options;
  return {
    document: {
      acquisition: id,
      letter: name,
      reference,
      sha256,
      receivedAt,
      anchored: anchored.document,
    },
    text: `${name}: letter ${reference}, by its digest and its receipt; later steps can name it so`,
    ...(anchored.exit !== undefined && { exit: anchored.exit }),
  };
}

export interface LetterDraftOptions {
  readonly field?: readonly string[];
  readonly acquisition?: string;
  readonly out: string;
  readonly addressee?: string;
  readonly force?: true;
}

const MAX_LETTER = 1 << 20;

export async function draftLetter(invocation: Invocation<LetterDraftOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const letter = readLetter(await readText(context, args[0] as string, MAX_LETTER));
  const acquisition = options.acquisition && checkInput(acquisitionId, options.acquisition);
  const read = draftFromLetter(letter, {
    fields: (options.field ?? []).map(parseField),
    ...(acquisition && { letter: `acquisition/${acquisition}` }),
  });
  const hasContents = Object.keys(read.contents).length > 0;
  if (hasContents !== (options.addressee !== undefined)) {
    throw new CliError('USAGE', '--field and --addressee go together');
  }
  await writeNewFile(options.out, canonicalBytes(read.draft), options.force === true);
  if (options.addressee !== undefined) {
    await writeNewFile(options.addressee, canonicalBytes(read.contents), options.force === true);
  }
  const { draft, unmapped, missing, notes } = read;
  const file = options.out;
  const addressee = options.addressee ?? null;
  return {
    document: { file, addressee, draft, unmapped, missing, notes },
    text: formatFields([
      ['Draft', file],
      ['To be read by the addressee', options.addressee],
      ['Taken over nowhere', unmapped.join(', ') || 'nothing'],
      ['Still to be said', missing.join(', ') || 'nothing'],
      ['Note', notes.join('; ') || undefined],
    ]),
  };
}

/** `a=contacts`: field `a` of the profile takes what the letter has under `contacts`. */
function parseField(text: string) {
  const [, id, name] = /^([a-z0-9][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (id !== undefined && name !== undefined) return { id, name };
  throw new CliError('USAGE', '--field takes FIELD=NAME, for example a=requestingAuthority');
}
