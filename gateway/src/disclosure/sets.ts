/**
 * The disclosure sets that members keep: which items somebody was shown, durably, with a second copy
 * where manifests have one. Without its set nobody could show later what was kept back.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { BatchRecord } from '@tabellion/chaincode/evidence/record';
import {
  buildSet,
  type DisclosureSet,
  equalBytes,
  fromHex,
  MAX_SET_ITEMS,
  MerkleError,
  toHex,
} from '@tabellion/proof';
import { writeCopies } from '../evidence/durable-file.ts';
import { EvidenceError } from '../evidence/error.ts';
import { LineSplitter } from '../evidence/manifest.ts';
import type { Manifests } from '../http/deps.ts';
import { Problem } from '../http/problem.ts';
import { findItems } from './find-items.ts';
import { encodeSet, readSet, readSetHeader, type SetHeader, type SetItem } from './set-file.ts';

export interface OpenSet {
  readonly acquisition: string;
  readonly set: DisclosureSet;
  /** In the order of the set. */
  readonly items: readonly SetItem[];
}

export interface DisclosureSets {
  /**
   * Takes a set from outside: lines of 64 hexadecimal digits, ascending. Resolves once it is durable;
   * repeating is harmless.
   * @throws Problem `SET_INVALID`, `SET_MISMATCH` for another root, `SET_ITEM_UNKNOWN`.
   */
  put(
    member: string,
    announced: { readonly acquisition: string; readonly root: string },
    body: AsyncIterable<Uint8Array>,
  ): Promise<SetHeader>;
  find(member: string, root: string): Promise<SetHeader | undefined>;
  /** @throws Problem `NOT_FOUND`. */
  open(member: string, root: string): Promise<OpenSet>;
}

export interface DisclosureSetsOptions {
  readonly directory: string;
  /** Second place, as for manifests. */
  readonly escrow?: string;
  /** Those that the gateway serves. */
  readonly members: readonly string[];
  readonly manifests: Pick<Manifests, 'open'>;
  /** The batches of an acquisition that are on the ledger. */
  readonly listBatches: (acquisition: string) => Iterable<BatchRecord>;
}

/** Items of sets that are kept open at once: a page of one is asked for after the other. */
const MAX_OPEN_ITEMS = 2 * MAX_SET_ITEMS;
const DIGEST = /^[0-9a-f]{64}$/;

export function openDisclosureSets(options: DisclosureSetsOptions): DisclosureSets {
  /** By path, the one used last at the end. */
  const opened = new Map<string, { readonly size: number; readonly set: Promise<OpenSet> }>();

  const pathOf = (member: string, root: string): string => {
    if (!options.members.includes(member) || !DIGEST.test(root)) throw new Problem('NOT_FOUND');
    return join(options.directory, member, `${root}.set`);
  };
  const escrowOf = (member: string, root: string) =>
    options.escrow === undefined ? undefined : join(options.escrow, member, 'sets', `${root}.set`);
  /** The gateway's own copy last: where it is, there is one at each place (durable-file.ts). */
  const pathsOf = (member: string, root: string) =>
    [escrowOf(member, root), pathOf(member, root)].filter((path) => path !== undefined);

  const keepOpen = (path: string, size: number, set: Promise<OpenSet>) => {
    opened.delete(path);
    opened.set(path, { size, set });
    set.catch(() => opened.delete(path));
    let held = [...opened.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [oldest, each] of opened) {
      if (held <= MAX_OPEN_ITEMS || oldest === path) return;
      opened.delete(oldest);
      held -= each.size;
    }
  };

  const find = async (member: string, root: string): Promise<SetHeader | undefined> => {
    const path = pathOf(member, root);
    const own = await readSetHeader(path);
    if (own !== undefined) return own;
    // What was lost here may still be at the second place.
    const escrow = escrowOf(member, root);
    if (escrow === undefined) return undefined;
    const kept = await readSetHeader(escrow);
    if (kept !== undefined) await writeCopies([path], createReadStream(escrow));
    return kept;
  };

  return {
    find,
    async put(member, { acquisition, root }, body) {
      const paths = pathsOf(member, root);
      const leaves = await readLeaves(body);
      const built = build(leaves);
      if (toHex(built.root) !== root)
        throw new Problem('SET_MISMATCH', 'the lines give another root');
      const known = await find(member, root);
      if (known !== undefined && known.acquisition === acquisition) return known;
      if (known !== undefined) throw new Problem('SET_MISMATCH', 'stored for another acquisition');
      const batches = options.listBatches(acquisition);
      const items = await findItems(options.manifests, member, batches, leaves);
      const header = { acquisition, root, size: leaves.length };
      await writeCopies(paths, encodeSet(header, items));
      return header;
    },
    async open(member, root) {
      const path = pathOf(member, root);
      const header = await find(member, root);
      if (header === undefined) throw new Problem('NOT_FOUND', 'no such set');
      const set = opened.get(path)?.set ?? load(path, root);
      keepOpen(path, header.size, set);
      return set;
    },
  };
}

async function load(path: string, root: string): Promise<OpenSet> {
  const { header, items } = await readSet(path);
  const set = buildSet(items.map(({ leaf }) => leaf));
  if (header.root !== root || !equalBytes(set.root, fromHex(root))) {
    throw new Error('a disclosure set is not the one that its name says');
  }
  return { acquisition: header.acquisition, set, items };
}

/** @throws Problem `SET_INVALID`. */
function build(leaves: readonly Uint8Array[]): DisclosureSet {
  try {
    return buildSet(leaves);
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    throw new Problem('SET_INVALID', error.message, { cause: error });
  }
}

/** @throws Problem `SET_INVALID`. */
async function readLeaves(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const splitter = new LineSplitter();
  const leaves: Uint8Array[] = [];
  try {
    for await (const chunk of body) {
      for (const line of splitter.split(chunk)) leaves.push(parseLeaf(line, leaves.length + 1));
    }
    splitter.finish();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new Problem('SET_INVALID', error.message, { cause: error });
  }
  return leaves;
}

function parseLeaf(line: Uint8Array, number: number): Uint8Array {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1');
  if (number > MAX_SET_ITEMS) throw new Problem('SET_INVALID', `at most ${MAX_SET_ITEMS} lines`);
  if (!DIGEST.test(text)) throw new Problem('SET_INVALID', `line ${number}: no leaf hash`);
  return fromHex(text);
}
