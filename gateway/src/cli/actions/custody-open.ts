/** `custody open`, `custody derive`, `exhibit register`: an item gets custody records of its own. */
import { basename } from 'node:path';
import { deriveInput, openInput, registerInput } from '@tabellion/chaincode/custody/record';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import {
  type Committed,
  committedBytes,
  compactBundle,
  exhibitCommitment,
  extractCommitted,
  fromBase64url,
  itemId,
  leafHash,
  parseStrict,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import type { z } from 'zod';
import { drawSalt } from '../../evidence/commitment.ts';
import { parseGoverned, parseTool, withoutAbsent } from '../acquisition-input.ts';
import { describeActed, performOwnAct } from '../act.ts';
import type { Invocation } from '../context.ts';
import { readBundleBytes } from '../custody/handed-over.ts';
import { resolveItem } from '../custody/item-name.ts';
import { withNewFile } from '../custody/with-new-file.ts';
import { checkInput, parseTime } from '../document.ts';
import { CliError } from '../failure.ts';
import { type BatchPlace, findAnchored, type PlaceFlags } from '../find-anchored.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import type { Outcome } from '../output.ts';
import { listPersons } from '../person.ts';
import { readRecording } from '../read-recording.ts';
import { openSession, ownMember, type Session } from '../session.ts';

export interface OpeningFlags {
  readonly reason: string;
  readonly happened?: string;
  readonly seal?: readonly string[];
  readonly witness?: readonly string[];
  readonly output?: string;
}

export interface OpenFlags extends OpeningFlags, PlaceFlags {
  readonly mirrorOf?: string;
  readonly originalSha256?: string;
  readonly originalItem?: string;
}

/** Anchored items: the member's own manifest says what was committed to, and the ledger checks the path. */
export async function openCustody(invocation: Invocation<OpenFlags>): Promise<Outcome> {
  const { args, options } = invocation;
  const session = await openSession(invocation);
  const { batch, index } = await findOnly(session.client, args[0], options);
  const proof = await session.client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`);
  const { committed } = readBundleBytes(proof);
  const { record, path } = expectShape(compactBundle, parseStrict(proof));
  const { acquisition } = expectShape(batchRecord, parseStrict(fromBase64url(record)));
  const origin = { kind: 'ANCHORED', acquisition, batch, index };
  const mirrorOf = await draftMirror(session, options, committed);
  return begin(invocation, session, 'custody:open', openInput, proof, {
    ...{ origin, path: path.hashes },
    ...(mirrorOf && { mirrorOf }),
  });
}

export interface DeriveFlags extends OpeningFlags {
  readonly file: string;
  readonly form: string;
  readonly from?: string;
  readonly standard?: string;
  readonly tool?: readonly string[];
  readonly mediaType?: string;
}

/** What was made from an item: a commitment of its own, and a record that points to its source. */
export async function deriveItem(invocation: Invocation<DeriveFlags>): Promise<Outcome> {
  const { args, options } = invocation;
  const session = await openSession(invocation);
  const source = await resolveItem(session, args[0] as string);
  const { sha256, size } = await hashFile(options.file);
  const commitment = committedBytes({
    type: 'tabellion.item',
    v: 1,
    kind: 'file',
    digest: { sha256 },
    size,
    ...(options.mediaType !== undefined && { mediaType: options.mediaType }),
    path: toBase64url(utf8(basename(options.file))),
    salt: drawSalt(),
  });
  return begin(invocation, session, 'custody:derive', deriveInput, commitment, {
    origin: {
      kind: 'DERIVED',
      source,
      as: draftForm(options),
      tools: (options.tool ?? []).map(parseTool),
    },
  });
}

export interface RegisterFlags extends OpeningFlags {
  readonly acquisition: string;
  readonly exhibit: string;
  readonly thing: string;
  readonly description: string;
  readonly mark?: readonly string[];
  readonly place: string;
  readonly conditions: string;
  readonly picture?: readonly string[];
}

/** A physical exhibit: what tells it from others is committed to here, and stays off the ledger (O-1). */
export async function registerExhibit(invocation: Invocation<RegisterFlags>): Promise<Outcome> {
  const { options } = invocation;
  const { acquisition, exhibit, thing, description, place, conditions } = options;
  const session = await openSession(invocation);
  const commitment = encodeExhibit({
    type: 'tabellion.exhibit',
    v: 1,
    exhibit,
    thing,
    description,
    marks: (options.mark ?? []).map(parseMark),
    salt: drawSalt(),
  });
  return begin(invocation, session, 'custody:register', registerInput, commitment, {
    origin: {
      kind: 'EXHIBIT',
      acquisition,
      exhibit,
      thing,
      storage: { place, conditions },
      pictures: await Promise.all((options.picture ?? []).map(readRecording)),
    },
  });
}

/** The file is on disk before the ledger names it: without it the item's name says nothing. */
async function begin(
  { options, context }: Invocation<OpeningFlags>,
  session: Session,
  transaction: string,
  schema: z.ZodType<object>,
  bundle: Uint8Array,
  facts: object,
): Promise<Outcome> {
  const { reason, happened, seal = [], witness = [] } = options;
  const leaf = leafHash(extractCommitted(bundle));
  const item = itemId(ownMember(session), leaf);
  const input = checkInput(schema, {
    item,
    leaf: toHex(leaf),
    seals: seal,
    witnesses: await listPersons(witness),
    happenedAt: happened === undefined ? context.now() : parseTime(happened),
    reason,
    ...facts,
  });
  const file = options.output ?? `${item.slice(0, 16)}.bundle.json`;
  const acted = await withNewFile(file, bundle, () =>
    performOwnAct(session, { transaction, input }),
  );
  return {
    document: { item, file, ...describeActed(acted) },
    text: `${item}\n${file}: hand it over with the item, and not over the ledger`,
  };
}

/** The one that is meant: equal contents under two names are two items. */
async function findOnly(
  client: GatewayClient,
  file: string | undefined,
  flags: PlaceFlags,
): Promise<BatchPlace> {
  const found = await findAnchored(client, file, flags);
  if (found.length === 1) return found[0];
  const places = found.map(({ batch, index }) => `  --batch ${batch} --index ${index}`);
  throw new CliError(
    'ITEM_AMBIGUOUS',
    [`${found.length} anchored items have the content of ${file}:`, ...places].join('\n'),
  );
}

/** `JURISDICTION:custodian` of the original, and its digest: the copy's own unless another is given. */
async function draftMirror(
  session: Session,
  { mirrorOf, originalSha256, originalItem }: OpenFlags,
  committed: Committed,
) {
  if (mirrorOf === undefined) {
    if (originalSha256 === undefined && originalItem === undefined) return undefined;
    throw new CliError('USAGE', 'give --mirror-of too: who has the original');
  }
  const at = mirrorOf.indexOf(':');
  if (at <= 0) throw new CliError('USAGE', `${mirrorOf} is not JURISDICTION:custodian`);
  const own = committed.type === 'tabellion.item' ? committed.digest.sha256 : undefined;
  return withoutAbsent({
    jurisdiction: mirrorOf.slice(0, at),
    custodian: mirrorOf.slice(at + 1),
    sha256: originalSha256 ?? own,
    original: originalItem && (await resolveItem(session, originalItem)),
  });
}

function draftForm({ form, from, standard }: DeriveFlags) {
  if (form !== 'CONVERSION') {
    if (from === undefined && standard === undefined) return { form };
    throw new CliError('USAGE', '--from and --standard are for a CONVERSION');
  }
  if (from === undefined || standard === undefined) {
    throw new CliError('USAGE', 'a CONVERSION names both standards: --from and --standard');
  }
  return { form, from: parseGoverned(from), to: parseGoverned(standard) };
}

function parseMark(text: string): { kind: string; value: string } {
  const at = text.indexOf(':');
  if (at > 0 && at < text.length - 1) return { kind: text.slice(0, at), value: text.slice(at + 1) };
  throw new CliError('USAGE', `${text} is not a mark such as imei:490154203237518`);
}

function encodeExhibit(exhibit: Committed): Uint8Array {
  checkInput(exhibitCommitment, exhibit);
  return committedBytes(exhibit);
}
