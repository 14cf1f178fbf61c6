/** People of one member who take steps of items, as a client of the product does it: read, sign, retry. */
import { setTimeout as sleep } from 'node:timers/promises';
import { itemHeadKey } from '@tabellion/chaincode/custody/key';
import { type ItemHeadRecord, itemHeadRecord } from '@tabellion/chaincode/custody/record';
import {
  buildTree,
  canonicalBytes,
  leafHash,
  parseCanonical,
  sha256,
  toHex,
  utf8,
} from '@tabellion/proof';
import { Backoff } from '../../gateway/src/evidence/backoff.ts';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import { performAct, type Signer } from '../../gateway/src/ledger/act.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import type { EvidenceConsortium } from '../../test/support/evidence-consortium.ts';
import { inTurns, openAcquisition } from '../bench-fabric/transactions.ts';

/** What came of transactions that were given to the ordering service. */
export interface Submissions {
  valid: number;
  invalid: number;
}

/** Anchors `count` items in one batch and opens the custody of each; returns their names. */
export async function openItems(
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
    const item = toHex(leaves[index]!);
    const input = {
      ...{ item, seals: [], witnesses: [], happenedAt: Date.now(), reason: 'to be examined' },
      origin: { kind: 'ANCHORED', acquisition, batch, index },
      path: tree.path(index).map(toHex),
    };
    const { status } = await act(custodians[index % custodians.length]!, 'custody:open', input);
    if (status.code !== 'VALID') throw new Error(`custody was not opened: ${status.code}`);
    return item;
  });
}

/** Examines an item once, however often others come first, and counts what was submitted for it. */
export async function examine(
  { ledger }: EvidenceConsortium,
  signer: Signer,
  item: string,
  submissions: Submissions,
): Promise<void> {
  const backoff = new Backoff();
  for (;;) {
    const began = performance.now();
    const head = await readHead(ledger, signer, item);
    if (await tryToExamine(ledger, signer, head, submissions)) return;
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
  ledger: EvidenceConsortium['ledger'],
  signer: Signer,
  { item, sequence, last, happenedAt }: ItemHeadRecord,
  submissions: Submissions,
): Promise<boolean> {
  const input = {
    ...{ item, sequence: sequence + 1, previous: last },
    ...{ happenedAt: Math.max(happenedAt, Date.now()), reason: 'examined' },
    ...{ method: 'keyword search', tools: [], checked: 'MATCHES', recordings: [] },
  };
  const request = { transaction: 'custody:examine', args: [canonicalBytes(input)] };
  try {
    const { status } = await performAct(ledger, signer, request, () => undefined);
    if (status.code === 'VALID') submissions.valid += 1;
    else submissions.invalid += 1;
    return status.code === 'VALID';
  } catch (error) {
    // Refused before anything was submitted.
    if (error instanceof LedgerError && error.contractCode === 'CHAIN_CONFLICT') return false;
    throw error;
  }
}
