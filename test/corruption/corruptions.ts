/**
 * Ways in which bytes on a disk change, made without any knowledge of what the bytes mean but where one
 * kept block ends and the next begins. Nothing here is shared with what has to notice them.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Corruption {
  readonly title: string;
  readonly file: string;
  /** First byte that differs; undefined where the file is gone. */
  readonly offset: number | undefined;
  /** Changes the copy of a ledger in a directory. */
  readonly apply: (directory: string) => void;
}

export const SECTOR = 512;

/** Mulberry32: the same numbers at every run, whatever the platform. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const change = (
  file: string,
  title: string,
  rewrite: (bytes: Buffer) => Buffer,
  original: Buffer,
): Corruption | null => {
  const changed = rewrite(Buffer.from(original));
  if (changed.equals(original)) return null;
  let offset = 0;
  while (offset < original.length && original[offset] === changed[offset]) offset += 1;
  const apply = (directory: string) => writeFileSync(join(directory, file), changed);
  return { title: `${file}: ${title}`, file, offset, apply };
};

/** One bit of one byte. */
export const flipBit = (file: string, bytes: Buffer, offset: number, bit: number): Corruption =>
  change(
    file,
    `bit ${bit} of byte ${offset}`,
    (copy) => {
      copy[offset]! ^= 1 << bit;
      return copy;
    },
    bytes,
  )!;

export function flipRandomBits(
  file: string,
  bytes: Buffer,
  { count, from = 0, to = bytes.length }: { count: number; from?: number; to?: number },
  random: (below: number) => number,
): Corruption[] {
  return Array.from({ length: count }, () =>
    flipBit(file, bytes, from + random(to - from), random(8)),
  );
}

/** Sectors that come back empty, and two that come back in each other's place. */
export function loseSectors(
  file: string,
  bytes: Buffer,
  count: number,
  random: (below: number) => number,
): Corruption[] {
  const sectors = Math.ceil(bytes.length / SECTOR);
  const at = (sector: number) => [sector * SECTOR, (sector + 1) * SECTOR] as const;
  const zeroed = Array.from({ length: count }, () => {
    const sector = random(sectors);
    return change(file, `sector ${sector} zeroed`, (copy) => copy.fill(0, ...at(sector)), bytes);
  });
  const swapped = Array.from({ length: count }, () => {
    // The last may be shorter.
    const [a, b] = [random(sectors - 1), random(sectors - 1)];
    const swap = (copy: Buffer) => {
      bytes.copy(copy, a * SECTOR, ...at(b));
      bytes.copy(copy, b * SECTOR, ...at(a));
      return copy;
    };
    return change(file, `sectors ${a} and ${b} swapped`, swap, bytes);
  });
  return [...zeroed, ...swapped].filter((one) => one !== null);
}

export const cutAt = (file: string, bytes: Buffer, length: number): Corruption =>
  change(file, `cut to ${length} bytes`, (copy) => copy.subarray(0, length), bytes)!;

export const append = (file: string, bytes: Buffer, tail: Buffer, what: string): Corruption =>
  change(file, `${what} appended`, (copy) => Buffer.concat([copy, tail]), bytes)!;

/** The bytes from `from` to `to` a second time, right after themselves. */
export const repeat = (file: string, bytes: Buffer, from: number, to: number): Corruption =>
  change(
    file,
    `bytes ${from} to ${to} twice`,
    (copy) => Buffer.concat([copy.subarray(0, to), bytes.subarray(from, to), copy.subarray(to)]),
    bytes,
  )!;

/** The bytes from `from` to `to` gone. */
export const drop = (file: string, bytes: Buffer, from: number, to: number): Corruption =>
  change(
    file,
    `bytes ${from} to ${to} gone`,
    (copy) => Buffer.concat([copy.subarray(0, from), copy.subarray(to)]),
    bytes,
  )!;

export const replaceBy = (file: string, older: string): Corruption => ({
  title: `${file}: an older version`,
  file,
  offset: undefined,
  apply: (directory) => cpSync(join(older, file), join(directory, file)),
});

export const remove = (file: string): Corruption => ({
  title: `${file}: gone`,
  file,
  offset: undefined,
  apply: (directory) => rmSync(join(directory, file)),
});

export const readBytes = (directory: string, file: string): Buffer =>
  readFileSync(join(directory, file));
