/** Reads the frames of a block file one after the other, from an open file, up to the first defect. */
import { fstatSync, readSync } from 'node:fs';
import {
  digestOf,
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  findFrameHeader,
  readFrameHeader,
} from './frame.ts';

export interface Frame {
  readonly number: number;
  /** Of the frame's first byte in the file. */
  readonly offset: number;
  /** SHA-256 of the block's bytes. */
  readonly digest: Uint8Array;
  /** The block's bytes. */
  readonly bytes: Uint8Array;
}

export interface FrameDefect {
  /** Of the frame that should be there. */
  readonly number: number;
  readonly offset: number;
  readonly why: string;
  /**
   * Whether an append that was cut short can have left it: it is at the end, and nothing whole follows.
   * A change of the last frame alone looks the same.
   */
  readonly mayBeTorn: boolean;
}

export interface FramesEnd {
  /** Number of whole frames. */
  readonly height: number;
  /** Where they end. */
  readonly offset: number;
  /** What keeps the rest of the file from being read; null at its very end. */
  readonly defect: FrameDefect | null;
}

const CHUNK = 1 << 20;

/** @param end bytes of the file to look at; all of them by default. */
export function* readFrames(
  file: number,
  salt: Buffer,
  end: number = fstatSync(file).size,
): Generator<Frame, FramesEnd> {
  const window = new Window(file, end);
  let number = 0;
  let offset = FILE_HEADER_BYTES;
  const stop = (why: string, mayBeTorn: boolean): FramesEnd => ({
    height: number,
    offset,
    defect: { number, offset, why, mayBeTorn },
  });
  for (; offset < end; number += 1) {
    const header = readFrameHeader(salt, window.read(offset, FRAME_HEADER_BYTES));
    if (header === null) {
      const isLast = !hasFrameAfter(window, salt, offset + 1);
      return stop('this is not the header of a block', isLast);
    }
    if (header.number !== number) return stop(`block ${header.number} stands there`, false);
    const start = offset + FRAME_HEADER_BYTES;
    if (start + header.length > end) return stop('the file ends within the block', true);
    const bytes = window.read(start, header.length);
    const next = start + header.length;
    if (!digestOf(bytes).equals(header.digest)) {
      return stop('its bytes do not have the digest that was written with them', next === end);
    }
    yield { number, offset, digest: header.digest, bytes };
    offset = next;
  }
  return { height: number, offset, defect: null };
}

function hasFrameAfter(window: Window, salt: Buffer, from: number): boolean {
  for (let at = from; at < window.end; at += CHUNK) {
    // Pieces overlap, so that a header on their border is met.
    const piece = window.read(at, Math.min(CHUNK + FRAME_HEADER_BYTES, window.end - at));
    if (findFrameHeader(salt, piece, 0) !== -1) return true;
  }
  return false;
}

/** The part of the file that is in memory. */
class Window {
  readonly end: number;
  readonly #file: number;
  #offset = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: number, end: number) {
    this.#file = file;
    this.end = end;
  }

  /** Fewer bytes where the file ends before. */
  read(offset: number, length: number): Buffer {
    const from = offset - this.#offset;
    if (from >= 0 && from + length <= this.#bytes.length) {
      return this.#bytes.subarray(from, from + length);
    }
    const wanted = Math.min(Math.max(length, CHUNK), this.end - offset);
    this.#bytes = readAt(this.#file, offset, wanted);
    this.#offset = offset;
    return this.#bytes.subarray(0, length);
  }
}

/** Fewer bytes where the file ends before. */
export function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
