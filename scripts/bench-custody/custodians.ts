/** People of one member who take steps of items, as a client of the product does it: read, sign, retry. */
import { setTimeout as sleep } from 'node:timers/promises';
import { itemHeadKey } from '@tabellion/chaincode/custody/key';
import {
  type ItemHeadRecord,
  itemHeadRecord,
  type StepVerb,
} from '@tabellion/chaincode/custody/record';
import {
  buildTree,
  canonicalBytes,
  itemId,
  leafHash,
  MAX_BATCH_ITEMS,
  parseCanonical,
  sha256,
  toHex,
  utf8,
} from '@tabellion/proof';
import { Backoff } from '../../gateway/src/evidence/backoff.ts';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { EvidenceConsortium } from '../../test/support/evidence-consortium.ts';
import { actAtDesk, type Desk } from '../bench-common/desk.ts';
import { inTurns, openAcquisition } from '../bench-fabric/transactions.ts';

/** Anchors `count` items in full batches and opens the custody of each; returns their names. */
export async function openItems(
  consortium: EvidenceConsortium,
  custodians: readonly Signer[],
  count: number,
): Promise<string[]> {
  const items: string[] = [];
  while (items.length < count) {
    const size = Math.min(count - items.length, MAX_BATCH_ITEMS);
    items.push(...(await openBatch(consortium, custodians, size)));
  }
  return items;
}

async function openBatch(
  { ledger, service, act }: EvidenceConsortium,
  custodians: readonly Signer[],
  count: number,
): Promise<string[]> {
  const acquisition = await openAcquisition({ ledger, signer: service });
  const leaves = Array.from({ length: count }, (_, at) => leafHash(utf8(`${acquisition} ${at}`)));
  const tree = buildTree(leaves);
  const { result } = await act(service, 'evidence:anchor', {
    ...{ acquisition, sequence: 1, previous: null, root: toHex(tree.root), size: count },
    ...{ bytes: count, manifest: '0'.repeat(64), collectedAt: Date.now() },
  });
  const batch = toHex(sha256(result));
  let next = 0;
  return inTurns(count, async () => {
    const index = next++;
    const signer = custodians[index % custodians.length]!;
    const leaf = leaves[index]!;
    const item = itemId(signer.mspId, leaf);
    const input = {
      ...{ item, leaf: toHex(leaf), seals: [], witnesses: [], happenedAt: Date.now() },
      reason: 'to be examined',
      origin: { kind: 'ANCHORED', acquisition, batch, index },
      path: tree.path(index).map(toHex),
    };
    const { status } = await act(signer, 'custody:open', input);
    if (status.code !== 'VALID') throw new Error(`custody was not opened: ${status.code}`);
    return item;
  });
}

/** What a holder does with an item again and again, ending where it began. */
const ROUND: readonly (readonly [StepVerb, object])[] = [
  ['examine', { method: 'keyword search', tools: [], checked: 'MATCHES', recordings: [] }],
  ['seal', { seals: ['S-1'], witnesses: [], pictures: [] }],
  ['unseal', { foundSeals: [{ seal: 'S-1', intact: true }], witnesses: [], pictures: [] }],
  ['offer', { to: { member: 'SgAgencyMSP' } }],
  ['withdraw', {}],
];

/** Steps of an item that nobody else touches, by its holder. */
export async function takeSteps(
  { ledger, act }: EvidenceConsortium,
  holder: Signer,
  item: string,
  steps: number,
): Promise<void> {
  const head = await readHead(ledger, holder, item);
  let { last } = head;
  for (let step = 0; step < steps; step += 1) {
    const [verb, says] = ROUND[step % ROUND.length]!;
    const chain = { item, sequence: head.sequence + step + 1, previous: last };
    const input = { ...chain, happenedAt: Date.now(), reason: 'for the case', ...says };
    const { status, result } = await act(holder, `custody:${verb}`, input);
    if (status.code !== 'VALID') throw new Error(`a step was not taken: ${status.code}`);
    last = toHex(sha256(result));
  }
}

/** Examines an item once, however often others come first, and counts what was submitted for it. */
export async function examine(desk: Desk, signer: Signer, item: string): Promise<void> {
  const backoff = new Backoff();
  for (;;) {
    const began = performance.now();
    const head = await readHead(desk.consortium.ledger, signer, item);
    if (await tryToExamine(desk, signer, head)) return;
    await sleep(backoff.choosePause(head.sequence, performance.now() - began));
  }
}

export async function readHead(
  ledger: EvidenceConsortium['ledger'],
  signer: Signer,
  item: string,
): Promise<ItemHeadRecord> {
  return itemHeadRecord.parse(parseCanonical(await readKey(ledger, signer, itemHeadKey(item))));
}

/** False if somebody else took the next step first. */
async function tryToExamine(
  desk: Desk,
  signer: Signer,
  { item, sequence, last, happenedAt }: ItemHeadRecord,
): Promise<boolean> {
  const input = {
    ...{ item, sequence: sequence + 1, previous: last },
    ...{ happenedAt: Math.max(happenedAt, Date.now()), reason: 'examined' },
    ...{ method: 'keyword search', tools: [], checked: 'MATCHES', recordings: [] },
  };
  return actAtDesk(desk, signer, {
    ...{ transaction: 'custody:examine', args: [canonicalBytes(input)] },
  });
}
