/** Which manifests the ledger names and this gateway has not, and whom to ask for each, and when. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { LedgerPosition } from '../../projection/cursor.ts';
import type { ProjectedRecord } from '../../projection/records.ts';
import type { LabelManifestStore } from '../manifest-store.ts';
import type { LabelView } from '../view.ts';
import { isOfSource, type MissCode } from './error.ts';

/** What became of asking one gateway for one manifest. */
interface Tried {
  readonly tries: number;
  readonly code: MissCode;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Not before. */
  readonly nextAt: number;
}

export interface Wanted {
  /** Digest of the batch record. */
  readonly batch: string;
  readonly record: LabelBatchRecord;
  readonly block: number;
  /** There is a file of that name, and it is another. */
  readonly isDamaged: boolean;
  /** By the member whose gateway was asked. */
  readonly tried: Map<string, Tried>;
  /** The member whose gateway sends it now. */
  from?: string | undefined;
}

/** How many gateways were asked last without giving it; what failed here says nothing of them. */
export const countRefusals = ({ tried }: Pick<Wanted, 'tried'>): number =>
  [...tried.values()].filter(({ code }) => isOfSource(code)).length;

/** After the first failure, and at most, milliseconds. Each further one doubles it. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;
/** Batches looked at at once. */
const PAGE = 500;

const PREFIX = 'label-batch/'.length;

export class WantedManifests {
  readonly #view: Pick<LabelView, 'listBatchesAfter' | 'isWithheld'>;
  readonly #manifests: Pick<LabelManifestStore, 'has'>;
  /** By manifest, in the ledger's order: of several batches with one the first that counts. */
  readonly #wanted = new Map<string, Wanted>();
  #after: LedgerPosition = [-1, -1];

  constructor(
    view: Pick<LabelView, 'listBatchesAfter' | 'isWithheld'>,
    manifests: Pick<LabelManifestStore, 'has'>,
  ) {
    this.#view = view;
    this.#manifests = manifests;
  }

  list(): Wanted[] {
    return [...this.#wanted.values()];
  }

  /** Looks at every batch once more: of another ledger, or of one that is read anew. */
  forget(): void {
    this.#after = [-1, -1];
  }

  /** Takes in what the ledger has by now, and drops what came, or counts for nobody any more. */
  async refresh(): Promise<void> {
    for (const [manifest, { batch, from, isDamaged }] of this.#wanted) {
      if (from !== undefined) continue;
      const isVoid = this.#view.isWithheld(batch);
      const isHere = !isDamaged && (await this.#manifests.has(manifest));
      if (!isVoid && !isHere) continue;
      this.#wanted.delete(manifest);
      // A later batch may name the same one, and counts.
      if (isVoid) this.forget();
    }
    for (;;) {
      const page = this.#view.listBatchesAfter(this.#after, PAGE);
      for (const batch of page) {
        await this.#look(batch);
        this.#after = [batch.block, batch.position];
      }
      if (page.length < PAGE) return;
    }
  }

  want({ record, key, block }: ProjectedRecord<LabelBatchRecord>, isDamaged: boolean): void {
    if (this.#wanted.has(record.manifest)) return;
    const batch = key.slice(PREFIX);
    this.#wanted.set(record.manifest, { batch, record, block, isDamaged, tried: new Map() });
  }

  /** @param known whether a gateway of that member is known here. */
  choose(
    member: string,
    { now, known }: { readonly now: number; readonly known: (member: string) => boolean },
  ): Wanted | undefined {
    for (const wanted of this.#wanted.values()) {
      const { record, tried, from } = wanted;
      const asserter = record.act.member;
      // The asserter first, who has it in any case; the others once it did not give it.
      const isTurn = member === asserter || !known(asserter) || tried.has(asserter);
      const isDue = (tried.get(member)?.nextAt ?? 0) <= now;
      if (from === undefined && isTurn && isDue) return wanted;
    }
    return undefined;
  }

  came({ record }: Wanted): void {
    this.#wanted.delete(record.manifest);
  }

  /** @param draw gives numbers from 0 to 1, so that gateways do not ask in step. */
  failed({ tried }: Wanted, member: string, code: MissCode, now: number, draw = Math.random): void {
    const tries = (tried.get(member)?.tries ?? 0) + 1;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    tried.set(member, { tries, code, at: now, nextAt: now + pause * (0.5 + draw() / 2) });
  }

  async #look(batch: ProjectedRecord<LabelBatchRecord>): Promise<void> {
    if (await this.#manifests.has(batch.record.manifest)) return;
    if (!this.#view.isWithheld(batch.key.slice(PREFIX))) this.want(batch, false);
  }
}
