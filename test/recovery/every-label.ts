/** Labels of which everything was said that can be said. */
import { setTimeout } from 'node:timers/promises';
import { buildTree, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import {
  CN,
  DE,
  newId,
  SG,
  type TestGateway,
  type TestPerson,
} from '../../gateway/src/http/testing.ts';
import { makeLabels, sampleFacts } from '../../gateway/src/label/testing.ts';

const BASIS = { id: 'cn-cpl-141', version: 1 };
const TAXONOMY = { id: 'addresses', version: 1 };
const reason = 'seen in our own case';

/** @returns the IDs of the transactions. */
export async function writeEveryLabel(gateway: TestGateway): Promise<string[]> {
  const transactions: string[] = [];
  const act = async (person: TestPerson, path: string, input: unknown) => {
    const { status, json, text } = await gateway.act(person, path, input);
    expect([status, json?.code], text).toEqual([200, 'VALID']);
    transactions.push(json.txId);
  };
  const analyst = await gateway.enrolPerson(CN, 'analyst', 'labeller');
  const abroad = await gateway.enrolPerson(SG, 'analyst', 'labeller');
  const made = makeLabels([sampleFacts(1), sampleFacts(2)]);
  const put = await gateway.call('PUT', `/v1/label/manifests/${made.digest}`, {
    token: analyst.token,
    headers: { 'content-type': 'application/x-ndjson' },
    raw: new Uint8Array(made.bytes),
  });
  expect(put.status, put.text).toBe(201);
  const { digest: manifest, root, size, tlp } = made;
  const statement = { root, size, manifest, tlp, taxonomy: TAXONOMY, legalBasis: BASIS, reason };
  await act(analyst, 'label/assert', statement);
  await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const [batch] = gateway.deps.labels.view
    .listPlaces(Number.MAX_SAFE_INTEGER)
    .map(({ digest }) => digest);
  const tree = buildTree(made.leaves);
  const one = (index: number) => ({
    batch,
    label: { leaf: toHex(made.leaves[index]!), index },
    path: tree.path(index).map((hash) => toHex(hash)),
  });
  await act(abroad, 'label/corroborate', { ...one(0), legalBasis: BASIS, reason });
  await act(abroad, 'label/opine', { batch, opinion: 80, reason });
  await act(abroad, 'label/sight', { ...one(0), sighting: 'SEEN', happenedAt: Date.now(), reason });
  const disputes = [0, 1].map((index) => ({
    ...{ ...one(index), id: newId(), onBehalfOf: 'PERSON', legalBasis: BASIS, reason },
  }));
  for (const dispute of disputes) await act(abroad, 'label/dispute', dispute);
  await act(analyst, 'label/withdraw', { ...one(1), reason });
  const answer = { dispute: disputes[1]!.id, position: 'WITHDRAWN', reason };
  await act(analyst, 'label/answer', answer);

  const delegates = [];
  for (const member of [CN, SG, DE])
    delegates.push(await gateway.enrolPerson(member, 'delegate', 'voter on labels'));
  const change = { kind: 'SET_PARAMETER', name: 'labelFetchSeconds', value: 1 };
  const id = newId(32);
  const proposal = { id, change, legalBasis: BASIS, reason: 'shorter' };
  await act(delegates[0]!, 'member/propose', proposal);
  for (const delegate of delegates)
    await act(delegate, 'member/vote', { proposal: id, choice: 'YES', reason: 'agreed' });
  await setTimeout(1100);
  for (const member of [SG, DE]) {
    const liaison = await gateway.enrolPerson(member, 'liaisonAuthority', 'liaison on labels');
    await act(liaison, 'label/miss', { batch, reason: 'not given' });
  }
  await act(analyst, 'label/assert', { ...statement, reason: 'said anew' });
  return transactions;
}
