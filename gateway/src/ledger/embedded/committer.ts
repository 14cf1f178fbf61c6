/**
 * Orders and commits: envelopes queue, a block is cut by count, bytes or age, validated and written
 * in one durable step. Whoever waits hears of it only after that. If a write fails the ledger stops:
 * after a failed fsync nobody can say what the disk holds.
 */
import { randomBytes } from 'node:crypto';
import { blockHeaderHash, readBlock, readBlockSignatures } from '@tabellion/proof';
import type { Signer } from '../act.ts';
import { Mutex } from '../mutex.ts';
import { LedgerError } from '../port.ts';
import { NONCE_BYTES } from '../proposal.ts';
import { encodeBlock, orderBlock, readCommitHash } from './block.ts';
import { computeCommitHash } from './commit-hash.ts';
import type { Gate } from './gate.ts';
import type { Store } from './store/store.ts';
import { type ValidatedBlock, type ValidationContext, validateBlock } from './validator.ts';

/** When a block is cut; whichever comes first. */
export interface CutRule {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Milliseconds that the first envelope waits for others. */
  readonly maxAge: number;
}

export interface CommitterContext {
  readonly store: Store;
  readonly gate: Gate;
  readonly cut: CutRule;
  readonly orderer: Signer;
  validation(): ValidationContext;
  onCommit(block: Committed): void;
  onStop(error: LedgerError): void;
}

export interface Committed extends ValidatedBlock {
  readonly number: number;
}

/** The end of the chain, as the next block needs it. */
interface Tip {
  readonly number: number;
  readonly headerHash: Uint8Array;
  readonly commitHash: Uint8Array;
  readonly lastConfig: number;
}

interface Queued {
  readonly envelope: Uint8Array;
  /** When it came, milliseconds on the process's own clock. */
  readonly at: number;
}

export class Committer {
  readonly #context: CommitterContext;
  readonly #mutex = new Mutex();
  #tip: Tip | null;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | null = null;
  /** Ends the wait for more envelopes. */
  #ripen: () => void = () => {};
  #flushing = false;
  #stopped: LedgerError | null = null;

  constructor(context: CommitterContext) {
    this.#context = context;
    this.#tip = readTip(context.store);
  }

  /** Queues an envelope for the next block. @throws LedgerError `STOPPED`. */
  enqueue(envelope: Uint8Array): void {
    this.assertRunning();
    this.#queue.push({ envelope, at: performance.now() });
    this.#queuedBytes += envelope.length;
    if (this.#isFull()) this.#ripen();
    this.#running ??= this.#run();
  }

  /** Commits one transaction as a block of its own. @throws LedgerError `STOPPED`. */
  async commitAlone(envelope: Uint8Array): Promise<void> {
    await this.#commit([envelope]);
    this.assertRunning();
  }

  /**
   * Commits a configuration as a block of its own. `apply` puts it in force before the next block is
   * validated, so that every block is judged by the configuration in front of it.
   * @throws LedgerError `STOPPED`.
   */
  async commitConfiguration(envelope: Uint8Array, apply: () => void): Promise<void> {
    await this.#commit([envelope], apply);
    this.assertRunning();
  }

  /** Ends once everything queued is committed. */
  async drain(): Promise<void> {
    this.#flushing = true;
    this.#ripen();
    await this.#running;
    // Configurations and definitions do not queue.
    await this.#mutex.run(async () => {});
    this.#flushing = false;
  }

  assertRunning(): void {
    if (this.#stopped) throw this.#stopped;
  }

  stop(reason: LedgerError): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    this.#ripen();
    this.#context.onStop(reason);
  }

  /** While a block is being written the next one fills: under load, blocks grow by themselves. */
  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      await this.#waitUntilRipe();
      await this.#commit(this.#take());
    }
    this.#running = null;
  }

  async #waitUntilRipe(): Promise<void> {
    const age = performance.now() - this.#queue[0]!.at;
    const wait = this.#context.cut.maxAge - age;
    if (wait <= 0 || this.#flushing || this.#isFull()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#ripen = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#ripen = () => {};
  }

  #isFull(): boolean {
    const { maxBytes, maxMessages } = this.#context.cut;
    return this.#queue.length >= maxMessages || this.#queuedBytes >= maxBytes;
  }

  #take(): Uint8Array[] {
    const { maxBytes, maxMessages } = this.#context.cut;
    let bytes = 0;
    let count = 0;
    for (const { envelope } of this.#queue) {
      if (count === maxMessages || (count > 0 && bytes + envelope.length > maxBytes)) break;
      bytes += envelope.length;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count).map(({ envelope }) => envelope);
  }

  #commit(envelopes: readonly Uint8Array[], applyConfiguration?: () => void): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#stopped) return;
      try {
        const committed = await this.#write(envelopes, applyConfiguration !== undefined);
        applyConfiguration?.();
        this.#context.onCommit(committed);
      } catch (cause) {
        this.stop(new LedgerError('STOPPED', 'a block could not be written', { cause }));
      }
    });
  }

  async #write(envelopes: readonly Uint8Array[], isConfiguration: boolean): Promise<Committed> {
    const { gate, orderer, store, validation } = this.#context;
    const number = this.#tip ? this.#tip.number + 1 : 0;
    const lastConfig = isConfiguration ? number : (this.#tip?.lastConfig ?? 0);
    const previousHash = this.#tip?.headerHash ?? new Uint8Array();
    const position = { number, previousHash, lastConfig };
    const ordered = await orderBlock(position, envelopes, orderer, randomBytes(NONCE_BYTES));
    const validated = validateBlock({ number, envelopes, isConfiguration }, validation());
    const { changes, codes } = validated;
    const commitHash = computeCommitHash(this.#tip?.commitHash ?? new Uint8Array(), codes, changes);
    const bytes = encodeBlock(ordered, codes, commitHash);
    // Executions go on while the disk writes; they wait only for the moment in which the state changes.
    await store.append({ number, bytes, ...validated }, (apply) => gate.write(apply));
    this.#tip = { number, headerHash: blockHeaderHash(ordered.header), commitHash, lastConfig };
    return { number, ...validated };
  }
}

function readTip(store: Store): Tip | null {
  const bytes = store.block(store.height() - 1);
  if (!bytes) return null;
  const block = readBlock(bytes);
  return {
    number: block.number,
    headerHash: blockHeaderHash(block),
    commitHash: readCommitHash(block.metadata),
    lastConfig: readBlockSignatures(block).lastConfig,
  };
}
