/** Items that systems hand in over HTTP, anchored with the key that the gateway holds for the member. */
import { access, chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import type {
  AnchoredItem,
  Anchoring,
  HandIn,
  ItemInput,
  Principal,
  ReceiptState,
} from '../http/deps.ts';
import { makeDirectory, makeDirectorySync } from '../identity/private-file.ts';
import { AcquisitionGate, type Bounds } from './acquisition-gate.ts';
import type { AnchorPorts } from './anchor.ts';
import { drawSalt, encodeCommitment } from './commitment.ts';
import { EvidenceError } from './error.ts';
import { toItemFacts } from './item-facts.ts';
import { Lane } from './lane.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { ManifestStore } from './manifest-store.ts';
import { anchorNamed, nameReceipt } from './named-items.ts';
import { copyItems, hasUnanchored, type PendingItem, PendingItems } from './pending-items.ts';
import { type PlacedGroup, placeItems } from './place-items.ts';
import { finalCode, readReceipt } from './receipt.ts';

export interface SystemPorts extends AnchorPorts {
  readonly reader: LedgerReader;
}

export interface AnchoringOptions {
  /** The spool. */
  readonly directory: string;
  /** The member's way to the ledger; undefined if the gateway holds no key for it. */
  readonly portsOf: (member: string) => SystemPorts | undefined;
  readonly manifestsOf: (member: string) => ManifestStore;
  readonly onSpoolFailure?: (member: string, error: unknown) => void;
  /** Spooled items are refused for a reason that no repetition cures; told once for each reason. */
  readonly onSpoolRefusal?: (member: string, error: unknown) => void;
  readonly now: () => number;
  /** How long an item waits for others, milliseconds. */
  readonly maxAgeMs?: number;
  /** How long without a further item until those that wait are anchored, milliseconds. */
  readonly quietMs?: number;
  readonly batchItems?: number;
  readonly retryMs?: number;
  /** How long a named request waits for the commit of its items, milliseconds. */
  readonly patienceMs?: number;
}

/** Most items in a batch, unless the options say: they are in memory until it is committed. */
const BATCH_ITEMS = 32_768;
/** How long an item waits for others, unless the options say. */
export const MAX_AGE_MS = 100;
/** How long it waits for the next one, unless they say. */
const QUIET_MS = 10;
const RETRY_MS = 2_000;
const PATIENCE_MS = 20_000;
const RECEIPT = /^([0-9a-f]{32})\.[0-9a-f]{32}$/;
const SPOOL_FILE = /^([0-9a-f]{32})\.sqlite$/;

export interface ClosableAnchoring extends Anchoring {
  /** Copies the spool into a directory, made here, as it is on disk; items go on being taken. */
  copyTo(directory: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the spool and goes on with what an earlier process left there. */
export async function openAnchoring(options: AnchoringOptions): Promise<ClosableAnchoring> {
  await makeDirectory(options.directory);
  const anchoring = new SystemAnchoring(options);
  for await (const { member, acquisition, file } of listSpool(options)) {
    if (hasUnanchored(file)) await anchoring.resume(member, acquisition);
  }
  return anchoring;
}

/** The spool's files of the members served. */
async function* listSpool({ directory, portsOf }: AnchoringOptions) {
  for (const member of await readdir(directory)) {
    if (portsOf(member) === undefined) continue;
    for (const name of await readdir(join(directory, member))) {
      const acquisition = SPOOL_FILE.exec(name)?.[1];
      if (acquisition !== undefined)
        yield { member, acquisition, file: join(directory, member, name) };
    }
  }
}

class SystemAnchoring implements ClosableAnchoring {
  readonly #options: AnchoringOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #gate = new AcquisitionGate();

  constructor(options: AnchoringOptions) {
    this.#options = options;
  }

  /** Goes on with what is spooled; the ledger need not be there yet. */
  async resume(member: string, acquisition: string): Promise<void> {
    const batchMaxItems = await this.#options
      .portsOf(member)!
      .reader.readContext(acquisition)
      .then(
        ({ parameters }) => parameters.batchMaxItems,
        () => MAX_BATCH_ITEMS,
      );
    this.#laneOf(member, acquisition, batchMaxItems).resume();
  }

  async *anchorItems(
    principal: Principal,
    acquisition: string,
    items: AsyncIterable<readonly ItemInput[]>,
    { name, signal }: HandIn = {},
  ): AsyncIterable<readonly AnchoredItem[]> {
    const { lane, bounds } = await this.#enter(principal, acquisition, name);
    if (name !== undefined) {
      const { maxAgeMs = MAX_AGE_MS, patienceMs = PATIENCE_MS } = this.#options;
      const prepare = (item: ItemInput) => this.#prepare(item, bounds);
      const how = { maxAgeMs, patienceMs, signal };
      return yield* anchorNamed({ lane, acquisition, name, items, prepare, ...how });
    }
    for await (const group of placeItems(lane.batcher, items, (item) =>
      this.#timeOf(item, bounds),
    )) {
      yield* tellPlaces(group);
    }
  }

  async spoolItems(
    principal: Principal,
    acquisition: string,
    items: AsyncIterable<readonly ItemInput[]>,
    { name }: HandIn = {},
  ): Promise<string> {
    const { lane, bounds } = await this.#enter(principal, acquisition, name);
    const taken: PendingItem[] = [];
    for await (const group of items) {
      for (const item of group) {
        if (taken.length === MAX_BATCH_ITEMS) {
          throw new EvidenceError('TOO_LARGE', 'a receipt stands for 65,536 items at most');
        }
        taken.push(this.#prepare(item, bounds));
      }
    }
    if (taken.length === 0) throw new EvidenceError('ITEM_INVALID', 'no items');
    const receipt = name === undefined ? lane.drawReceipt() : nameReceipt(acquisition, name);
    lane.spool(receipt, taken);
    return receipt;
  }

  async findReceipt(member: string, receipt: string): Promise<ReceiptState | undefined> {
    const acquisition = RECEIPT.exec(receipt)?.[1];
    if (acquisition === undefined || !(await this.#hasSpool(member, acquisition))) return undefined;
    const lane = this.#laneOf(member, acquisition);
    return lane.useItems((spooled) => readReceipt(spooled, receipt, lane.spoolFailure));
  }

  #prepare(item: ItemInput, bounds: Bounds): PendingItem {
    return {
      size: item.size,
      collectedAt: this.#timeOf(item, bounds),
      commitment: encodeCommitment(toItemFacts(item), drawSalt()),
    };
  }

  /**
   * What the contract would refuse is refused here, item by item: in a batch it would take all others
   * down with it, again and again.
   * @throws EvidenceError `ITEM_INVALID`.
   */
  #timeOf(item: ItemInput, { startedAt, endedAt, windowMs }: Bounds): number {
    const now = this.#options.now();
    const { collectedAt = now } = item;
    const refuse = (text: string): never => {
      throw new EvidenceError('ITEM_INVALID', `collectedAt ${text}`);
    };
    if (collectedAt < startedAt) refuse('lies before the start of the acquisition');
    if (collectedAt > (endedAt ?? Number.MAX_SAFE_INTEGER)) refuse('lies after its end');
    if (collectedAt > now + windowMs) refuse('lies in the future');
    return collectedAt;
  }

  async copyTo(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for await (const { member, acquisition, file } of listSpool(this.#options)) {
      await mkdir(join(directory, member), { recursive: true, mode: 0o700 });
      const copy = join(directory, member, `${acquisition}.sqlite`);
      const lane = this.#lanes.get(laneKey(member, acquisition));
      if (lane) lane.useItems((items) => items.copyTo(copy));
      else copyItems(file, copy);
      await chmod(copy, 0o600);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  /** @throws EvidenceError `NOT_ALLOWED`, `ACQUISITION_UNKNOWN`, `ACQUISITION_CLOSED`. */
  async #enter(
    { member, clientKind }: Principal,
    acquisition: string,
    name: string | undefined,
  ): Promise<{ readonly lane: Lane; readonly bounds: Bounds }> {
    const ports = this.#options.portsOf(member);
    if (clientKind !== 'system' || ports === undefined) {
      throw new EvidenceError('NOT_ALLOWED', 'the gateway signs for its member’s systems only');
    }
    const { terms, isClosed } = await this.#gate.ask(member, ports.reader, acquisition);
    // Whoever asks again for what was taken before the close is told, not refused.
    if (isClosed && !(await this.#isTaken(member, acquisition, name))) {
      throw new EvidenceError('ACQUISITION_CLOSED', 'the acquisition takes no more items');
    }
    const { bounds, batchMaxItems } = terms;
    return { lane: this.#laneOf(member, acquisition, batchMaxItems), bounds };
  }

  /** Whether items were taken under this name. */
  async #isTaken(member: string, acquisition: string, name: string | undefined): Promise<boolean> {
    if (name === undefined || !(await this.#hasSpool(member, acquisition))) return false;
    const receipt = nameReceipt(acquisition, name);
    return this.#laneOf(member, acquisition).useItems(
      (spooled) => spooled.findReceipt(receipt) !== undefined,
    );
  }

  #laneOf(member: string, acquisition: string, batchMaxItems = MAX_BATCH_ITEMS): Lane {
    const key = laneKey(member, acquisition);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const options = this.#options;
    const batchItems = Math.min(options.batchItems ?? BATCH_ITEMS, batchMaxItems);
    const refusals = new Set<string>();
    const lane = new Lane({
      acquisition,
      ports: options.portsOf(member)!,
      manifests: options.manifestsOf(member),
      batchItems,
      maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS,
      quietMs: options.quietMs ?? QUIET_MS,
      retryMs: options.retryMs ?? RETRY_MS,
      openItems: () => {
        makeDirectorySync(join(options.directory, member));
        return new PendingItems(this.#spoolFile(member, acquisition), acquisition, batchItems);
      },
      onSpoolFailure: (error) => {
        options.onSpoolFailure?.(member, error);
        const code = finalCode(error);
        if (code === undefined || refusals.has(code)) return;
        refusals.add(code);
        options.onSpoolRefusal?.(member, error);
      },
    });
    this.#lanes.set(key, lane);
    return lane;
  }

  #spoolFile(member: string, acquisition: string): string {
    return join(this.#options.directory, member, `${acquisition}.sqlite`);
  }

  async #hasSpool(member: string, acquisition: string): Promise<boolean> {
    return access(this.#spoolFile(member, acquisition)).then(
      () => true,
      () => false,
    );
  }
}

/** Results told at once: those of a whole batch would take more memory than the batch. */
const TOLD_AT_ONCE = 256;

async function* tellPlaces({ batch, indexes }: PlacedGroup): AsyncGenerator<AnchoredItem[]> {
  const { digest, txId } = await batch.committed;
  for (let from = 0; from < indexes.length; from += TOLD_AT_ONCE) {
    yield indexes
      .slice(from, from + TOLD_AT_ONCE)
      .map((index) => ({ batch: digest, index, leaf: batch.leaf(index), txId }));
  }
}

const laneKey = (member: string, acquisition: string) => `${member}/${acquisition}`;
