/** Items that systems hand in over HTTP, anchored with the key that the gateway holds for the member. */
import { mkdirSync } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_BATCH_ITEMS, toHex } from '@tabellion/proof';
import type {
  AnchoredItem,
  Anchoring,
  HandIn,
  ItemInput,
  Principal,
  ReceiptState,
} from '../http/deps.ts';
import type { AnchorPorts } from './anchor.ts';
import { drawSalt, encodeCommitment } from './commitment.ts';
import { EvidenceError } from './error.ts';
import { toItemFacts } from './item-facts.ts';
import { Lane } from './lane.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { ManifestStore } from './manifest-store.ts';
import { anchorNamed, nameReceipt } from './named-items.ts';
import { hasUnanchored, type PendingItem, PendingItems } from './pending-items.ts';
import { placeItems } from './place-items.ts';
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
  readonly batchItems?: number;
  readonly retryMs?: number;
  /** How long a named request waits for the commit of its items, milliseconds. */
  readonly patienceMs?: number;
}

/** How long an item waits for others, unless the options say. */
export const MAX_AGE_MS = 100;
const RETRY_MS = 2_000;
const PATIENCE_MS = 20_000;
const RECEIPT = /^([0-9a-f]{32})\.[0-9a-f]{32}$/;
const SPOOL_FILE = /^([0-9a-f]{32})\.sqlite$/;

export interface ClosableAnchoring extends Anchoring {
  close(): Promise<void>;
}

/** Opens the spool and goes on with what an earlier process left there. */
export async function openAnchoring(options: AnchoringOptions): Promise<ClosableAnchoring> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const anchoring = new SystemAnchoring(options);
  for (const member of await readdir(options.directory)) {
    if (options.portsOf(member) === undefined) continue;
    for (const file of await readdir(join(options.directory, member))) {
      const acquisition = SPOOL_FILE.exec(file)?.[1];
      if (acquisition === undefined) continue;
      if (hasUnanchored(join(options.directory, member, file))) {
        await anchoring.resume(member, acquisition);
      }
    }
  }
  return anchoring;
}

/** Between which an item of an acquisition can have been collected, milliseconds since 1970. */
interface Bounds {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** How far the future reaches. */
  readonly windowMs: number;
}

class SystemAnchoring implements ClosableAnchoring {
  readonly #options: AnchoringOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #bounds = new Map<string, Bounds>();

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
      const { digest: batch, txId } = await group.committed;
      yield group.places.map(({ index, leaf }) => ({ batch, index, leaf: toHex(leaf), txId }));
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
  #timeOf(
    { collectedAt = this.#options.now() }: ItemInput,
    { startedAt, endedAt, windowMs }: Bounds,
  ): number {
    const refuse = (text: string): never => {
      throw new EvidenceError('ITEM_INVALID', `collectedAt ${text}`);
    };
    if (collectedAt < startedAt) refuse('lies before the start of the acquisition');
    if (collectedAt > (endedAt ?? Number.MAX_SAFE_INTEGER)) refuse('lies after its end');
    if (collectedAt > this.#options.now() + windowMs) refuse('lies in the future');
    return collectedAt;
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
    // Whoever asks again for what was taken before the close is told, not refused.
    const isTaken =
      name !== undefined &&
      (await this.findReceipt(member, nameReceipt(acquisition, name))) !== undefined;
    // Only the member's own acquisitions have bounds here, and of these nothing but the end is news.
    const key = laneKey(member, acquisition);
    const known = this.#bounds.get(key);
    if (known !== undefined) {
      if (!isTaken) assertOpen(await ports.reader.isClosed(acquisition));
      return { lane: this.#laneOf(member, acquisition), bounds: known };
    }
    const context = await ports.reader.readContext(acquisition);
    if (context.acquisition.act.member !== member) {
      throw new EvidenceError('NOT_ALLOWED', 'the acquisition is another member’s');
    }
    if (!isTaken) assertOpen(context.head.closed);
    const { startedAt, endedAt } = context.acquisition;
    const bounds = { startedAt, endedAt, windowMs: context.parameters.timeWindowSeconds * 1000 };
    const lane = this.#laneOf(member, acquisition, context.parameters.batchMaxItems);
    this.#bounds.set(key, bounds);
    return { lane, bounds };
  }

  #laneOf(member: string, acquisition: string, batchMaxItems = MAX_BATCH_ITEMS): Lane {
    const key = laneKey(member, acquisition);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const options = this.#options;
    const batchItems = Math.min(options.batchItems ?? MAX_BATCH_ITEMS, batchMaxItems);
    const refusals = new Set<string>();
    const lane = new Lane({
      acquisition,
      ports: options.portsOf(member)!,
      manifests: options.manifestsOf(member),
      batchItems,
      maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS,
      retryMs: options.retryMs ?? RETRY_MS,
      openItems: () => {
        mkdirSync(join(options.directory, member), { recursive: true, mode: 0o700 });
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

const laneKey = (member: string, acquisition: string) => `${member}/${acquisition}`;

function assertOpen(isClosed: boolean): void {
  if (!isClosed) return;
  throw new EvidenceError('ACQUISITION_CLOSED', 'the acquisition takes no more items');
}
