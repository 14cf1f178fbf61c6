/** The manifests of all members that a gateway serves, as its HTTP surface asks for them. */
import { join } from 'node:path';
import { z } from 'zod';
import type { ItemEntry, Manifests } from '../http/deps.ts';
import { makeDirectory } from '../identity/private-file.ts';
import { cursorOf, encodeCursor } from '../projection/cursor.ts';
import { parseCommitment } from './commitment.ts';
import { EvidenceError } from './error.ts';
import { digestPrefix } from './line-positions.ts';
import { ManifestStore, type StoredItem } from './manifest-store.ts';

export interface MemberManifestsOptions {
  /** One directory a member below it. */
  readonly directory: string;
  readonly escrow?: string;
  readonly members: readonly string[];
  /** Digest of the batch record that holds a manifest, once the projection has it. */
  readonly batchOf: (manifest: string) => string | undefined;
}

export interface MemberManifests extends Manifests {
  /** @throws EvidenceError `NOT_FOUND` for a member that this gateway does not serve. */
  of(member: string): ManifestStore;
  close(): Promise<void>;
}

const itemCursor = cursorOf([z.int().min(0)]);

export async function openManifests(options: MemberManifestsOptions): Promise<MemberManifests> {
  const stores = new Map<string, ManifestStore>();
  await makeDirectory(options.directory);
  for (const member of options.members) {
    const directory = join(options.directory, member);
    const { escrow } = options;
    const places = { directory, ...(escrow === undefined ? {} : { escrow: join(escrow, member) }) };
    stores.set(member, await ManifestStore.open(places));
  }
  const of = (member: string): ManifestStore => {
    const store = stores.get(member);
    if (store === undefined) throw new EvidenceError('NOT_FOUND', 'no manifests of this member');
    return store;
  };
  const show = ({ acquisition, manifest, index, bytes }: StoredItem): ItemEntry => ({
    acquisition,
    batch: options.batchOf(manifest) ?? null,
    manifest,
    index,
    commitment: parseCommitment(bytes),
  });

  return {
    of,
    put: async (member, manifest, body) => of(member).put(manifest, body),
    find: async (member, digest) => of(member).find(digest),
    open: async (member, digest) => of(member).read(digest),
    readItem: async (member, digest, offset) => of(member).readLine(digest, offset),
    async listItems(member, { acquisition, sha256 }, { cursor, limit }) {
      const filter = {
        ...(acquisition === undefined ? {} : { acquisition }),
        ...(sha256 === undefined ? {} : { prefix: digestPrefix(sha256) }),
      };
      const after = cursor === undefined ? -1 : readCursor(cursor);
      const found = await of(member).listItems(filter, after, limit + 1);
      const page = found.slice(0, limit);
      const next = found.length > limit ? encodeCursor([page.at(-1)!.id]) : null;
      const items = page.map(show);
      // The index knows the first bits of a digest; the commitment knows all of them.
      const matching = items.filter(
        (item) => sha256 === undefined || item.commitment.digest.sha256 === sha256,
      );
      return { items: matching, next };
    },
    async close() {
      await Promise.all([...stores.values()].map((store) => store.close()));
    },
  };
}

/** @throws EvidenceError `NOT_FOUND` for a cursor that this never wrote. */
function readCursor(text: string): number {
  const cursor = itemCursor.safeParse(text);
  if (!cursor.success) throw new EvidenceError('NOT_FOUND', 'no such page');
  return cursor.data[0];
}
