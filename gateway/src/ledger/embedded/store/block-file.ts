/**
 * The blocks, one after the other in one file: the truth of the ledger, from which all else but private
 * values can be made again. It only grows. When `append` returns, the block is on the disk. After a
 * write or an fsync that failed nothing more is appended: what the disk holds is not known until the
 * file is opened again.
 */
import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { LedgerDamage } from '../../damage.ts';
import {
  createFileHeader,
  digestOf,
  encodeFrame,
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  readFileHeader,
  readFrameHeader,
} from './frame.ts';
import { type Frame, type FramesEnd, readAt, readFrames } from './frame-reader.ts';

export const BLOCK_FILE = 'blocks';

/** Where a block stands. */
export interface BlockPlace {
  readonly offset: number;
  /** SHA-256 of the block's bytes. */
  readonly digest: Uint8Array;
}

const sync = promisify(fdatasync);

/** The bytes of a block file without blocks. */
export const emptyBlockFile = (): Uint8Array => createFileHeader();

export class BlockFile {
  readonly #file: number;
  readonly #salt: Buffer;
  /** Where the next frame goes; known once the frames were read. */
  #end = 0;
  #failure: unknown = null;

  /** @throws LedgerDamage where the file does not begin as one of these does. */
  constructor(path: string, access: 'read' | 'write') {
    this.#file = openSync(path, access === 'read' ? constants.O_RDONLY : constants.O_RDWR);
    try {
      this.#salt = readSalt(this.#file);
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /** Frames from the first on; `append` goes on where the last whole one ends. */
  *frames(end?: number): Generator<Frame, FramesEnd> {
    const found = yield* readFrames(this.#file, this.#salt, end);
    this.#end = found.offset;
    return found;
  }

  /** Where the whole frames end. */
  get end(): number {
    return this.#end;
  }

  get size(): number {
    return fstatSync(this.#file).size;
  }

  /** The bytes of a file with the first `height` blocks. @throws LedgerDamage. */
  *copy(height: number): Generator<Uint8Array> {
    yield readAt(this.#file, 0, FILE_HEADER_BYTES);
    const frames = readFrames(this.#file, this.#salt, this.#end);
    for (let number = 0; number < height; number += 1) {
      const { done, value } = frames.next();
      if (done) throw damageOf(value);
      yield encodeFrame(this.#salt, number, value.bytes);
    }
  }

  /** Takes away what stands after the last whole frame. */
  cutTail(): void {
    ftruncateSync(this.#file, this.#end);
    fdatasyncSync(this.#file);
  }

  /**
   * Writes the last frame again where it stands. An earlier process may have failed to bring it to the
   * disk; then the system shows it until the power goes, and syncing alone would write nothing.
   */
  writeAgain({ offset, number, bytes }: Frame): void {
    writeFully(this.#file, encodeFrame(this.#salt, number, bytes), offset);
    fdatasyncSync(this.#file);
  }

  async append(number: number, block: Uint8Array): Promise<BlockPlace> {
    if (this.#failure !== null) {
      throw new Error('an earlier block could not be written', { cause: this.#failure });
    }
    const offset = this.#end;
    const frame = encodeFrame(this.#salt, number, block);
    try {
      writeFully(this.#file, frame, offset);
      await sync(this.#file);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#end += frame.length;
    return { offset, digest: digestOf(block) };
  }

  /** @throws LedgerDamage unless the block stands there as it was written. */
  read(number: number, { offset, digest }: BlockPlace): Uint8Array {
    const header = readFrameHeader(this.#salt, readAt(this.#file, offset, FRAME_HEADER_BYTES));
    if (header?.number === number) {
      const bytes = readAt(this.#file, offset + FRAME_HEADER_BYTES, header.length);
      if (digestOf(bytes).equals(digest)) return bytes;
    }
    const place = { file: BLOCK_FILE, offset, block: number };
    throw new LedgerDamage(place, 'its bytes do not have the digest that was written with them');
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What ended the reading of frames, as an error. */
export const damageOf = ({ defect, height, offset }: FramesEnd): LedgerDamage =>
  new LedgerDamage(
    { file: BLOCK_FILE, offset, block: height },
    defect?.why ?? 'the file ends there',
  );

function readSalt(file: number): Buffer {
  const salt = readFileHeader(readAt(file, 0, FILE_HEADER_BYTES));
  if (salt) return salt;
  throw new LedgerDamage({ file: BLOCK_FILE, offset: 0 }, 'this is not the header of a block file');
}

function writeFully(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, offset + done);
  }
}
