/**
 * What an import is about to assert, kept until it is: salts make every manifest another, so that one made
 * anew after an interruption would put the same labels on the ledger twice.
 */
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { canonicalBytes, evidenceLinks, sha256, tlp, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { EvidenceError } from '../../evidence/error.ts';
import { makePrivateDirectory, writeDurably } from '../../identity/private-file.ts';
import type { MadeLabelManifest } from '../../label/write-manifest.ts';
import { DataDirectoryError, holdDataDirectory } from '../../node/data-directory.ts';
import { parsePrivate, readKept } from '../profile.ts';

const count = z.int().min(0);
const counts = z.strictObject({
  ...{ lines: count, taken: count, derived: count, burn: count, merged: count, files: count },
  refused: z.record(z.string(), count),
  ...{ sightings: count, recordable: count, opinions: count, notes: count, unreadable: count },
});

const part = z.strictObject({
  manifest: digestHex,
  root: digestHex,
  size: count,
  tlp,
  /** What transfers rest on; absent of labels. */
  evidence: evidenceLinks.optional(),
  /** The transaction that was last signed for it, and the batch that it makes. */
  tried: z.strictObject({ txId: digestHex, batch: digestHex, at: z.int() }).optional(),
  /** Whether that transaction stands on the ledger. */
  done: z.boolean(),
});
export type Part = z.infer<typeof part>;

/** That somebody met the address of a label, as the list says; on record only if that is asked for. */
const sighting = z.strictObject({ part: count, index: count, happenedAt: z.int() });
export type PlannedSighting = z.infer<typeof sighting>;

const plan = z.strictObject({
  type: z.literal('tabellion.label-plan'),
  v: z.literal(1),
  counts,
  parts: z.array(part),
  sightings: z.array(sighting),
});
export type Plan = z.infer<typeof plan>;

/** The directory of one import, held against a second process until disposed of. */
export interface PlanDirectory extends AsyncDisposable {
  /** Of every line, NDJSON. */
  readonly report: string;
  /** What an earlier run made. */
  readonly plan: Plan | undefined;
  keepManifest(made: MadeLabelManifest): Promise<Part>;
  /** From here on the import is resumed and not made anew. */
  keep(plan: Plan): Promise<void>;
  openManifest(digest: string): AsyncIterable<Uint8Array>;
  dropManifest(digest: string): Promise<void>;
  /** Forgets all of it. */
  remove(): Promise<void>;
}

/**
 * @param what everything that decides what is asserted: the same again is the same import.
 * @throws EvidenceError `STATE_IN_USE`; CliError `FILE_MALFORMED`.
 */
export async function openPlan(
  work: string,
  what: object,
  { again = false }: { readonly again?: boolean } = {},
): Promise<PlanDirectory> {
  const directory = join(work, 'labels', toHex(sha256(canonicalBytes(what))));
  await makePrivateDirectory(directory);
  const held = hold(directory);
  const file = join(directory, 'plan.json');
  const manifests = join(directory, 'manifests');
  const manifestFile = (digest: string) => join(manifests, `${digest}.ndjson`);
  try {
    const text = await readKept(file);
    const kept = text === undefined ? undefined : parsePrivate(file, plan, text);
    const isOver = again && kept?.parts.every(({ done }) => done) === true;
    const found = isOver ? undefined : kept;
    if (found === undefined) {
      await rm(file, { force: true });
      await rm(manifests, { recursive: true, force: true });
    }
    await mkdir(manifests, { recursive: true, mode: 0o700 });
    return {
      report: join(directory, 'report.ndjson'),
      plan: found,
      async keepManifest({ bytes, digest: manifest, evidence, ...facts }) {
        await writeDurably(manifestFile(manifest), bytes);
        return { manifest, ...facts, ...(evidence && { evidence: [...evidence] }), done: false };
      },
      keep: (plan) => writeDurably(file, JSON.stringify(plan)),
      openManifest: (digest) => createReadStream(manifestFile(digest)),
      dropManifest: (digest) => rm(manifestFile(digest), { force: true }),
      remove: () => rm(directory, { recursive: true, force: true }),
      async [Symbol.asyncDispose]() {
        held[Symbol.dispose]();
      },
    };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

function hold(directory: string): Disposable {
  try {
    return holdDataDirectory(directory);
  } catch (cause) {
    if (!(cause instanceof DataDirectoryError)) throw cause;
    throw new EvidenceError('STATE_IN_USE', 'another process works on this import', { cause });
  }
}
