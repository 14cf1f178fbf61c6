/** What a label's line in its manifest says, and the batch that it stands in. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import {
  equalBytes,
  type LabelStatement,
  labelStatement,
  leafHash,
  parseCanonical,
  toHex,
} from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import type { LabelHit } from './index/label-index.ts';
import type { LibraryFeed } from './library-feed.ts';
import type { LabelManifestStore } from './manifest-store.ts';
import type { LabelView } from './view.ts';

/** Batches whose records are kept: each is named by its digest, and stays what it is. */
const MAX_BATCHES = 1024;

export interface ReadLabel {
  /** Digest of the batch record. */
  readonly digest: string;
  readonly batch: LabelBatchRecord;
  /** Hex. */
  readonly leaf: string;
  /** Its keys are in canonical order. */
  readonly statement: LabelStatement;
}

export interface LabelReaderPorts {
  readonly feed: Pick<LibraryFeed, 'batchOf'>;
  readonly view: Pick<LabelView, 'findBatch'>;
  readonly manifests: Pick<LabelManifestStore, 'readLine'>;
}

/** @returns reads the label that was found under a key; throws where its line is not the one taken in. */
export function createLabelReader({ feed, view, manifests }: LabelReaderPorts) {
  const batches = new Map<string, LabelBatchRecord>();

  const findBatch = (digest: string): LabelBatchRecord => {
    const known = batches.get(digest);
    if (known !== undefined) return known;
    const { record } = view.findBatch(digest)!;
    if (batches.size === MAX_BATCHES) batches.clear();
    batches.set(digest, record);
    return record;
  };

  return (key: Uint8Array, { batch: number, offset, length }: LabelHit): ReadLabel => {
    const digest = feed.batchOf(number);
    const batch = findBatch(digest);
    const line = manifests.readLine(batch.manifest, { offset, length });
    const parsed = parseCanonical(line);
    const { address, network } = labelStatement.parse(parsed);
    // Where it stands comes from memory or a snapshot: what another address is labelled as is the worst answer.
    const read = normaliseAddress(address, network);
    if (isRefusal(read) || !equalBytes(read.key, key))
      throw new Error('a manifest does not say what was taken in of it');
    return { digest, batch, leaf: toHex(leafHash(line)), statement: parsed as LabelStatement };
  };
}
