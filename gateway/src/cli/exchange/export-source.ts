/** What exports are made from, as the gateway shows it to the caller. */
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import type { Commitment } from '@tabellion/proof';
import { z } from 'zod';
import type { ItemLife } from '../../custody/life.ts';
import { isNamedBy } from '../../custody/named.ts';
import { parseCommitment } from '../../evidence/commitment.ts';
import { EvidenceError } from '../../evidence/error.ts';
import { verifyManifest } from '../../evidence/manifest.ts';
import type { LedgerName } from '../../exchange/case/case-node.ts';
import type { AcquisitionFacts, ExportedBatch } from '../../exchange/recorded.ts';
import { findHandedOver, readBundleBytes } from '../custody/handed-over.ts';
import { resolveItem } from '../custody/item-name.ts';
import { readItemLife } from '../custody/read-life.ts';
import { ProblemError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { assertAcquisitionId, openManifest } from '../known-source.ts';
import { listAll } from '../page.ts';
import type { Session } from '../session.ts';
import { readTrust } from '../trust-pin.ts';

const recorded = <T extends z.ZodType>(record: T) =>
  z.looseObject({
    key: z.string(),
    record,
    block: z.int(),
    position: z.int(),
    late: z.boolean(),
  });
const acquisitionView = recorded(acquisitionRecord).extend({
  closing: recorded(closingRecord).nullable(),
  answers: z.array(recorded(answerRecord)),
  locations: z.array(recorded(locationRecord)),
  segregations: z.array(recorded(segregationRecord)),
});
const batchView = recorded(batchRecord);

export async function nameLedger(session: Session): Promise<LedgerName> {
  const { consortium, genesis } = await readTrust(session);
  return { consortium, genesis };
}

export interface AcquisitionSource {
  readonly facts: AcquisitionFacts;
  readonly batches: readonly ExportedBatch['batch'][];
  /** The batches with their items, fetched as they are asked for. */
  items(): AsyncGenerator<ExportedBatch, void, undefined>;
  /** Batches whose manifest the caller's member does not hold, of those asked for so far. */
  readonly withoutItems: number;
}

export async function openAcquisition(
  client: GatewayClient,
  id: string,
): Promise<AcquisitionSource> {
  assertAcquisitionId(id);
  const path = `/v1/evidence/acquisitions/${id}`;
  const view = expectShape(acquisitionView, (await client.get(path)).body);
  const { items: batches } = await listAll(client, `${path}/batches`, batchView);
  let withoutItems = 0;
  return {
    facts: { ...view, acquisition: view },
    batches,
    async *items() {
      for (const batch of batches) {
        const items = await readItems(client, batch);
        if (items === undefined) withoutItems += 1;
        yield { batch, items: items ?? [] };
      }
    },
    get withoutItems() {
      return withoutItems;
    },
  };
}

/** Checked against the ledger's own record; undefined for another member's. */
async function readItems(
  client: GatewayClient,
  { record }: ExportedBatch['batch'],
): Promise<Commitment[] | undefined> {
  const { root, size, bytes, manifest: digest } = record;
  const items: Commitment[] = [];
  try {
    const chunks = await openManifest(client, digest, record.sequence);
    await verifyManifest(chunks, { root, size, bytes, digest }, (line) =>
      items.push(parseCommitment(line.bytes)),
    );
    return items;
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'MANIFEST_MISSING') return undefined;
    throw error;
  }
}

export interface ItemSource {
  readonly life: ItemLife;
  /** What the item is committed to, where the caller has it. */
  readonly commitment: Commitment | undefined;
}

/** @param what the item's 64 digits, or the file that was handed over with it. */
export async function openItem(session: Session, what: string): Promise<ItemSource> {
  const { client } = session;
  const item = await resolveItem(session, what);
  const { life } = await readItemLife(client, item);
  const handed = what === item ? undefined : await findHandedOver(what);
  const committed = handed?.committed ?? (await findCommitted(client, life));
  return { life, commitment: committed?.type === 'tabellion.item' ? committed : undefined };
}

/** Of an anchored item of the caller's own member; others' stay with them. */
async function findCommitted(client: GatewayClient, { opening }: ItemLife) {
  const { origin } = opening.record;
  if (origin.kind !== 'ANCHORED') return undefined;
  try {
    const path = `/v1/evidence/batches/${origin.batch}/proofs/${origin.index}`;
    const handed = readBundleBytes(await client.getBytes(path));
    return isNamedBy(opening.record, handed.bytes) ? handed.committed : undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return undefined;
    throw error;
  }
}
