/** The chain of blocks: numbers, links and data hashes, from the pinned block 0 on. */
import {
  type Block,
  blockDataHash,
  blockHeaderHash,
  equalBytes,
  readBlock,
  toHex,
} from '@tabellion/proof';
import { AuditBreak, assertHolds } from './break.ts';

export class ChainChecker {
  readonly #genesis: string;
  #height = 0;
  #hash: Uint8Array = new Uint8Array();

  /** @param genesis hex digest of block 0's header, from the trust file. */
  constructor(genesis: string) {
    this.#genesis = genesis;
  }

  /** Number of blocks that hold together so far. */
  get height(): number {
    return this.#height;
  }

  /** Hash of the last of them, hex; empty before the first. */
  get head(): string {
    return toHex(this.#hash);
  }

  /** @throws AuditBreak where the block does not follow on what was read. */
  check(bytes: Uint8Array): Block {
    const place = { block: this.#height };
    const block = this.#read(bytes);
    assertHolds(
      place,
      block.number === this.#height,
      'BLOCK_MISSING',
      `found block ${block.number}`,
    );
    assertHolds(
      place,
      equalBytes(block.previousHash, this.#hash),
      'PREVIOUS_HASH_MISMATCH',
      'the link differs',
    );
    assertHolds(
      place,
      this.#hasItsData(block),
      'DATA_HASH_MISMATCH',
      `${block.envelopes.length} transactions`,
    );
    this.#hash = blockHeaderHash(block);
    if (block.number === 0) {
      const found = toHex(this.#hash);
      assertHolds(place, found === this.#genesis, 'GENESIS_MISMATCH', `found ${found}`);
    } else {
      assertHolds(
        place,
        block.validationCodes.length === block.envelopes.length,
        'VALIDATION_CODES_MISSING',
        `${block.validationCodes.length} codes for ${block.envelopes.length} transactions`,
      );
    }
    this.#height += 1;
    return block;
  }

  #read(bytes: Uint8Array): Block {
    try {
      return readBlock(bytes);
    } catch (error) {
      throw new AuditBreak('BLOCK_UNREADABLE', { block: this.#height }, String(error));
    }
  }

  #hasItsData(block: Block): boolean {
    try {
      return equalBytes(blockDataHash(block.envelopes), block.dataHash);
    } catch {
      return false;
    }
  }
}
