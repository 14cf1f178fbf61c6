/** What labels ask of a ledger: each act by itself, and nobody bound without its own peer. */
import { randomBytes } from 'node:crypto';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { buildTree, leafHash, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { check } from '../check.ts';
import type { Client } from '../client.ts';
import { callOf, contractRefusal, ensureFounded, perform, read } from '../founded.ts';

const CHARTER = { id: 'charter', version: 1 };
const reason = 'seen in our own case';

/** Three labels; returns what is said to name the one at an index. */
async function assertLabels(client: Client, by: Signer) {
  await ensureFounded(client);
  const leaves = [1, 2, 3].map(() => leafHash(randomBytes(32)));
  const tree = buildTree(leaves);
  const call = callOf(
    'label:assert',
    {
      root: toHex(tree.root),
      size: leaves.length,
      manifest: randomBytes(32).toString('hex'),
      taxonomy: { id: 'addresses', version: 1 },
      tlp: 'GREEN',
      legalBasis: CHARTER,
      reason,
    },
    by,
  );
  const { code, result } = await client.invoke(call);
  expect(code).toBe('VALID');
  const batch = digestRecord(JSON.parse(result));
  return {
    key: `label-batch/${batch}`,
    subject: (index: number) => ({
      batch,
      label: { leaf: toHex(leaves[index]!), index },
      path: tree.path(index).map((hash) => toHex(hash)),
    }),
  };
}

export const labelChecks = [
  check('labels are asserted by two at once, and each is corroborated once', async (client) => {
    const own = await client.ledger.person(client.state(0), 'analyst');
    const other = await client.ledger.person(client.state(1), 'analyst');
    const [one, two] = await Promise.all([assertLabels(client, own), assertLabels(client, other)]);
    expect(await read(client, 'label:read', one.key)).toBeDefined();
    const said = { ...one.subject(1), legalBasis: CHARTER, reason };
    await perform(client, 'label:corroborate', said, other);
    const refusal = (input: object, by: Signer) =>
      contractRefusal(client.endorse(callOf('label:corroborate', input, by)));
    expect(await refusal(said, other)).toBe('ALREADY_EXISTS');
    const selfish = { ...two.subject(0), legalBasis: CHARTER, reason };
    expect(await refusal(selfish, other)).toBe('OWN_LABEL');
    const moved = { ...said, path: one.subject(2).path };
    const third = await client.ledger.person(client.other(0), 'analyst');
    expect(await refusal(moved, third)).toBe('PATH_MISMATCH');
  }),
  check('a dispute without the disputing member’s own peer is invalid', async (client) => {
    const own = await client.ledger.person(client.state(0), 'analyst');
    const { subject } = await assertLabels(client, own);
    const dispute = {
      ...subject(2),
      id: randomBytes(16).toString('hex'),
      onBehalfOf: 'PERSON',
      legalBasis: CHARTER,
      reason,
    };
    const by = await client.ledger.person(client.state(1), 'liaisonAuthority');
    const endorsers = [client.state(0), client.other(0)];
    const without = await client.invoke(callOf('label:dispute', dispute, by, endorsers));
    expect(without.code).toBe('ENDORSEMENT_POLICY_FAILURE');
    await perform(client, 'label:dispute', { ...dispute, id: randomBytes(16).toString('hex') }, by);
  }),
];
