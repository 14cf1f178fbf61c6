/** The gateway's side of the label library: the members' manifests, and what the ledger says of them. */

import { join } from 'node:path';
import type { AssertInput } from '@tabellion/chaincode/label/record';
import type { Logger } from 'pino';
import { EvidenceError } from '../evidence/error.ts';
import type { Projection } from '../projection/projection.ts';
import { checkBatch } from './check-batch.ts';
import { startLibraryFeed } from './library-feed.ts';
import { LabelManifestStore } from './manifest-store.ts';
import { createScreen, type Screen } from './screen.ts';
import { createLabelView, type LabelView } from './view.ts';

export interface Labels {
  readonly manifests: LabelManifestStore;
  readonly view: LabelView;
  readonly screen: Screen;
  /**
   * Whether a batch may be asserted as it is announced: a root whose labels nobody can fetch would be a
   * suspicion that nobody can check.
   * @throws EvidenceError `MANIFEST_MISSING`, `ROOT_MISMATCH`; LabelError `CATEGORY_UNKNOWN`,
   * `MARKING_MISMATCH`.
   */
  assertHeld(input: AssertInput): Promise<void>;
  close(): Promise<void>;
}

export interface LabelsOptions {
  readonly directory: string;
  readonly projection: Projection;
  readonly logger: Logger;
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Opens the store and follows the ledger until closed. */
export async function openLabels(options: LabelsOptions): Promise<Labels> {
  const { projection, logger, onFailure, now } = options;
  const manifests = await LabelManifestStore.open(options.directory);
  const view = createLabelView(projection.database);
  const feed = startLibraryFeed({
    ...{ projection, view, manifests, logger, onFailure, now },
    snapshot: join(options.directory, 'library.snapshot'),
  });
  return {
    manifests,
    view,
    screen: createScreen({ feed, view, manifests, projection, onFailure }),
    close: () => feed.close(),
    async assertHeld(input) {
      const held = await manifests.find(input.manifest);
      if (held === undefined)
        throw new EvidenceError('MANIFEST_MISSING', 'hand in the manifest first');
      checkBatch(held, input, view.categoriesOf(input.taxonomy));
    },
  };
}
