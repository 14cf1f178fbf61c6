/** Which acquisitions of a member take items, and when these can have been collected. */
import { EvidenceError } from './error.ts';
import type { LedgerReader } from './ledger-reader.ts';

/** Between which an item of an acquisition can have been collected, milliseconds since 1970. */
export interface Bounds {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** How far the future reaches. */
  readonly windowMs: number;
}

export interface Terms {
  readonly bounds: Bounds;
  readonly batchMaxItems: number;
}

/**
 * How long it counts as open once it was seen so, milliseconds. A batch that comes too late is refused by
 * the contract all the same; without this the question would cost more than the item.
 */
const FRESH_MS = 50;

/** Members may vote on the terms: they are read anew after this long, milliseconds. */
const TERMS_MS = 60_000;

interface Known {
  readonly terms: Terms;
  isClosed: Promise<boolean>;
  askedAt: number;
}

export class AcquisitionGate {
  readonly #known = new Map<string, Promise<Known>>();

  /** @throws EvidenceError `NOT_ALLOWED`, `ACQUISITION_UNKNOWN`. */
  async ask(
    member: string,
    reader: LedgerReader,
    acquisition: string,
  ): Promise<{ readonly terms: Terms; readonly isClosed: boolean }> {
    const known = await this.#find(member, reader, acquisition);
    if (performance.now() - known.askedAt > FRESH_MS) {
      known.askedAt = performance.now();
      known.isClosed = reader.isClosed(acquisition);
    }
    try {
      return { terms: known.terms, isClosed: await known.isClosed };
    } catch (error) {
      known.askedAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  /** Only the member's own acquisitions stay known, for a while. */
  #find(member: string, reader: LedgerReader, acquisition: string): Promise<Known> {
    const key = `${member}/${acquisition}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const learning = learn(member, reader, acquisition);
    this.#known.set(key, learning);
    const forget = () => void this.#known.delete(key);
    learning.then(() => setTimeout(forget, TERMS_MS).unref(), forget);
    return learning;
  }
}

async function learn(member: string, reader: LedgerReader, id: string): Promise<Known> {
  const askedAt = performance.now();
  const { acquisition, head, parameters } = await reader.readContext(id);
  if (acquisition.act.member !== member) {
    throw new EvidenceError('NOT_ALLOWED', 'the acquisition is another member’s');
  }
  const { startedAt, endedAt } = acquisition;
  const bounds = { startedAt, endedAt, windowMs: parameters.timeWindowSeconds * 1000 };
  const terms = { bounds, batchMaxItems: parameters.batchMaxItems };
  return { terms, isClosed: Promise.resolve(head.closed), askedAt };
}
