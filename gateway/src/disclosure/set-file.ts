/**
 * How a disclosure set lies on disk: a first line that says what it is, then a line an item, ascending by
 * leaf hash, with the place of its commitment in the member's manifests.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { count, digestHex } from '@tabellion/chaincode/kernel/schema';
import { canonicalText, fromHex, parseStrict, toHex, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { LineSplitter } from '../evidence/manifest.ts';

const header = z.strictObject({
  type: z.literal('tabellion.disclosure-set'),
  v: z.literal(1),
  acquisition: acquisitionId,
  root: digestHex,
  size: count.min(1),
});
export type SetHeader = Omit<z.infer<typeof header>, 'type' | 'v'>;

/** Where an item's commitment stands in the member's manifests. */
export interface SetItem {
  readonly leaf: Uint8Array;
  /** SHA-256 of the manifest, hex. */
  readonly manifest: string;
  /** Position in its batch. */
  readonly index: number;
  /** Where its line begins in the manifest. */
  readonly offset: number;
}

const HEADER_BYTES = 512;
const ITEM = /^([0-9a-f]{64}) ([0-9a-f]{64}) (\d{1,5}) (\d{1,16})$/;
/** Lines that are handed on at once. */
const STEP = 2048;

export function* encodeSet(set: SetHeader, items: readonly SetItem[]): Generator<Uint8Array> {
  const { acquisition, root, size } = set;
  const first = { type: 'tabellion.disclosure-set', v: 1, acquisition, root, size };
  yield utf8(`${canonicalText(first)}\n`);
  for (let at = 0; at < items.length; at += STEP) {
    const lines = items
      .slice(at, at + STEP)
      .map(
        ({ leaf, manifest, index, offset }) => `${toHex(leaf)} ${manifest} ${index} ${offset}\n`,
      );
    yield utf8(lines.join(''));
  }
}

/** What the first line says; undefined where there is no file. @throws Error for a damaged one. */
export async function readSetHeader(path: string): Promise<SetHeader | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const piece = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(piece, 0, HEADER_BYTES, 0);
    const [line] = new LineSplitter().split(piece.subarray(0, bytesRead));
    return parseHeader(line);
  } finally {
    await file.close();
  }
}

/** The whole set, as it was written. @throws Error for a damaged file. */
export async function readSet(path: string): Promise<{ header: SetHeader; items: SetItem[] }> {
  const splitter = new LineSplitter();
  const items: SetItem[] = [];
  /** One string for each manifest, however many items name it. */
  const names = new Map<string, string>();
  let first: SetHeader | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    for (const line of splitter.split(chunk as Uint8Array)) {
      if (first === undefined) first = parseHeader(line);
      else items.push(parseItem(line, names));
    }
  }
  splitter.finish();
  if (first === undefined || first.size !== items.length) throw damaged();
  return { header: first, items };
}

function parseHeader(line: Uint8Array | undefined): SetHeader {
  if (line === undefined) throw damaged();
  const { acquisition, root, size } = header.parse(parseStrict(line));
  return { acquisition, root, size };
}

function parseItem(line: Uint8Array, names: Map<string, string>): SetItem {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1');
  const found = ITEM.exec(text);
  if (found === null) throw damaged();
  const [, leaf, manifest = '', index, offset] = found;
  if (!names.has(manifest)) names.set(manifest, manifest);
  return {
    leaf: fromHex(leaf!),
    manifest: names.get(manifest)!,
    index: Number(index),
    offset: Number(offset),
  };
}

const damaged = () => new Error('a disclosure set is not as it was written');
