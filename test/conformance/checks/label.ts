/** What labels ask of a ledger: each act by itself, and nobody bound without its own peer. */
import { randomBytes } from 'node:crypto';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { labelSaid } from '@tabellion/chaincode/label/record';
import { buildTree, leafHash, parseCanonical, readEnvelope, toHex, utf8 } from '@tabellion/proof';
import { expect } from 'vitest';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { checkSaidReads } from '../../../proof/src/bundle/label-said.ts';
import { check } from '../check.ts';
import type { Client } from '../client.ts';
import { callOf, contractRefusal, ensureFounded, perform, read } from '../founded.ts';

const CHARTER = { id: 'charter', version: 1 };
const reason = 'seen in our own case';

/** Three labels; returns what is said to name the one at an index. */
async function assertLabels(client: Client, by: Signer, at = Date.now()) {
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
  const { code, result } = await client.invoke({ ...call, at });
  expect(code).toBe('VALID');
  const batch = digestRecord(JSON.parse(result));
  return {
    batch,
    key: `label-batch/${batch}`,
    subject: (index: number) => ({
      batch,
      label: { leaf: toHex(leaves[index]!), index },
      path: tree.path(index).map((hash) => toHex(hash)),
    }),
  };
}

/** Half and one and a half of the time to fetch that the members agreed on, milliseconds. */
const SOON = 30_000;
const LATE = 90_000;

export const labelChecks = [
  check(
    'a batch whose manifest most others miss is void, and its maker may say it anew',
    async (client) => {
      const own = await client.ledger.person(client.state(0), 'analyst');
      const fresh = await assertLabels(client, own, Date.now() - SOON);
      const old = await assertLabels(client, own, Date.now() - LATE);
      const members = client.ledger.members.map(({ mspId }) => mspId);
      const others = members.filter((mspId) => mspId !== client.state(0));
      const missing = (batch: string) => ({ batch, reason });
      const liaison = (mspId: string) => client.ledger.person(mspId, 'liaisonAuthority');
      const refused = async (batch: string, mspId: string) => {
        const call = callOf('label:miss', missing(batch), await liaison(mspId));
        return contractRefusal(client.endorse(call));
      };
      expect(await refused(fresh.batch, others[0]!)).toBe('FETCH_TIME_RUNNING');
      expect(await refused(old.batch, client.state(0))).toBe('OWN_LABEL');
      const needed = Math.floor(others.length / 2) + 1;
      for (const [at, mspId] of others.slice(0, needed).entries()) {
        const record = await perform(
          client,
          'label:miss',
          missing(old.batch),
          await liaison(mspId),
        );
        expect(record).toMatchObject({
          ...{ missing: at + 1, others: others.length },
          outcome: at + 1 === needed ? 'WITHHELD' : 'WAITING',
        });
      }
      expect(await read(client, 'label:read', `label-withheld/${old.batch}`)).toBeDefined();
      expect(await refused(old.batch, others.at(-1)!)).toBe('LABEL_WITHHELD');
      const said = { ...old.subject(0), legalBasis: CHARTER, reason };
      const analyst = await client.ledger.person(others[0]!, 'analyst');
      const opined = client.endorse(callOf('label:corroborate', said, analyst));
      expect(await contractRefusal(opined)).toBe('LABEL_WITHHELD');
      const stored = JSON.parse(Buffer.from(await read(client, 'label:read', old.key)).toString());
      const { type: _, v: _v, flags: _flags, act: _act, ...input } = stored;
      await perform(client, 'label:assert', input, own);
      const thrice = client.endorse(callOf('label:assert', input, own));
      expect(await contractRefusal(thrice)).toBe('ALREADY_EXISTS');
    },
  ),
  check(
    'that a manifest is kept back is not said in a member’s name without its peer',
    async (client) => {
      const own = await client.ledger.person(client.state(0), 'analyst');
      const { batch } = await assertLabels(client, own, Date.now() - LATE);
      const by = await client.ledger.person(client.state(1), 'liaisonAuthority');
      const endorsers = [client.state(0), client.other(0)];
      const { code } = await client.invoke(callOf('label:miss', { batch, reason }, by, endorsers));
      expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
    },
  ),
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
  check(
    'what was said of one label is attested whole: every range that could hold more is read to its end',
    async (client) => {
      const own = await client.ledger.person(client.state(0), 'analyst');
      const labels = await assertLabels(client, own);
      const other = await client.ledger.person(client.state(1), 'analyst');
      const opinion = (index: number) => ({ ...labels.subject(index), opinion: 40, reason });
      for (const index of [0, 1, 0]) await perform(client, 'label:opine', opinion(index), other);
      const liaison = await client.ledger.person(client.state(1), 'liaisonAuthority');
      const id = randomBytes(16).toString('hex');
      const dispute = {
        ...labels.subject(0),
        id,
        onBehalfOf: 'MEMBER',
        legalBasis: CHARTER,
        reason,
      };
      await perform(client, 'label:dispute', dispute, liaison);
      const { leaf } = labels.subject(0).label;
      const { proposal } = await client.port.prepare({
        transaction: 'label:readSaid',
        args: [utf8(`${labels.batch}/${leaf}`)],
        creator: own.creator,
      });
      const signed = { bytes: proposal, signature: await own.sign(proposal) };
      const { response, rwset } = readEnvelope(await client.port.attest(signed));
      const { said, batch } = labelSaid.parse(parseCanonical(response.payload));
      expect(batch).toBe(labels.batch);
      expect(said.map(({ type }) => type)).toEqual([
        ...['tabellion.opinion', 'tabellion.opinion', 'tabellion.dispute'],
      ]);
      expect(rwset.map(({ namespace }) => namespace)).toEqual([
        '_lifecycle',
        client.port.chaincode,
      ]);
      expect(checkSaidReads(rwset[1]!, response.payload).block).toBeGreaterThan(0);
    },
  ),
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
  check('transfers name evidence that is on the ledger', async (client) => {
    const own = await client.ledger.person(client.state(0), 'analyst');
    await ensureFounded(client);
    const input = {
      ...{ root: toHex(leafHash(randomBytes(32))), size: 1, tlp: 'GREEN', legalBasis: CHARTER },
      ...{ manifest: randomBytes(32).toString('hex'), taxonomy: { id: 'addresses', version: 1 } },
      ...{ content: 'TRANSFERS', reason },
    };
    const refusal = (evidence: object | undefined) =>
      contractRefusal(
        client.endorse(callOf('label:assert', { ...input, ...(evidence && { evidence }) }, own)),
      );
    const id = randomBytes(16).toString('hex');
    expect(await refusal([{ kind: 'ACQUISITION', id }])).toBe('NOT_FOUND');
    expect(await refusal(undefined)).toBe('BAD_INPUT');
  }),
];
