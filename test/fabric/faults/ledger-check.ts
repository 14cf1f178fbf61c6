/**
 * Holds what a gateway acknowledged against the ledger itself, read block by block from a peer, and the
 * manifests: nothing acknowledged is lost, nothing is there twice.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchRecord } from '@tabellion/chaincode/evidence/record';
import {
  blockHeaderHash,
  buildTree,
  canonicalBytes,
  createVerifier,
  leafHash,
  parseStrict,
  parseTrust,
  readBlock,
  rootFromPath,
  toHex,
} from '@tabellion/proof';
import { parseCommitment } from '../../../gateway/src/evidence/commitment.ts';
import { readEvents } from '../../../gateway/src/ledger/fabric/events.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { callGateway, type Gateway, type Load, type Place } from './load.ts';

const PATIENCE_MS = 60_000;

/** What was said to whoever handed in. */
export type Told = Pick<
  Load,
  'acquisition' | 'acknowledged' | 'acts' | 'receipts' | 'refused' | 'sent' | 'wrongs'
>;

/** Where the blocks are read: best another peer's than the gateway's. */
export type Witness = Pick<LedgerPort, 'blocks' | 'height' | 'chaincode'>;

interface Batch {
  readonly digest: string;
  readonly record: BatchRecord;
  readonly lines: readonly Uint8Array[];
}

export class LedgerCheck {
  readonly #ledger: Witness;
  readonly #gateway: Gateway;
  readonly #load: Told;
  readonly #batches: Batch[] = [];
  /** By SHA-256 of the item. */
  readonly #places = new Map<string, Place>();
  /** ID of an acquisition → transaction that made it. */
  readonly #acts = new Map<string, string>();
  #height = 0;
  #lastHash = '';

  constructor(ledger: Witness, gateway: Gateway, load: Told) {
    this.#ledger = ledger;
    this.#gateway = gateway;
    this.#load = load;
  }

  /** Everything acknowledged so far is on the ledger, once, where it was said to be. */
  async checkAcknowledged(): Promise<void> {
    const { acknowledged, acts, wrongs } = this.#load;
    const items = [...acknowledged];
    const performed = [...acts];
    const isThere = () =>
      items.every(([name]) => this.#places.has(name)) &&
      performed.every(([id]) => this.#acts.has(id));
    // The gateway's peer may have been ahead of this one.
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
      await this.#readOn();
      if (isThere() || Date.now() > deadline) break;
    }
    for (const [name, place] of items) assert.deepEqual(this.#places.get(name), place);
    for (const [id, txId] of performed) assert.equal(this.#acts.get(id), txId);
    assert.deepEqual(wrongs, []);
  }

  /**
   * Once everything sent has its answer: as `checkAcknowledged`, the ledger holds nothing else, every
   * receipt is honoured, and every item's proof verifies offline.
   */
  async checkAll(): Promise<{ batches: number; items: number; blocks: number }> {
    await this.checkAcknowledged();
    const { acknowledged, acts, refused, sent, receipts } = this.#load;
    assert.equal(acknowledged.size, sent.items);
    assert.deepEqual(new Set(this.#places.keys()), new Set(acknowledged.keys()));
    for (const id of refused.keys()) assert.equal(this.#acts.has(id), false);
    assert.equal(acts.size + refused.size, sent.acts);
    for (const [receipt, names] of receipts) {
      const { state, items } = await this.#get(`/v1/evidence/receipts/${receipt}`);
      assert.equal(state, 'ANCHORED');
      assert.deepEqual(
        items,
        names.map((name) => acknowledged.get(name)),
      );
    }
    await this.#checkProofs();
    return { batches: this.#batches.length, items: this.#places.size, blocks: this.#height };
  }

  async #readOn(): Promise<void> {
    const height = await this.#ledger.height();
    if (height === this.#height) return;
    const stop = new AbortController();
    for await (const bytes of this.#ledger.blocks(this.#height, { signal: stop.signal })) {
      const block = readBlock(bytes);
      assert.equal(block.number, this.#height);
      assert.equal(toHex(block.previousHash), this.#lastHash);
      this.#lastHash = toHex(blockHeaderHash(block));
      this.#height += 1;
      await this.#readActs(bytes);
      if (this.#height >= height) stop.abort();
    }
  }

  /** Valid transactions only: the others changed nothing. */
  async #readActs(block: Uint8Array): Promise<void> {
    for (const { name, payload, txId } of readEvents(block, this.#ledger.chaincode)) {
      const { key, record } = parseStrict(payload) as { key: string; record: { id: string } };
      if (name === 'evidence:acquire') {
        assert.equal(this.#acts.has(record.id), false, 'an act stands twice');
        this.#acts.set(record.id, txId);
      }
      if (name === 'evidence:anchor') {
        await this.#readBatch(key.slice('batch/'.length), record as unknown as BatchRecord, txId);
      }
    }
  }

  async #readBatch(digest: string, record: BatchRecord, txId: string): Promise<void> {
    if (record.acquisition !== this.#load.acquisition) return;
    assert.equal(record.sequence, this.#batches.length + 1);
    assert.equal(record.previous, this.#batches.at(-1)?.digest ?? null);
    const lines = await this.#readManifest(record);
    this.#batches.push({ digest, record, lines });
    for (const [index, line] of lines.entries()) {
      const { sha256 } = parseCommitment(line).digest;
      assert.equal(this.#places.has(sha256), false, `an item stands twice: ${sha256}`);
      this.#places.set(sha256, { batch: digest, index, leaf: toHex(leafHash(line)), txId });
    }
  }

  async #readManifest({ manifest, root, size }: BatchRecord): Promise<Uint8Array[]> {
    const bytes = await this.#fetch(`/v1/evidence/manifests/${manifest}`);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), manifest);
    const lines = bytes
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => Buffer.from(line));
    assert.equal(lines.length, size);
    assert.equal(toHex(buildTree(lines.map(leafHash)).root), root);
    return lines;
  }

  /** One proof of each batch as the gateway gives it; every other item's differs in its path alone. */
  async #checkProofs(): Promise<void> {
    const trust = canonicalBytes(await this.#get('/v1/trust'));
    const verify = createVerifier(parseTrust(trust));
    const now = Date.now();
    for (const { digest, record, lines } of this.#batches) {
      const chosen = lines.length >> 1;
      const bundle = await this.#fetch(`/v1/evidence/batches/${digest}/proofs/${chosen}`);
      const { digest: digests, size } = parseCommitment(lines[chosen]!);
      const file = { sha256: digests.sha256, size };
      assert.equal(verify(bundle, { now, file }).code, 'INTACT');
      const tree = buildTree(lines.map(leafHash));
      for (const [index, line] of lines.entries()) {
        const hashes = tree.path(index);
        const path = { leaf: leafHash(line), index, size: lines.length, hashes };
        assert.equal(toHex(rootFromPath(path)), record.root);
      }
    }
  }

  async #get(path: string) {
    return JSON.parse((await this.#fetch(path)).toString());
  }

  /** The gateway may still be busy with what the fault held up. */
  async #fetch(path: string): Promise<Buffer> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
      const response = await callGateway(this.#gateway, path, {}, PATIENCE_MS);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (response.ok) return bytes;
      assert.ok(Date.now() < deadline, `${path}: ${response.status} ${bytes}`);
    }
  }
}
