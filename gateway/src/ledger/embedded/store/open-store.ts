/**
 * Opens the files of a ledger and holds them to one another. What is derived is made again; what only
 * looks unfinished is tidied; where acknowledged blocks or private values changed or are missing, the
 * ledger is not opened.
 *
 * An append that was cut short leaves a tail that is no whole block. It may be cut off, for nobody was
 * told of it: the state never saw it, and the last seal is older. One case cannot be told from it: the
 * power went, the state lost its last blocks with it (it is not synced with each), and besides the very
 * last block changed on the disk. Any block before the last is recognised by the one that follows it.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, readBlock } from '@tabellion/proof';
import { writeDurably } from '../../../identity/private-file.ts';
import { isDatabaseDamage, LedgerDamage } from '../../damage.ts';
import { LedgerError } from '../../port.ts';
import { readCommitHash } from '../block.ts';
import { BLOCK_FILE, BlockFile, damageOf, emptyBlockFile } from './block-file.ts';
import { convertLedger } from './convert.ts';
import { removeDatabase, SIDE_FILES } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import type { Frame, FramesEnd } from './frame-reader.ts';
import { PRIVATE_FILE, PrivateStore } from './private-store.ts';
import { replayBlock } from './replay.ts';
import { findChange, openSeal, readSeal, SEAL_FILE, type Seal, writeSeal } from './seal.ts';
import { STATE_FILE, StateStore } from './state-store.ts';
import { Store } from './store.ts';

/**
 * @throws LedgerError `UNAVAILABLE` where the directory is in use; LedgerDamage, `DAMAGED`, where what
 * was acknowledged is not there any more.
 */
export async function openStore(directory: string): Promise<Store> {
  const unlock = lockDirectory(directory);
  try {
    return await openFiles(directory, unlock);
  } catch (error) {
    unlock();
    if (!(error instanceof LedgerDamage)) throw error;
    throw explainDamage(directory, error);
  }
}

async function openFiles(directory: string, unlock: () => void): Promise<Store> {
  removeUnfinished(directory);
  await convertLedger(directory);
  let seal = await readSeal(directory);
  if (isNew(directory, seal)) {
    await createLedger(directory);
    seal = openSeal(0);
  }
  assertPresent(directory, seal);
  if (seal.state === 'closed') checkSealed(directory, seal);

  using opened = new DisposableStack();
  const blocks = new BlockFile(join(directory, BLOCK_FILE), 'write');
  opened.defer(() => blocks.close());
  const { height, state } = bringUp(directory, blocks, seal);
  opened.defer(() => state.close());
  if (seal.state === 'closed') await writeSeal(directory, openSeal(height));
  const privates = openPrivate(directory);
  opened.defer(() => privates.close());
  privates.tidy(height);
  opened.move();
  return new Store({ directory, blocks, state, privates, unlock });
}

/** Files that come after the making of a ledger; the last holds the state until it is written back. */
const LATER_FILES = [BLOCK_FILE, STATE_FILE, `${STATE_FILE}-wal`];

/** A ledger that was made, but for nothing or for its first files. */
function isNew(directory: string, seal: Seal | null): boolean {
  if (LATER_FILES.some((name) => existsSync(join(directory, name)))) return false;
  if (seal !== null && (seal.state === 'closed' || seal.height > 0)) return false;
  // The first session's seal still says that nothing was written: private values tell of lost blocks.
  return !hasPrivateValues(directory);
}

function hasPrivateValues(directory: string): boolean {
  if (!existsSync(join(directory, PRIVATE_FILE))) return false;
  const privates = openPrivate(directory);
  try {
    return !privates.isEmpty();
  } finally {
    privates.close();
  }
}

/** In an order in which the block file comes last: where it is, the others must be. */
async function createLedger(directory: string): Promise<void> {
  openPrivate(directory).close();
  await writeSeal(directory, openSeal(0));
  await writeDurably(join(directory, BLOCK_FILE), emptyBlockFile());
}

function assertPresent(directory: string, seal: Seal | null): asserts seal is Seal {
  if (seal === null) throw new LedgerDamage({ file: SEAL_FILE }, 'it is missing');
  for (const file of [BLOCK_FILE, PRIVATE_FILE]) {
    if (!existsSync(join(directory, file))) throw new LedgerDamage({ file }, 'it is missing');
  }
}

/** The state is made again where it changed since; for the private values there is nothing to do that from. */
function checkSealed(directory: string, seal: Seal): void {
  for (const sealed of seal.files) {
    const change = findSealedChange(directory, sealed);
    if (change && sealed.name !== STATE_FILE) throw change;
    if (change) removeState(directory);
  }
  if (!seal.files.some(({ name }) => name === STATE_FILE)) removeState(directory);
}

/** Besides the file itself: nothing beside it that SQLite would put into it. */
export function findSealedChange(
  directory: string,
  sealed: Seal['files'][number],
): LedgerDamage | null {
  for (const suffix of SIDE_FILES) {
    const file = `${sealed.name}${suffix}`;
    const stat = statSync(join(directory, file), { throwIfNoEntry: false });
    if (stat && stat.size > 0) {
      return new LedgerDamage({ file }, 'it was not there when the ledger was closed');
    }
  }
  return findChange(directory, sealed);
}

/** Reads every block, applies those that the state does not have, and cuts off an unfinished one. */
function bringUp(
  directory: string,
  blocks: BlockFile,
  seal: Seal,
): { state: StateStore; height: number } {
  let state = openState(directory, seal);
  const known = Math.max(state.height, seal.height);
  try {
    try {
      return { state, height: catchUp(blocks, state, seal, known) };
    } catch (error) {
      if (!isDatabaseDamage(error)) throw error;
    }
    state.close();
    removeState(directory);
    state = new StateStore(join(directory, STATE_FILE));
    return { state, height: catchUp(blocks, state, seal, known) };
  } catch (error) {
    state.close();
    throw error;
  }
}

/** Returns the number of blocks. */
function catchUp(blocks: BlockFile, state: StateStore, seal: Seal, known: number): number {
  const seen = state.height;
  let commitHash: Uint8Array = new Uint8Array();
  /** Read, and not applied yet. */
  let last: Frame | null = null;
  const applyLast = () => {
    if (last) commitHash = applyFrame(last, state, commitHash);
  };
  const frames = blocks.frames();
  for (;;) {
    const { done, value } = frames.next();
    if (done) {
      assertNothingLost(value, blocks, seal, known);
      // The state must not know a block that is not certain to be on the disk.
      if (last) blocks.writeAgain(last);
      applyLast();
      if (value.defect) blocks.cutTail();
      return value.height;
    }
    if (value.number === seen - 1) {
      assertSame(value, state);
      commitHash = readCommitHash(readBlock(value.bytes).metadata);
    } else if (value.number >= seen) {
      applyLast();
      last = value;
    }
  }
}

/** The last block that the state knows names all before it by hash. */
function assertSame({ digest, number, offset }: Frame, state: StateStore): void {
  const place = state.place(number)!;
  if (place.offset === offset && equalBytes(place.digest, digest)) return;
  const at = { file: BLOCK_FILE, offset, block: number };
  throw new LedgerDamage(at, `it is another block than ${STATE_FILE} knows`);
}

function applyFrame(frame: Frame, state: StateStore, previous: Uint8Array): Uint8Array {
  const { number, offset } = frame;
  try {
    const replayed = replayBlock(frame.bytes, state, previous);
    state.apply(number, frame, replayed);
    return replayed.commitHash;
  } catch (cause) {
    // What SQLite cannot do says nothing about the block.
    if ((cause as { errcode?: number }).errcode !== undefined) throw cause;
    const place = { file: BLOCK_FILE, offset, block: number };
    throw new LedgerDamage(place, 'the block does not lead to the state that it names', cause);
  }
}

/** @param known blocks that were acknowledged, at least. */
function assertNothingLost(end: FramesEnd, blocks: BlockFile, seal: Seal, known: number): void {
  const { defect, height } = end;
  const isClosed = seal.state === 'closed';
  if (defect && (isClosed || !defect.mayBeTorn || height < known)) throw damageOf(end);
  if (height < known) throw damageOf(end);
  if (isClosed && (height !== seal.height || blocks.size !== seal.end)) {
    const place = { file: BLOCK_FILE, offset: seal.end, block: seal.height };
    throw new LedgerDamage(place, 'more stands there than when the ledger was closed');
  }
}

function openState(directory: string, seal: Seal): StateStore {
  const path = join(directory, STATE_FILE);
  try {
    const state = new StateStore(path);
    // After an orderly end its bytes are known; after another, at least its form is looked at.
    if (seal.state === 'closed' || state.findDefect() === null) return state;
    state.close();
  } catch (error) {
    if (!isDatabaseDamage(error) && !isOtherFormat(error)) throw error;
  }
  removeState(directory);
  return new StateStore(path);
}

const isOtherFormat = (error: unknown): boolean =>
  error instanceof LedgerError && error.code === 'UNAVAILABLE';

function openPrivate(directory: string): PrivateStore {
  try {
    return new PrivateStore(join(directory, PRIVATE_FILE));
  } catch (error) {
    if (!isDatabaseDamage(error)) throw error;
    throw new LedgerDamage({ file: PRIVATE_FILE }, 'it is not a whole database', error);
  }
}

const removeState = (directory: string): void => removeDatabase(join(directory, STATE_FILE));

/** Names of durable writes that are not finished. */
export const UNFINISHED_NAME = /\.[0-9a-f]{12}\.tmp$/;

/** What a durable write that was interrupted left behind. */
function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (UNFINISHED_NAME.test(name)) rmSync(join(directory, name));
  }
}

function explainDamage(directory: string, { place, why }: LedgerDamage): LedgerDamage {
  return new LedgerDamage(
    place,
    `${why}. The ledger in ${directory} is not opened: restore its directory from a backup. ` +
      '`tabellion audit --from-data` says what else is not as it was.',
  );
}
