/**
 * Looks at every file of an embedded ledger that is not running: whether each is as the ledger wrote it,
 * and if not, where. Blocks are held to their own digests; the state to a replay of the blocks; private
 * values to their hashes in it; and, if the ledger was closed in order, every byte to what was noted then.
 * After a kill, bytes of the two databases that no row uses are not known to anybody.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { toHex } from '@tabellion/proof';
import { LedgerDamage } from '../../../damage.ts';
import {
  FILE_NOTES,
  type FileDamage,
  type FileDamageCode,
  type FileNote,
  type FileNoteCode,
} from '../../../file-damage.ts';
import { BLOCK_FILE, BlockFile } from '../block-file.ts';
import { describeAbsence } from '../convert.ts';
import { SIDE_FILES } from '../database.ts';
import { LOCK_FILE, lockToRead } from '../directory-lock.ts';
import type { FramesEnd } from '../frame-reader.ts';
import { findSealedChange, UNFINISHED_NAME } from '../open-store.ts';
import { PRIVATE_FILE } from '../private-store.ts';
import { readSeal, SEAL_FILE, type Seal } from '../seal.ts';
import { STATE_FILE } from '../state-store.ts';
import { checkPrivate } from './check-private.ts';
import { ShadowState } from './shadow-state.ts';
import { isBrokenDatabase, listDefects, openStill, readHeight } from './still-database.ts';

export interface FilesReport {
  readonly outcome: 'CLEAN' | 'DAMAGED';
  /** Whether the ledger was closed in order, so that every byte is known. */
  readonly closed: boolean;
  /** Whether there is a file of blocks at all. */
  readonly hasBlocks: boolean;
  /** Whole blocks. */
  readonly height: number;
  readonly damage: readonly FileDamage[];
  readonly notes: readonly FileNote[];
}

export interface FilesCheckOptions {
  readonly signal?: AbortSignal;
}

/**
 * @param directory the ledger's own, for example `data/ledger`.
 * @throws LedgerError `UNAVAILABLE` where there is no ledger, or it is in use; the operating system's
 * errors: that a file cannot be read is no damage.
 */
export async function checkFiles(
  directory: string,
  options: FilesCheckOptions = {},
): Promise<FilesReport> {
  if (!OWN_FILES.some((name) => existsSync(join(directory, name)))) {
    throw describeAbsence(directory);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'tabellion-audit-'));
  const check = new FilesCheck(directory, scratch, options);
  try {
    return await check.run();
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Blocks read at a time. */
const TURN = 256;
const OWN_FILES = [BLOCK_FILE, PRIVATE_FILE, STATE_FILE, SEAL_FILE];

/** What was read of the block file. */
interface Blocks extends FramesEnd {
  /** SHA-256 of the last whole block, hex; empty without one. */
  readonly tip: string;
}

class FilesCheck {
  readonly #directory: string;
  readonly #scratch: string;
  readonly #options: FilesCheckOptions;
  readonly #damage: FileDamage[] = [];
  readonly #notes: FileNote[] = [];

  constructor(directory: string, scratch: string, options: FilesCheckOptions) {
    this.#directory = directory;
    this.#scratch = scratch;
    this.#options = options;
  }

  async run(): Promise<FilesReport> {
    using opened = new DisposableStack();
    opened.defer(this.#lock());
    const shadow = new ShadowState(this.#scratch);
    opened.defer(() => shadow.close());
    const seal = await this.#readSeal();
    this.#checkNames(seal);
    const state = this.#openDatabase(STATE_FILE, opened);
    const stateHeight = state ? (this.#read(STATE_FILE, () => readHeight(state)) ?? 0) : 0;
    const blocks = await this.#readBlocks(shadow, state, stateHeight);
    if (blocks) this.#checkBlocks(blocks, stateHeight, seal);
    // Against part of the blocks, values of the others would look wrong.
    if (!this.#damage.some(({ file }) => file === BLOCK_FILE)) this.#checkPrivate(shadow, opened);
    const isSealOlder = this.#damage.some(({ file }) => file === SEAL_FILE);
    if (seal?.state === 'closed' && !isSealOlder) this.#checkSealed(seal);
    return {
      outcome: this.#damage.length === 0 ? 'CLEAN' : 'DAMAGED',
      closed: seal?.state === 'closed',
      hasBlocks: existsSync(join(this.#directory, BLOCK_FILE)),
      height: blocks?.height ?? 0,
      damage: this.#damage,
      notes: this.#notes,
    };
  }

  /** The lock file holds no byte; one that does cannot serve to lock. */
  #lock(): () => void {
    const stat = statSync(join(this.#directory, LOCK_FILE), { throwIfNoEntry: false });
    if (stat === undefined || stat.size === 0) return lockToRead(this.#directory);
    this.#add('FILE_CHANGED', { file: LOCK_FILE, offset: 0, detail: 'it should be empty' });
    return () => {};
  }

  async #readSeal(): Promise<Seal | null> {
    try {
      const seal = await readSeal(this.#directory);
      if (seal === null)
        this.#add('FILE_MISSING', { file: SEAL_FILE, detail: 'it is always there' });
      if (seal?.state === 'open') {
        this.#note('LEDGER_NOT_CLOSED', {
          file: SEAL_FILE,
          detail: 'it says that the ledger is open',
        });
      }
      return seal;
    } catch (error) {
      if (!(error instanceof LedgerDamage)) throw error;
      this.#add('FILE_CHANGED', { file: SEAL_FILE, detail: error.why });
      return null;
    }
  }

  #checkNames(seal: Seal | null): void {
    const names = readdirSync(this.#directory).sort();
    const databases = [STATE_FILE, PRIVATE_FILE];
    const sides = databases.flatMap((name) => SIDE_FILES.map((suffix) => `${name}${suffix}`));
    const isClosed = seal?.state === 'closed';
    for (const file of names) {
      if (OWN_FILES.includes(file) || file === LOCK_FILE || sides.includes(file)) continue;
      const isUnfinished = UNFINISHED_NAME.test(file) && !isClosed;
      if (isUnfinished) this.#note('FILE_UNFINISHED', { file, detail: 'a temporary file' });
      else this.#add('FILE_UNEXPECTED', { file, detail: 'it is none of the ledger' });
    }
    for (const file of [BLOCK_FILE, PRIVATE_FILE, STATE_FILE]) {
      if (names.includes(file)) continue;
      if (file !== STATE_FILE || seal?.files.some(({ name }) => name === file)) {
        this.#add('FILE_MISSING', { file, detail: 'it is not there' });
      } else if (!isClosed) {
        this.#note('STATE_BEHIND', { file, detail: 'it is not there at all' });
      }
    }
  }

  /** Null where it cannot be read as a whole, which then is a finding. */
  #openDatabase(file: string, opened: DisposableStack): DatabaseSync | null {
    const path = join(this.#directory, file);
    if (!existsSync(path)) return null;
    const database = this.#read(file, () => {
      const still = openStill(path, this.#scratch);
      opened.defer(() => still.close());
      return { still, defects: listDefects(still) };
    });
    if (!database) return null;
    for (const detail of database.defects) this.#add('FILE_UNREADABLE', { file, detail });
    return database.defects.length === 0 ? database.still : null;
  }

  async #readBlocks(
    shadow: ShadowState,
    state: DatabaseSync | null,
    stateHeight: number,
  ): Promise<Blocks | null> {
    const path = join(this.#directory, BLOCK_FILE);
    if (!existsSync(path)) return null;
    const file = this.#openBlocks(path);
    if (file === null) return null;
    try {
      const frames = file.frames();
      let tip = '';
      let isReplayed = true;
      for (;;) {
        const { done, value } = frames.next();
        const height = done ? value.height : value.number;
        if (state && isReplayed && height === stateHeight) this.#compare(shadow, state);
        if (done) return { ...value, tip };
        tip = toHex(value.digest);
        // Whoever wants to interrupt must get a turn.
        if (value.number % TURN === 0)
          await setImmediate(undefined, { signal: this.#options.signal });
        if (!isReplayed) continue;
        const damage = shadow.apply(value);
        if (damage) this.#damage.push(damage);
        isReplayed = damage === null;
      }
    } finally {
      file.close();
    }
  }

  #openBlocks(path: string): BlockFile | null {
    try {
      return new BlockFile(path, 'read');
    } catch (error) {
      if (!(error instanceof LedgerDamage)) throw error;
      this.#add('BLOCK_DAMAGED', { ...error.place, detail: error.why });
      return null;
    }
  }

  #compare(shadow: ShadowState, state: DatabaseSync): void {
    this.#read(STATE_FILE, () => {
      this.#damage.push(...shadow.compare(state, STATE_FILE));
    });
  }

  #checkBlocks(blocks: Blocks, stateHeight: number, seal: Seal | null): void {
    const { defect, height, offset, tip } = blocks;
    const known = Math.max(stateHeight, seal?.height ?? 0);
    const place = { file: BLOCK_FILE, offset, block: height };
    const isClosed = seal?.state === 'closed';
    if (defect && !isClosed && defect.mayBeTorn && height >= known) {
      this.#note('BLOCK_UNFINISHED', { ...place, detail: defect.why });
    } else if (defect) {
      this.#add('BLOCK_DAMAGED', { ...place, detail: defect.why });
    } else if (height < known) {
      this.#add('BLOCKS_LOST', { ...place, detail: `there were ${known} blocks` });
    }
    const hasState = existsSync(join(this.#directory, STATE_FILE));
    if (hasState && stateHeight < height && !isClosed) {
      const detail = `it has ${stateHeight} of ${height} blocks`;
      this.#note('STATE_BEHIND', { file: STATE_FILE, detail });
    }
    if (!isClosed || defect || height < seal.height) return;
    if (height === seal.height && tip === seal.tip && offset === seal.end) return;
    // Two against one: whichever of the three files says something else is the one that changed.
    if (stateHeight === height) {
      const detail = `it knows ${seal.height} blocks, the other files ${height}`;
      this.#add('FILE_CHANGED', { file: SEAL_FILE, detail });
    } else {
      const detail = `it had ${seal.height} blocks when the ledger was closed`;
      this.#add('FILE_CHANGED', { ...place, offset: seal.end, block: seal.height, detail });
    }
  }

  #checkPrivate(shadow: ShadowState, opened: DisposableStack): void {
    const kept = this.#openDatabase(PRIVATE_FILE, opened);
    if (!kept) return;
    this.#read(PRIVATE_FILE, () => {
      for (const fact of checkPrivate(kept, shadow, this.#scratch)) {
        if (isNote(fact)) this.#notes.push(fact);
        else this.#damage.push(fact);
      }
    });
  }

  /** Every byte of the databases, used or not. */
  #checkSealed(seal: Seal): void {
    for (const sealed of seal.files) {
      if (!existsSync(join(this.#directory, sealed.name))) continue;
      const change = findSealedChange(this.#directory, sealed);
      if (change) this.#add('FILE_CHANGED', { ...change.place, detail: change.why });
    }
    const hasState = seal.files.some(({ name }) => name === STATE_FILE);
    if (!hasState && existsSync(join(this.#directory, STATE_FILE))) {
      this.#add('FILE_UNEXPECTED', { file: STATE_FILE, detail: 'the copy was made without it' });
    }
  }

  /** Undefined where the file turns out not to be a whole database, which then is a finding. */
  #read<T>(file: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isBrokenDatabase(error)) throw error;
      this.#add('FILE_UNREADABLE', { file, detail: (error as Error).message });
      return undefined;
    }
  }

  #add(code: FileDamageCode, place: Omit<FileDamage, 'code'>): void {
    this.#damage.push({ code, ...place });
  }

  #note(code: FileNoteCode, place: Omit<FileNote, 'code'>): void {
    this.#notes.push({ code, ...place });
  }
}

const isNote = (fact: FileDamage | FileNote): fact is FileNote => fact.code in FILE_NOTES;
