/** Puts together the proof of one order as it stands now: its chain, its rules, what it yielded, its custody. */
import { acquisitionKey, batchKey, headKey } from '@tabellion/chaincode/evidence/key';
import { type BatchRecord, headRecord } from '@tabellion/chaincode/evidence/record';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import { referenceKey } from '@tabellion/chaincode/member/key';
import { orderHeadKey, orderKey, orderStepKey } from '@tabellion/chaincode/order/key';
import {
  type OrderRecord,
  type OrderStepRecord,
  orderHeadRecord,
} from '@tabellion/chaincode/order/record';
import {
  type AcquisitionParts,
  canonicalBytes,
  encodeOrderBundle,
  MAX_BUNDLE_BYTES,
  MAX_ORDER_BATCHES,
  MAX_ORDER_CUSTODY,
  parseCanonical,
  readEnvelope,
  verify,
} from '@tabellion/proof';
import { createItemLives } from '../custody/item-life.ts';
import { createItemList } from '../custody/item-list.ts';
import { assembleCustodyProof, type ProofDeps } from '../custody/proof.ts';
import { EvidenceError } from '../evidence/error.ts';
import { attestKey } from '../evidence/ledger-reader.ts';
import { Problem } from '../http/problem.ts';
import { MAX_PAGE } from '../http/schema.ts';
import type { LedgerPosition } from '../projection/cursor.ts';
import { attestationPending, reachAttested } from '../projection/reach-attested.ts';
import { createRecords, type Records } from '../projection/records.ts';

/** How many one bundle takes, over all its acquisitions. */
const LIMITS = { batches: MAX_ORDER_BATCHES, custody: MAX_ORDER_CUSTODY };

/** What goes in besides the totals. */
export interface OrderProofParts {
  readonly batches: boolean;
  readonly custody: boolean;
}

const noRoom = (what: string) =>
  new Problem('LIMIT_REACHED', `${what} than one proof holds: ask for it without them`);

/**
 * The bundle's bytes, without what the parties were given to read, which stays off the gateway's proofs:
 * whoever may read it can add it.
 * @throws LedgerError; Problem `LIMIT_REACHED`; EvidenceError `ATTESTATION_PENDING`, `PROOF_INVALID`.
 */
export async function assembleOrderProof(
  deps: ProofDeps,
  id: string,
  { batches, custody }: OrderProofParts,
  limits: Readonly<typeof LIMITS> = LIMITS,
): Promise<Uint8Array> {
  const { ledger, serviceSigners, operator, projection, trust, now } = deps;
  const records = createRecords(projection.database);
  const attest = (key: string) => attestKey(ledger, serviceSigners.get(operator)!, key);
  const attestation = await attest(orderHeadKey(id));
  const head = orderHeadRecord.parse(parseCanonical(answerOf(attestation)));
  await reachAttested(projection, attestation, orderHeadKey(id));
  const order = records.find<OrderRecord>(orderKey(id));
  if (order === undefined) throw attestationPending();
  // Steps that came after the attested head stand in the projection already.
  const steps = Array.from({ length: head.sequence }, (_, at) => {
    const step = records.find<OrderStepRecord>(orderStepKey(id, at + 1))?.record;
    if (step === undefined) throw attestationPending();
    return step;
  });
  const rules: Uint8Array[] = [];
  for (const key of listRules(order.record, steps)) rules.push(await attest(key));
  const acquired = [
    ...new Set(steps.flatMap((step) => ('acquisitions' in step ? step.acquisitions : []))),
  ];
  const acquisitions: AcquisitionParts[] = [];
  let room = limits.batches;
  for (const name of acquired) {
    const stands = await attest(headKey(name));
    const { sequence, last } = headRecord.parse(parseCanonical(answerOf(stands)));
    if (batches && sequence > room) throw noRoom('more batches');
    room -= sequence;
    await reachAttested(projection, stands, headKey(name));
    acquisitions.push({
      record: await attest(acquisitionKey(name)),
      head: stands,
      ...(batches && { batches: listBatches(last, records) }),
    });
  }
  const bundle = encodeOrderBundle({
    ...{ attestation, rules, acquisitions },
    order: await attest(orderKey(id)),
    steps: steps.map((step) => canonicalBytes(step)),
    ...(custody && { custody: await assembleCustody(deps, acquired, limits.custody) }),
  });
  if (bundle.length > MAX_BUNDLE_BYTES) throw noRoom('more');
  const verdict = verify(bundle, await trust(), { now: now() });
  if (verdict.outcome !== 'INTACT') {
    throw new EvidenceError('PROOF_INVALID', `the proof would not verify: ${verdict.code}`);
  }
  return bundle;
}

const answerOf = (attestation: Uint8Array) => readEnvelope(attestation).response.payload;
/** Keys of every edition that the records name. */
function listRules(order: OrderRecord, steps: readonly OrderStepRecord[]): string[] {
  const { profile, treaty } = order;
  const editions = [order, ...steps].flatMap(({ calendars }) =>
    Object.values(calendars).filter((each): each is Governed => each !== undefined),
  );
  const calendars = editions.map(({ id, version }) => referenceKey('calendar', id, version));
  return [
    referenceKey('orderProfile', profile.id, profile.version),
    ...(treaty ? [referenceKey('treaty', treaty.id, treaty.version)] : []),
    ...new Set(calendars),
  ];
}

/** From the last one back to the first, and told in their order. */
function listBatches(last: string | null, records: Records): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let digest = last; digest !== null; ) {
    const record = records.find<BatchRecord>(batchKey(digest))?.record;
    if (record === undefined) throw attestationPending();
    found.push(canonicalBytes(record));
    digest = record.previous;
  }
  return found.reverse();
}

/** Whole chains of the items that go back to these acquisitions, by ascending name. */
async function assembleCustody(
  deps: ProofDeps,
  acquired: readonly string[],
  most: number,
): Promise<Uint8Array[]> {
  const lives = createItemLives(deps.projection.database);
  const list = createItemList(deps.projection.database);
  const items: string[] = [];
  for (const acquisition of acquired) {
    for (let cursor: LedgerPosition | undefined, more = true; more; ) {
      const page = list.listItems({ acquisition }, { cursor, limit: MAX_PAGE });
      items.push(...page.items.map(({ record }) => record.item));
      if (items.length > most) throw noRoom('more chains of custody');
      const last = page.items.at(-1);
      cursor = last && [last.block, last.position];
      more = page.next !== null;
    }
  }
  const bundles: Uint8Array[] = [];
  for (const item of items.sort()) bundles.push(await assembleCustodyProof(deps, lives, item));
  return bundles;
}
