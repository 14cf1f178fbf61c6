/** Single transactions through the ledger port: proposed, signed, endorsed, signed, submitted, committed. */
import { randomBytes } from 'node:crypto';
import type { AnchorInput } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, MAX_BATCH_ITEMS, sha256, toHex, utf8 } from '@tabellion/proof';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { itemDigest } from '../bench-common/items.ts';

export interface Client {
  readonly ledger: LedgerPort;
  readonly signer: Signer;
  /** Members that endorse; the peer's gateway picks them if absent. */
  readonly endorsers?: readonly string[];
}

/** Does one transaction and waits for its commit. @throws unless it was valid. */
export type Transact = (client: Client) => Promise<void>;

/** One transaction and its result. @throws unless it was valid. */
export async function transact(
  { ledger, signer, endorsers }: Client,
  transaction: string,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const { txId, proposal } = await ledger.prepare({ transaction, args, creator: signer.creator });
  const signed = { bytes: proposal, signature: await signer.sign(proposal) };
  const { payload, result } = await ledger.endorse(signed, endorsers && { endorsers });
  await ledger.submit({ bytes: payload, signature: await signer.sign(payload) });
  const { code } = await ledger.status(txId);
  if (code !== 'VALID') throw new Error(`${transaction} was committed as ${code}`);
  return result;
}

export const doNothing: Transact = async (client) => {
  await transact(client, 'empty:run', []);
};

/** One item as one asset. */
export function createAssets(): Transact {
  let created = 0;
  return async (client) => {
    const index = created++;
    const fields = [
      `item-${index}`,
      itemDigest(index),
      `export/2026/mailbox-${index % 97}/message-${index}.eml`,
      String(index),
    ];
    await transact(client, 'sample:CreateAsset', fields.map(utf8));
  };
}

/** The end of an acquisition's chain of batches. */
interface Head {
  readonly acquisition: string;
  readonly sequence: number;
  readonly previous: string | null;
}

/**
 * Anchors full batches, each at the end of the chain that has rested longest: of `acquisitions` chains,
 * so many that no transaction waits for another's commit.
 */
export async function anchorBatches(client: Client, acquisitions: number): Promise<Transact> {
  const acquire = () => openAcquisition(client);
  const heads: Head[] = (await inTurns(acquisitions, acquire)).map((acquisition) => ({
    ...{ acquisition, sequence: 0, previous: null },
  }));
  return async (using) => {
    const { acquisition, sequence, previous } = heads.shift()!;
    const input: AnchorInput = {
      ...{ acquisition, sequence: sequence + 1, previous },
      root: randomBytes(32).toString('hex'),
      size: MAX_BATCH_ITEMS,
      bytes: MAX_BATCH_ITEMS,
      manifest: randomBytes(32).toString('hex'),
      collectedAt: Date.now(),
    };
    const record = await transact(using, 'evidence:anchor', [canonicalBytes(input)]);
    heads.push({ acquisition, sequence: input.sequence, previous: toHex(sha256(record)) });
  };
}

/** Opens an acquisition of the client's member and returns its ID. */
export async function openAcquisition(client: Client): Promise<string> {
  const input = draftAcquisition('DE', 'de-stpo-94');
  await transact(client, 'evidence:acquire', [canonicalBytes(input)]);
  return input.id;
}

const SETTING_UP = 32;

/** Repeats a step `count` times, a few at once. */
export async function inTurns<T>(count: number, step: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let begun = 0;
  const work = async () => {
    while (begun++ < count) results.push(await step());
  };
  await Promise.all(Array.from({ length: SETTING_UP }, work));
  return results;
}
