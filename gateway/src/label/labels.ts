/** The gateway's side of the label library: the members' manifests, and what the ledger says of them. */
import '@tabellion/screening/node';
import { join } from 'node:path';
import type { AssertInput } from '@tabellion/chaincode/label/record';
import { toHex } from '@tabellion/proof';
import type { Logger } from 'pino';
import { EvidenceError } from '../evidence/error.ts';
import { createFlows, type Flows } from '../flow/follow.ts';
import { startTransferFeed } from '../flow/transfer-feed.ts';
import { Problem } from '../http/problem.ts';
import type { Signer } from '../ledger/act.ts';
import type { Projection } from '../projection/projection.ts';
import { checkBatch } from './check-batch.ts';
import { type DeclaringOptions, startDeclaring } from './fetch/declare-missing.ts';
import type { DownloadLimits } from './fetch/download.ts';
import { type Fetcher, startFetcher } from './fetch/fetcher.ts';
import type { Gateways } from './fetch/gateways-file.ts';
import { type LibraryFeed, startLibraryFeed } from './library-feed.ts';
import { LabelManifestStore } from './manifest-store.ts';
import { openParked, type Parked } from './parked.ts';
import { createScreen, type Screen } from './screen.ts';
import { createLabelView, type LabelView } from './view.ts';

export interface Labels {
  readonly manifests: LabelManifestStore;
  readonly view: LabelView;
  readonly screen: Screen;
  readonly feed: LibraryFeed;
  readonly fetcher: Fetcher;
  readonly parked: Parked;
  /** What members observed to be transferred. */
  readonly flows: Flows;
  /**
   * Whether a batch may be asserted as it is announced: a root whose labels nobody can fetch would be a
   * suspicion that nobody can check.
   * @throws EvidenceError `MANIFEST_MISSING`, `ROOT_MISMATCH`; LabelError `CATEGORY_UNKNOWN`,
   * `MARKING_MISMATCH`.
   */
  assertHeld(input: AssertInput): Promise<void>;
  /**
   * The ledger whose heights the answers name: hex of the digest of its first block.
   * @throws Problem `NOT_READY` before that is read.
   */
  nameLedger(): string;
  close(): Promise<void>;
}

export interface LabelsOptions {
  readonly directory: string;
  readonly projection: Projection;
  /** The other members' gateways, who asks them, and by which way what is missing is declared. */
  readonly gateways?:
    | (Gateways & {
        readonly signer: Signer;
        readonly ledger: DeclaringOptions['ledger'];
        readonly limits?: DownloadLimits;
        readonly declareEveryMs?: number;
      })
    | undefined;
  readonly logger: Logger;
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws while the clock is not to be believed. */
  readonly assertClock?: () => void;
}

/** Opens the store and follows the ledger until closed. */
export async function openLabels(options: LabelsOptions): Promise<Labels> {
  const { directory, projection, gateways, logger, onFailure, now } = options;
  const manifests = await LabelManifestStore.open(options.directory);
  const view = createLabelView(projection.database);
  const told = { logger, onFailure, now };
  const fetcher = startFetcher({
    ...{ directory, view, manifests, projection, ...told },
    ask: gateways,
    ...(gateways?.limits && { limits: gateways.limits }),
  });
  const declaring = gateways?.declareMissing
    ? startDeclaring({
        ...{ ledger: gateways.ledger, signer: gateways.signer, view, ...told },
        missing: fetcher.missing,
        sources: fetcher.sources,
        ...(gateways.declareEveryMs !== undefined && { everyMs: gateways.declareEveryMs }),
      })
    : undefined;
  const parked = openParked({
    directory: join(directory, 'handed-in'),
    ...{ manifests, view, projection, ...told, assertClock: options.assertClock },
  });
  const feed = startLibraryFeed({
    ...{ projection, view, manifests, ...told },
    snapshot: join(directory, 'library.snapshot'),
    onDamaged: fetcher.replace,
  });
  const transfers = startTransferFeed({
    ...{ directory, projection, view, manifests, ...told },
    onDamaged: fetcher.replace,
  });
  let ledger: string | undefined;
  const screen = createScreen({ feed, view, manifests, projection, onFailure });
  return {
    manifests,
    view,
    feed,
    screen,
    flows: createFlows({ feed: transfers, view, manifests, screen, projection }),
    fetcher,
    parked,
    nameLedger() {
      const genesis = ledger === undefined ? view.genesis() : undefined;
      ledger ??= genesis && toHex(genesis);
      if (ledger === undefined) throw new Problem('NOT_READY', 'the ledger is not read yet');
      return ledger;
    },
    async close() {
      await declaring?.close();
      await fetcher.close();
      await parked.close();
      await feed.close();
      await transfers.close();
    },
    async assertHeld(input) {
      const held = await manifests.find(input.manifest);
      if (held === undefined)
        throw new EvidenceError('MANIFEST_MISSING', 'hand in the manifest first');
      checkBatch(held, input, view.categoriesOf(input.taxonomy));
      manifests.touch(input.manifest, now());
    },
  };
}
