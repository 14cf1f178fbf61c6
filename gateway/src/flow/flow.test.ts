/** Observed transfers through a real gateway: asserted with their evidence, followed, presumed and rebutted. */

import { createHash } from 'node:crypto';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import {
  buildTree,
  fromBase64url,
  parseCanonical,
  type TransferFacts,
  toHex,
} from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAcquisition } from '../evidence/testing.ts';
import {
  acquisitionInput,
  CN,
  DE,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { ETHEREUM, makeLabels, sampleAddress, sampleFacts } from '../label/testing.ts';
import { encodeFlowOpening } from './flow-entry.ts';
import { makeTransfers, sampleTransfer } from './testing.ts';

const BASIS = { id: 'cn-cpl-141', version: 1 };
const NDJSON = 'application/x-ndjson';
const reason = 'traced in our own case';

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: TestPerson;
let abroad: TestPerson;
let evidence: TransferFacts['links'];

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  abroad = await gateway.enrolPerson(SG, 'analyst', 'analyst');
  evidence = [{ kind: 'ACQUISITION', id: await acquire(CN, acquisitionInput()) }];
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function acquire(member: string, input: AcquireInput): Promise<string> {
  const investigator = await gateway.enrolPerson(member, 'investigator', `collector ${member}`);
  const done = await gateway.act(investigator, 'evidence/acquire', input);
  expect(done.status, done.text).toBe(200);
  return input.id;
}

type Made = ReturnType<typeof makeTransfers>;
const handIn = ({ digest, bytes }: Made) =>
  gateway.call('PUT', `/v1/label/manifests/${digest}`, {
    token: analyst.token,
    raw: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': NDJSON },
  });
const assertion = ({ digest: manifest, root, size, tlp, evidence }: Made) => ({
  ...{ root, size, manifest, tlp, legalBasis: BASIS, reason },
  taxonomy: { id: 'addresses', version: 1 },
  ...(evidence && { content: 'TRANSFERS', evidence }),
});
/** Returns what names one line of it. */
async function assertLines(made: Made) {
  const stored = await handIn(made);
  expect(stored.status, stored.text).toBe(201);
  const done = await gateway.act(analyst, 'label/assert', assertion(made));
  expect([done.status, done.json.code], done.text).toEqual([200, 'VALID']);
  await level();
  const page = await gateway.call('GET', '/v1/label/batches?limit=200', { token: abroad.token });
  const found = page.json.items.find(
    ({ record }: { record: { manifest: string } }) => record.manifest === made.digest,
  );
  const batch: string = found.key.slice('label-batch/'.length);
  const tree = buildTree(made.leaves);
  return (index: number) => ({
    batch,
    label: { leaf: toHex(made.leaves[index]!), index },
    path: tree.path(index).map(toHex),
  });
}
const assertTransfers = (moves: readonly (readonly [number, number, number, number])[]) =>
  assertLines(makeTransfers(moves.map((move) => sampleTransfer(move, { links: evidence }))));

/** Until labels and transfers are what the ledger has. */
async function level() {
  const height = await consortium.ledger.height();
  await expect
    .poll(() => gateway.deps.labels.screen.begin().height, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(height);
}
const ask = (body: object, headers: Record<string, string> = { 'tabellion-purpose': 'CASE-1' }) =>
  gateway.call('POST', '/v1/flow/follow', { token: abroad.token, body, headers });
async function follow(from: number, more: object = {}) {
  await level();
  const query = { network: ETHEREUM, address: sampleAddress(from), direction: 'FORWARD', ...more };
  let answer = await ask(query);
  // The transfers follow the ledger by themselves.
  for (let tries = 0; answer.json.code === 'NOT_READY' && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await ask(query);
  }
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}
const numberOf = new Map(
  Array.from({ length: 200 }, (_, number) => [sampleAddress(number), number] as const),
);
type Node = { address: string; end: string | null; pools: { tainted: string }[] };
const endsOf = ({ nodes }: { nodes: Node[] }) =>
  Object.fromEntries(nodes.map(({ address, end }) => [numberOf.get(address), end]));
const taintOf = ({ nodes }: { nodes: Node[] }, number: number) =>
  nodes.find(({ address }) => address === sampleAddress(number))?.pools[0]?.tainted;

describe('transfers', () => {
  it('are asserted with evidence that exists and is the own member’s', async () => {
    const codeOf = async (links: TransferFacts['links'], changes: object = {}) => {
      const made = makeTransfers([sampleTransfer([150, 151, 1, 1], { links })]);
      await handIn(made);
      const done = await gateway.act(analyst, 'label/assert', { ...assertion(made), ...changes });
      return done.json.code;
    };
    expect(await codeOf([{ kind: 'ACQUISITION', id: newId() }])).toBe('NOT_FOUND');
    expect(await codeOf([{ kind: 'ITEM', id: newId(32) }])).toBe('NOT_FOUND');
    const foreign = await acquire(
      DE,
      draftAcquisition('DE', 'de-stpo-94', {
        authorisation: { kind: 'INTERNAL', reference: 'INT-1' },
        purposes: ['JUDGE_CASE'],
      }),
    );
    expect(await codeOf([{ kind: 'ACQUISITION', id: foreign }])).toBe('NOT_OWN_MEMBER');
    const other = [{ kind: 'ACQUISITION', id: newId() }];
    expect(await codeOf(evidence, { evidence: other })).toBe('EVIDENCE_MISMATCH');
    const none = { content: undefined, evidence: undefined };
    expect(await codeOf(evidence, none)).toBe('EVIDENCE_MISMATCH');
    expect(await codeOf(evidence, { content: undefined })).toBe('BAD_INPUT');
    const labels = makeLabels([sampleFacts(152)]);
    await handIn(labels);
    const named = { ...assertion(labels), content: 'TRANSFERS', evidence };
    expect((await gateway.act(analyst, 'label/assert', named)).json.code).toBe('EVIDENCE_MISMATCH');
  });

  it('are followed to where they end, each with who says so and on what', async () => {
    const made = [
      [1, 2, 100, 1],
      [2, 3, 60, 2],
      [3, 4, 60, 3],
      [9, 3, 60, 2],
    ] as const;
    const line = await assertTransfers(made);
    const answer = await follow(1);
    expect(endsOf(answer)).toEqual({ 1: null, 2: 'UNSPENT', 3: 'UNSPENT', 4: 'NOT_OBSERVED' });
    expect([2, 3, 4].map((number) => taintOf(answer, number))).toEqual(['40', '30', '30']);
    const [first] = answer.transfers;
    expect(first).toMatchObject({ amount: '100', tainted: '100', contradictions: [] });
    const { path: _path, label, batch } = line(0);
    expect(first.observations).toEqual([
      expect.objectContaining({ batch, ...label, member: CN, links: evidence, source: 'own node' }),
    ]);
    expect(answer.height).toBe(await consortium.ledger.height());
    const back = await follow(4, { direction: 'BACK' });
    expect(endsOf(back)).toEqual({
      ...{ 4: null, 3: null, 2: null, 9: 'NOT_OBSERVED', 1: 'NOT_OBSERVED' },
    });
    expect(back.transfers[0].tainted).toBeNull();
    const { transaction } = sampleTransfer(made[1]);
    const started = await ask({ network: ETHEREUM, transaction, direction: 'FORWARD' });
    expect(endsOf(started.json)).toEqual({ 2: null, 3: 'UNSPENT', 4: 'NOT_OBSERVED' });
  });

  it('end at an exchange, and go through a mixer', async () => {
    await assertLines(
      makeLabels([
        sampleFacts(21, { category: 'high-risk-exchange' }),
        sampleFacts(22, { category: 'mixer' }),
      ]),
    );
    await assertTransfers([
      [20, 21, 10, 1],
      [21, 29, 10, 2],
      [20, 22, 10, 3],
      [22, 23, 10, 4],
    ]);
    const answer = await follow(20);
    expect(endsOf(answer)).toEqual({ 20: null, 21: 'EXCHANGE', 22: null, 23: 'NOT_OBSERVED' });
    const [, exchange] = answer.nodes;
    expect(exchange.labels).toEqual([
      expect.objectContaining({ category: 'high-risk-exchange', member: CN, status: 'PROPOSED' }),
    ]);
  });

  it('that two say otherwise of are shown with both, and followed as the first has them', async () => {
    await assertTransfers([[30, 31, 10, 1]]);
    const other = sampleTransfer([30, 31, 10, 1], { amount: '11', links: evidence });
    await assertLines(makeTransfers([other]));
    await assertTransfers([[30, 31, 10, 1]]);
    const { transfers } = await follow(30);
    expect(transfers).toHaveLength(1);
    expect(transfers[0].amount).toBe('10');
    expect(transfers[0].observations).toHaveLength(2);
    expect(transfers[0].contradictions).toHaveLength(1);
  });

  it('that were withdrawn are followed no longer, but as of before', async () => {
    const line = await assertTransfers([[40, 41, 10, 1]]);
    const before = await follow(40);
    const done = await gateway.act(analyst, 'label/withdraw', { ...line(0), reason });
    expect(done.json.code).toBe('VALID');
    expect(endsOf(await follow(40))).toEqual({ 40: 'NOT_OBSERVED' });
    const path = `/v1/flow/follow?asOf=${before.height}`;
    const { receipt: _receipt, ...asked } = before;
    const again = await gateway.call('POST', path, {
      ...{ token: abroad.token, body: asked.query, headers: { 'tabellion-purpose': 'CASE-1' } },
    });
    const { receipt: _other, ...answered } = again.json;
    expect(answered).toEqual(asked);
  });

  it('are asked about with a purpose, which stays on record with a commitment', async () => {
    const query = { network: ETHEREUM, address: sampleAddress(1), direction: 'FORWARD' };
    expect((await ask(query, {})).json.code).toBe('PURPOSE_MISSING');
    const answer = await follow(1);
    const entry = parseCanonical(fromBase64url(answer.receipt.entry)) as Record<string, unknown>;
    expect(entry).toMatchObject({ kind: 'SCREENING', operation: 'followFlow', purpose: 'CASE-1' });
    const opening = encodeFlowOpening(answer.query, answer.receipt.secret);
    expect(entry.commitment).toBe(createHash('sha256').update(opening).digest('hex'));
  });

  it.each([
    ['a mistyped address', { address: `${sampleAddress(1).slice(0, -1)}0` }],
    ['an address of another network', { address: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' }],
    ['more hops than are followed', { hops: 21 }],
    ['a transaction beside the address', { transaction: `0x${'ab'.repeat(32)}` }],
    ['a time that ends before it begins', { since: 2, until: 1 }],
    ['a rule that there is none of', { taint: 'poison' }],
  ])('are not followed from %s', async (_, change) => {
    const query = { network: ETHEREUM, address: sampleAddress(1), direction: 'FORWARD' };
    expect((await ask({ ...query, ...change })).json.code).toBe('BAD_INPUT');
  });

  it('of a transaction that nobody observed are none, and said to be unknown', async () => {
    const transaction = `0x${'cd'.repeat(32)}`;
    const answer = await ask({ network: ETHEREUM, transaction, direction: 'FORWARD' });
    expect(answer.json.code).toBe('NOT_FOUND');
  });
});

describe('what passed a mixer', () => {
  const presumptionOf = async (index: number) =>
    (await follow(70)).transfers[index].presumptions.map(
      ({ rule, state }: { rule: object; state: string }) => ({ ...rule, state }),
    );
  const publish = async (body: object, version: number) => {
    const id = newId(32);
    const change = {
      kind: 'PUBLISH',
      entry: { register: 'presumption', id: 'mixer', version, body },
    };
    const legalBasis = { id: 'founding-agreement', version: 1 };
    const [first, ...others] = [CN, SG, DE];
    const proposer = await gateway.enrolPerson(first!, 'delegate', 'delegate');
    const proposal = { id, change, legalBasis, reason: 'now law' };
    const proposed = await gateway.act(proposer, 'member/propose', proposal);
    expect(proposed.json.code, proposed.text).toBe('VALID');
    for (const member of [first!, ...others]) {
      const delegate =
        member === first ? proposer : await gateway.enrolPerson(member, 'delegate', 'delegate');
      const vote = { proposal: id, choice: 'YES', reason: 'now law' };
      await gateway.act(delegate, 'member/vote', vote);
    }
  };

  it('is presumed nowhere as long as nobody has adopted the rule; then until it is rebutted', async () => {
    const label = await assertLines(makeLabels([sampleFacts(71, { category: 'coinjoin' })]));
    const line = await assertTransfers([
      [70, 71, 10, 1],
      [71, 72, 10, 2],
      [72, 73, 10, 3],
    ]);
    expect(await presumptionOf(1)).toEqual([]);
    const { reference } = consortium.consortium;
    const draft = reference.find(({ register }) => register === 'presumption')!.body;
    await publish({ ...draft, adoptedBy: ['CN'], edition: 'in force' }, 2);
    const rule = { id: 'mixer', version: 2 };
    expect(await presumptionOf(0)).toEqual([]);
    expect(await presumptionOf(1)).toEqual([{ ...rule, state: 'RAISED' }]);
    expect(await presumptionOf(2)).toEqual([{ ...rule, state: 'RAISED' }]);

    const by = await gateway.enrolPerson(SG, 'liaisonAuthority', 'liaison');
    const dispute = {
      ...{ ...line(1), id: newId(), onBehalfOf: 'PERSON', legalBasis: BASIS, reason },
      presumption: rule,
    };
    const raised = await gateway.act(by, 'label/dispute', dispute);
    expect(raised.json.code, raised.text).toBe('VALID');
    expect(await presumptionOf(2)).toEqual([{ ...rule, state: 'CONTESTED' }]);
    const prosecutor = await gateway.enrolPerson(CN, 'prosecutor', 'prosecutor');
    const answer = {
      dispute: dispute.id,
      position: 'REBUTTED',
      reason: 'wages, shown by payslips',
    };
    const answered = await gateway.act(prosecutor, 'label/answer', answer);
    expect(answered.json.code, answered.text).toBe('VALID');
    expect(await presumptionOf(1)).toEqual([{ ...rule, state: 'REBUTTED' }]);
    expect(await presumptionOf(2)).toEqual([]);
    const [{ rebuttals }] = (await follow(70)).transfers[1].presumptions;
    expect(rebuttals).toEqual([
      expect.objectContaining({ member: SG, onBehalfOf: 'PERSON', answer: 'REBUTTED' }),
    ]);

    const screenMixer = async () => {
      const screened = await gateway.call('POST', '/v1/label/screen', {
        token: abroad.token,
        body: { queries: [{ address: sampleAddress(71) }] },
        headers: { 'tabellion-purpose': 'CASE-1' },
      });
      const [{ verdict, labels }] = screened.json.answers;
      expect(verdict).toBe('LABELLED');
      return labels[0];
    };
    const shown = { rule, presumed: 'PRESUMED_ILLICIT', adoptedBy: ['CN'] };
    expect(await screenMixer()).toMatchObject({
      presumptions: [{ ...shown, state: 'RAISED' }],
    });
    const ofLabel = { ...dispute, ...label(0), id: newId() };
    expect((await gateway.act(by, 'label/dispute', ofLabel)).json.code).toBe('VALID');
    await level();
    // It disputes what is presumed, and nothing of the label: status and score are as they were.
    expect(await screenMixer()).toMatchObject({
      ...{ status: 'PROPOSED', openDisputes: 0 },
      presumptions: [{ ...shown, state: 'CONTESTED' }],
    });
  });
});
