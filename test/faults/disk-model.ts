/**
 * What a disk may hold when the power goes: all that was fsynced, and of the rest whatever it pleases.
 * Fed with the recorded calls of a process. A name is on the disk once its directory was fsynced after
 * it was made; bytes are once their file was; of later writes any may be there, whole, in part or not,
 * in any order, by sectors.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { DiskCall } from './disk-shim.ts';

const SECTOR = 512;

type Change =
  | { readonly at: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly at: number; readonly length: number };

interface File {
  durable: Buffer;
  pending: Change[];
}

/** A name that was given to something or taken away. */
interface NameChange {
  readonly at: number;
  readonly name: string;
  readonly target: File | 'directory' | undefined;
}

interface Directory {
  readonly durable: Map<string, File | 'directory'>;
  pending: NameChange[];
}

/** Decides what of the unsynced is there. */
export interface Fate {
  /** How many of the directory's unsynced changes happened, which is in their order. */
  names(count: number): number;
  /** Whether a sector of an unsynced write, or a change of a length, happened. */
  happens(): boolean;
}

/** Nothing that was not fsynced is there. */
export const NOTHING_MORE: Fate = { names: () => 0, happens: () => false };

/** Some of it, by a source of numbers from 0 to 1; each disk has its own share. */
export function drawFate(draw: () => number): Fate {
  const share = [0.1, 0.5, 0.9, 1][Math.floor(4 * draw())]!;
  return {
    names: (count) => Math.floor(draw() * (count + 1)),
    happens: () => draw() < share,
  };
}

/** Shared memory: made anew by whoever opens the database beside it. */
const isIgnored = (path: string) => path.endsWith('-shm');

export class DiskModel {
  readonly #directories = new Map<string, Directory>();
  readonly #files = new Map<string, File>();
  /** By what is synced: how much had happened when it began. */
  readonly #syncs = new Map<string, number[]>();
  #count = 0;

  /** The directory as it stands, all of it on the disk; no process may write there. */
  static async read(root: string): Promise<DiskModel> {
    const model = new DiskModel();
    await model.#readDirectory(root, '.');
    return model;
  }

  async #readDirectory(root: string, path: string): Promise<void> {
    const directory = this.#directory(path);
    for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
      const below = posix.join(path, entry.name);
      if (isIgnored(below)) continue;
      if (entry.isDirectory()) {
        directory.durable.set(entry.name, 'directory');
        await this.#readDirectory(root, below);
      } else if (entry.isFile()) {
        const { ino } = await stat(join(root, below));
        const file = { durable: await readFile(join(root, below)), pending: [] };
        this.#files.set(`${ino}`, file);
        directory.durable.set(entry.name, file);
      }
    }
  }

  /** @throws for a call that this model does not know. */
  apply({ call, result, inode, offset, path, from, bytes }: DiskCall): void {
    const at = this.#count;
    this.#count += 1;
    if (result < 0 || isIgnored(path)) return;
    switch (call) {
      case 'create':
        if (!this.#isThere(path)) {
          const file = { durable: Buffer.alloc(0), pending: [] };
          this.#files.set(inode, file);
          this.#name(at, path, file);
        }
        break;
      case 'open':
        if (offset === 0) this.#file(inode, path).pending.push({ at, length: 0 });
        break;
      case 'write':
      case 'writev':
      case 'pwrite64':
      case 'pwritev':
        this.#file(inode, path).pending.push({ at, offset, bytes });
        break;
      case 'ftruncate':
        this.#file(inode, path).pending.push({ at, length: offset });
        break;
      case 'sync-begins':
        this.#begun(path, inode).push(at);
        break;
      case 'fsync':
      case 'fdatasync':
        this.#settle(path, inode, this.#begun(path, inode).shift()!);
        break;
      case 'mkdir':
        this.#name(at, path, 'directory');
        break;
      case 'rename':
        this.#name(at, path, this.#target(from));
        this.#name(at, from, undefined);
        break;
      case 'unlink':
      case 'rmdir':
        this.#name(at, path, undefined);
        break;
      case 'send':
        break;
      default:
        throw new Error(`${call} of ${path} is not modelled`);
    }
  }

  /** Writes what the disk may hold now to a directory that does not exist. */
  async rebuild(target: string, fate: Fate): Promise<void> {
    await this.#rebuild(target, '.', fate);
  }

  async #rebuild(target: string, path: string, fate: Fate): Promise<void> {
    await mkdir(join(target, path), { mode: 0o700 });
    const { durable, pending } = this.#directory(path);
    const names = new Map(durable);
    for (const change of pending.slice(0, fate.names(pending.length))) applyName(names, change);
    for (const [name, what] of names) {
      const below = posix.join(path, name);
      if (what === 'directory') await this.#rebuild(target, below, fate);
      else await writeFile(join(target, below), materialize(what, fate), { mode: 0o600 });
    }
  }

  #begun(path: string, inode: string): number[] {
    const key = this.#directories.has(path) ? path : inode;
    const begun = this.#syncs.get(key) ?? [];
    this.#syncs.set(key, begun);
    return begun;
  }

  /** All that happened to it before `begun` is on the disk. */
  #settle(path: string, inode: string, begun: number): void {
    const directory = this.#directories.get(path);
    if (directory) {
      for (const change of directory.pending.filter(({ at }) => at < begun)) {
        applyName(directory.durable, change);
      }
      directory.pending = directory.pending.filter(({ at }) => at >= begun);
      return;
    }
    const file = this.#file(inode, path);
    for (const change of file.pending.filter(({ at }) => at < begun)) {
      file.durable = applyChange(file.durable, change, () => true);
    }
    file.pending = file.pending.filter(({ at }) => at >= begun);
  }

  #directory(path: string): Directory {
    const known = this.#directories.get(path);
    if (known) return known;
    const made = { durable: new Map(), pending: [] };
    this.#directories.set(path, made);
    return made;
  }

  #file(inode: string, path: string): File {
    const file = this.#files.get(inode);
    if (!file) throw new Error(`${path} was never made`);
    return file;
  }

  #name(at: number, path: string, target: NameChange['target']): void {
    if (target === 'directory') this.#directory(path);
    this.#directory(dirname(path)).pending.push({ at, name: posix.basename(path), target });
  }

  #isThere(path: string): boolean {
    return this.#target(path) !== undefined;
  }

  /** What has the name now. */
  #target(path: string): NameChange['target'] {
    const { durable, pending } = this.#directory(dirname(path));
    const name = posix.basename(path);
    const last = pending.findLast((change) => change.name === name);
    return last ? last.target : durable.get(name);
  }
}

function applyName(names: Map<string, File | 'directory'>, { name, target }: NameChange): void {
  if (target === undefined) names.delete(name);
  else names.set(name, target);
}

function applyChange(content: Buffer, change: Change, happens: () => boolean): Buffer {
  if ('length' in change) {
    if (!happens()) return content;
    const grown = Buffer.alloc(change.length);
    content.copy(grown, 0, 0, Math.min(content.length, change.length));
    return grown;
  }
  const { offset, bytes } = change;
  let result = content;
  for (let from = 0; from < bytes.length; ) {
    // Up to where the next sector of the disk begins.
    const to = Math.min(bytes.length, from + SECTOR - ((offset + from) % SECTOR));
    if (happens()) result = writeInto(result, offset + from, bytes.subarray(from, to));
    from = to;
  }
  return result;
}

function writeInto(content: Buffer, offset: number, bytes: Buffer): Buffer {
  const end = offset + bytes.length;
  const result =
    end <= content.length ? content : Buffer.concat([content, Buffer.alloc(end - content.length)]);
  bytes.copy(result, offset);
  return result;
}

function materialize({ durable, pending }: File, fate: Fate): Buffer {
  let content: Buffer = Buffer.from(durable);
  for (const change of pending) content = applyChange(content, change, fate.happens);
  return content;
}
