/** What a gateway keeps and does for access from outside the membership. */
import { grantKey } from '@tabellion/chaincode/disclosure/key';
import { attestKey } from '../evidence/ledger-reader.ts';
import type { GatewayDeps } from '../http/deps.ts';
import type { Signer } from '../ledger/act.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { createGrantAccess, type GrantAccess } from './access.ts';
import { type DisclosureSets, openDisclosureSets } from './sets.ts';

export interface Disclosures {
  readonly sets: DisclosureSets;
  readonly access: GrantAccess;
  /** The attested read of a grant: what shows it to others. @throws LedgerError. */
  attest(id: string): Promise<Uint8Array>;
}

export interface DisclosuresOptions
  extends Pick<GatewayDeps, 'ledger' | 'projection' | 'manifests' | 'serviceSigners'> {
  readonly directory: string;
  readonly escrow?: string;
  /** The gateway's own identity. */
  readonly signer: Signer;
  /** Decides whether a grant has ended, so it must not answer by a clock that is wrong. */
  readonly now: () => number;
}

export function openDisclosures(options: DisclosuresOptions): Disclosures {
  const { directory, escrow, ledger, signer, projection, manifests, serviceSigners } = options;
  const evidence = createEvidenceView(projection.database);
  const sets = openDisclosureSets({
    directory,
    ...(escrow === undefined ? {} : { escrow }),
    members: [...serviceSigners.keys()],
    manifests,
    *listBatches(acquisition) {
      for (let cursor: readonly [number] | undefined = [0]; cursor !== undefined; ) {
        const { items } = evidence.listBatches(acquisition, { cursor, limit: PAGE });
        for (const { record } of items) yield record;
        const last = items.at(-1);
        cursor = items.length === PAGE && last ? [last.record.sequence] : undefined;
      }
    },
  });
  return {
    sets,
    access: createGrantAccess(options),
    attest: (id) => attestKey(ledger, signer, grantKey(id)),
  };
}

const PAGE = 200;
