/** Whole bundles over a batch of seven items, and plans to bend them. */
import {
  buildTree,
  type Commitment,
  canonicalBytes,
  commitmentBytes,
  concatBytes,
  encodeBundle,
  leafHash,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '../src/index.ts';
import { type AttestationPlan, buildAttestation } from './attestation.ts';
import { NOW, type TestConsortium } from './consortium.ts';

export const FILE = utf8('what stood in the third file\n');
export const ITEM_INDEX = 2;

export const commitments: readonly Commitment[] = Array.from({ length: 7 }, (_, index) => {
  const content = index === ITEM_INDEX ? FILE : utf8(`content ${index}`);
  return {
    type: 'tabellion.item',
    v: 1,
    kind: 'file',
    digest: { sha256: toHex(sha256(content)) },
    size: content.length,
    path: toBase64url(utf8(`seized/file ${index}.txt`)),
    exhibit: `E-${index}`,
    salt: toBase64url(sha256(utf8(`salt ${index}`)).subarray(0, 16)),
  };
});

export const leaves = commitments.map((item) => commitmentBytes(item));
export const tree = buildTree(leaves.map((leaf) => leafHash(leaf)));

export function batchRecord(change: Record<string, unknown> = {}): Uint8Array {
  return canonicalBytes({
    type: 'tabellion.batch',
    v: 1,
    acquisition: '0123456789abcdef0123456789abcdef',
    sequence: 1,
    previous: null,
    root: toHex(tree.root),
    size: leaves.length,
    bytes: commitments.reduce((sum, { size }) => sum + size, 0),
    manifest: '00'.repeat(32),
    collectedAt: NOW - 7_200_000,
    touched: ['BB'],
    flags: [],
    timeWindowSeconds: 900,
    act: {
      txId: '11'.repeat(32),
      at: NOW - 3_600_000,
      member: 'AlphaMSP',
      jurisdiction: 'AA',
      role: 'investigator',
      person: 'p-0123456789abcdef',
      certificate: '22'.repeat(32),
      keyCustody: 'person',
    },
    ...change,
  });
}

export function keyOf(record: Uint8Array): string {
  return `batch/${toHex(sha256(record))}`;
}

/** The attestation as it should be: asked by Bravo's client, answered by Alpha and Bravo. */
export function planAttestation(
  { trust, member }: TestConsortium,
  record: Uint8Array,
  change: Partial<AttestationPlan> = {},
): AttestationPlan {
  const [definition] = trust.definitions;
  const version = { block: definition!.block, transaction: definition!.transaction };
  return {
    headerType: 3,
    channel: trust.channel,
    chaincode: trust.chaincode,
    args: [utf8('evidence:read'), utf8(keyOf(record))],
    transient: {},
    timestampMs: NOW - 3_500_123,
    nonce: sha256(utf8('nonce')).subarray(0, 24),
    creator: member('BravoMSP').client,
    status: 200,
    payload: record,
    namespaces: [
      {
        namespace: '_lifecycle',
        reads: [{ key: `namespaces/fields/${trust.chaincode}/Sequence`, version }],
      },
      {
        namespace: trust.chaincode,
        reads: [{ key: keyOf(record), version: { block: 57, transaction: 4 } }],
      },
    ],
    event: null,
    endorsers: [member('AlphaMSP').peer, member('BravoMSP').peer],
    highS: false,
    signature: new Uint8Array(),
    ...change,
  };
}

export interface BundlePlan {
  readonly commitment?: Uint8Array;
  readonly index?: number;
  readonly size?: number;
  readonly hashes?: readonly Uint8Array[];
  readonly record?: Uint8Array;
  readonly attestation?: Partial<AttestationPlan>;
  /** Put behind the attestation's bytes. */
  readonly appended?: Uint8Array;
}

export function buildBundle(consortium: TestConsortium, plan: BundlePlan = {}): Uint8Array {
  const record = plan.record ?? batchRecord();
  const attestation = planAttestation(consortium, record, plan.attestation);
  return encodeBundle({
    commitment: plan.commitment ?? leaves[ITEM_INDEX]!,
    index: plan.index ?? ITEM_INDEX,
    size: plan.size ?? leaves.length,
    hashes: plan.hashes ?? tree.path(ITEM_INDEX),
    record,
    attestation: concatBytes(buildAttestation(attestation), plan.appended ?? new Uint8Array()),
  });
}
