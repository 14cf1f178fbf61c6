/** Items on their way, for tests: over a gateway's routes, as its clients take them there. */
import type { ItemHeadRecord, ItemRecord, StepVerb } from '@tabellion/chaincode/custody/record';
import { buildTree, fromHex, itemId, leafHash, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import {
  acquisitionInput,
  CN,
  makeBatch,
  newId,
  SG,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { createEventFeed } from '../projection/event-feed.ts';
import { createRecords } from '../projection/records.ts';

export const BASIS = { id: 'founding-agreement', version: 1 };
/** What every step of this scene says besides. */
const because = () => ({ happenedAt: Date.now(), reason: 'for a test' });

export type CustodyScene = Awaited<ReturnType<typeof openCustodyScene>>;

/** CN has anchored three items; people of CN and SG are there to hand them over. */
export async function openCustodyScene(gateway: TestGateway) {
  const { projection } = gateway.deps;
  const records = createRecords(projection.database);
  const feed = createEventFeed(projection);
  const transactions: string[] = [];
  const people = {
    cn: await gateway.enrolPerson(CN, 'investigator', 'zhao'),
    sg: await gateway.enrolPerson(SG, 'investigator', 'tan'),
    judge: await gateway.enrolPerson(SG, 'judicialReviewer', 'ong'),
  };

  /** Performs an act that must succeed; returns what it wrote, once that is projected. */
  const act = async <T>(person: TestPerson, path: string, input: unknown): Promise<T> => {
    const { status, json, text } = await gateway.act(person, path, input);
    expect([status, json?.code], `${path}: ${text}`).toEqual([200, 'VALID']);
    transactions.push(json.txId);
    await projection.waitForHeight(json.block + 1, AbortSignal.timeout(10_000));
    return feed.find(json.block, json.position)!.record as T;
  };

  const acquisition = acquisitionInput();
  await act(people.cn, 'evidence/acquire', acquisition);
  const { manifest, input } = makeBatch(acquisition.id, ['one', 'two', 'three']);
  const put = await gateway.call(
    'PUT',
    `/v1/evidence/manifests/${input.manifest}?acquisition=${acquisition.id}`,
    {
      token: people.cn.token,
      headers: { 'content-type': 'application/x-ndjson' },
      raw: new Uint8Array(manifest),
    },
  );
  expect(put.status, put.text).toBe(201);
  await act(people.cn, 'evidence/anchor', input);
  const row = projection.database
    .prepare('SELECT digest FROM batch WHERE manifest = ?')
    .get(input.manifest) as { digest: string };
  const leaves = Buffer.from(manifest)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => leafHash(Buffer.from(line)));
  const tree = buildTree(leaves);

  const headOf = (item: string) => records.find<ItemHeadRecord>(`item-head/${item}`)!.record;
  /** An item gets its name, and custody of its own. */
  const begin = async (
    person: TestPerson,
    verb: 'open' | 'register' | 'derive',
    leaf: string,
    says: object,
  ): Promise<string> => {
    const item = itemId(person.signer.mspId, fromHex(leaf));
    const opening = { item, leaf, seals: [], witnesses: [], ...because() };
    await act<ItemRecord>(person, `custody/${verb}`, { ...opening, ...says });
    return item;
  };
  return {
    people,
    act,
    acquisition: acquisition.id,
    batch: row.digest,
    /** IDs of all transactions so far. */
    transactions,
    headOf,
    /** Opens the custody of the anchored item with this number. */
    open: (index: number, change: object = {}) =>
      begin(people.cn, 'open', toHex(leaves[index]!), {
        origin: { kind: 'ANCHORED', acquisition: acquisition.id, batch: row.digest, index },
        path: tree.path(index).map(toHex),
        ...change,
      }),
    register: (change: object = {}) =>
      begin(people.cn, 'register', newId(32), {
        origin: {
          ...{ kind: 'EXHIBIT', acquisition: acquisition.id, exhibit: 'E-1', thing: 'phone' },
          ...{ storage: { place: 'store', conditions: 'dry' }, pictures: [] },
        },
        ...change,
      }),
    derive: (
      person: TestPerson,
      source: string,
      as: object = { form: 'ANALYSIS' },
      leaf = newId(32),
    ) => begin(person, 'derive', leaf, { origin: { kind: 'DERIVED', source, as, tools: [] } }),
    /** One step, from where the item is. */
    step<T = { readonly flags: readonly string[] }>(
      person: TestPerson,
      verb: StepVerb,
      item: string,
      body: object = {},
    ): Promise<T> {
      const { sequence, last } = headOf(item);
      const chain = { item, sequence: sequence + 1, previous: last };
      return act<T>(person, `custody/${verb}`, { ...chain, ...because(), ...body });
    },
  };
}

export const RECEIVED = { foundSeals: [], checked: 'MATCHES' } as const;
export const EXAMINED = { method: 'looked at', tools: [], checked: 'MATCHES', recordings: [] };
