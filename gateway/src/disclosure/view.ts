/** Grants as the projection has them, and whether one still opens anything. */
import type { DatabaseSync } from 'node:sqlite';
import { grantKey, revocationKey } from '@tabellion/chaincode/disclosure/key';
import type { GrantRecord, RevocationRecord } from '@tabellion/chaincode/disclosure/record';
import { type LedgerPosition, type Page, toPage } from '../projection/cursor.ts';
import type { PageRequest } from '../projection/evidence-view.ts';
import {
  createRecords,
  type ProjectedRecord,
  type RecordRow,
  showRecord,
} from '../projection/records.ts';

export const GRANT_STATES = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const;

export interface ShownGrant {
  readonly grant: ProjectedRecord<GrantRecord>;
  readonly revocation: ProjectedRecord<RevocationRecord> | null;
  readonly state: (typeof GRANT_STATES)[number];
}

export interface GrantFilter {
  readonly acquisition?: string | undefined;
  /** MSP ID of the member that granted. */
  readonly member?: string | undefined;
}

const START: LedgerPosition = [-1, -1];

export function createGrantView(database: DatabaseSync) {
  const records = createRecords(database);
  // Grants are few beside what they show: no index of their own.
  const selectPage = database.prepare(
    `SELECT key, value, tx_id, block, position, late FROM state
     WHERE key > 'grant/' AND key < 'grant0' AND (block, position) > (?1, ?2)
       AND (?3 IS NULL OR CAST(value AS TEXT) ->> '$.acquisition' = ?3)
       AND (?4 IS NULL OR CAST(value AS TEXT) ->> '$.act.member' = ?4)
     ORDER BY block, position LIMIT ?5`,
  );

  const show = (grant: ProjectedRecord<GrantRecord>, now: number): ShownGrant => {
    const { id, expiresAt } = grant.record;
    const revocation = records.find<RevocationRecord>(revocationKey(id)) ?? null;
    // At exactly its end a grant still opens (O-2).
    const state = revocation ? 'REVOKED' : now > expiresAt ? 'EXPIRED' : 'ACTIVE';
    return { grant, revocation, state };
  };

  return {
    find(id: string, now: number): ShownGrant | undefined {
      const grant = records.find<GrantRecord>(grantKey(id));
      return grant && show(grant, now);
    },
    /** In the order of the ledger. */
    list(
      { acquisition, member }: GrantFilter,
      now: number,
      { cursor = START, limit }: PageRequest<LedgerPosition>,
    ): Page<ShownGrant> {
      const rows = selectPage.all(
        ...cursor,
        acquisition ?? null,
        member ?? null,
        limit + 1,
      ) as unknown as RecordRow[];
      return toPage(
        rows,
        limit,
        ({ block, position }) => [block, position],
        (row) => show(showRecord<GrantRecord>(row), now),
      );
    },
  };
}
