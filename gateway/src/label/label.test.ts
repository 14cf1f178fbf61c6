/** Labels through a real gateway: handed in, asserted, answered to, disputed and screened. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BUNDLE_MEDIA_TYPE,
  buildTree,
  canonicalBytes,
  canonicalText,
  fromBase64url,
  parseCanonical,
  toHex,
  verify,
} from '@tabellion/proof';
import { networkOf, writeReserved } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { performAct } from '../ledger/act.ts';
import { MAX_SHOWN } from './screen.ts';
import { makeLabels, sampleAddress, sampleFacts } from './testing.ts';

const BASIS = { id: 'cn-cpl-141', version: 1 };
const TAXONOMY = { id: 'addresses', version: 1 };
const NDJSON = 'application/x-ndjson';
const reason = 'wallets of a ransom campaign';

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: TestPerson;
let abroad: TestPerson;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  abroad = await gateway.enrolPerson(SG, 'analyst', 'analyst');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

type Made = ReturnType<typeof makeLabels>;
const handIn = ({ digest, bytes }: Made) =>
  gateway.call('PUT', `/v1/label/manifests/${digest}`, {
    token: analyst.token,
    raw: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': NDJSON },
  });
const assertion = ({ digest: manifest, root, size, tlp }: Made) => ({
  ...{ root, size, manifest, tlp, taxonomy: TAXONOMY, legalBasis: BASIS, reason },
});
/** Digest of the batch record. */
async function assertLabels(made: Made): Promise<string> {
  expect((await handIn(made)).status).toBe(201);
  const done = await gateway.act(analyst, 'label/assert', assertion(made));
  expect(done.status).toBe(200);
  await level();
  const { json } = await read('/v1/label/batches?limit=200');
  const found = json.items.find(
    ({ record }: { record: { manifest: string } }) => record.manifest === made.digest,
  );
  return found.key.slice('label-batch/'.length);
}
const read = (path: string, token = abroad.token) =>
  gateway.call('GET', path, {
    token,
    headers: { 'tabellion-min-height': String(gateway.deps.projection.height) },
  });
/** Until the library has what the ledger has. */
async function level() {
  const height = await consortium.ledger.height();
  await expect
    .poll(() => gateway.deps.labels.screen.begin().height, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(height);
}
const screen = (queries: readonly object[], path = '/v1/label/screen') =>
  gateway.call('POST', path, {
    token: abroad.token,
    body: { queries },
    headers: { 'tabellion-purpose': 'CASE-2026-1' },
  });
const verdictOf = async (address: string) => (await screen([{ address }])).json.answers[0];
const pathTo = async (batch: string, made: Made, index: number) => {
  return {
    batch,
    label: { leaf: toHex(made.leaves[index]!), index },
    path: buildTree(made.leaves).path(index).map(toHex),
  };
};

describe('a batch', () => {
  it('needs its manifest first, and says of it what is there', async () => {
    const made = makeLabels([sampleFacts(1), sampleFacts(2, { tlp: 'GREEN' })]);
    const early = await gateway.act(analyst, 'label/assert', assertion(made));
    expect(early.json.code).toBe('MANIFEST_MISSING');
    expect((await handIn(made)).json).toEqual({
      digest: made.digest,
      root: made.root,
      size: 2,
      tlp: 'AMBER',
    });
    const wrong = async (changes: object) =>
      (await gateway.act(analyst, 'label/assert', { ...assertion(made), ...changes })).json.code;
    expect(await wrong({ size: 3 })).toBe('ROOT_MISMATCH');
    expect(await wrong({ tlp: 'CLEAR' })).toBe('MARKING_MISMATCH');
    expect((await read(`/v1/label/manifests/${made.digest}`)).status).toBe(404);
    const unknown = makeLabels([sampleFacts(3, { category: 'nobody-knows' })]);
    await handIn(unknown);
    const refused = await gateway.act(analyst, 'label/assert', assertion(unknown));
    expect(refused.json.code).toBe('CATEGORY_UNKNOWN');
  });

  it('is read by every member, with what was said of it', async () => {
    const made = makeLabels([sampleFacts(10), sampleFacts(11)]);
    const batch = await assertLabels(made);
    const manifest = await read(`/v1/label/manifests/${made.digest}`);
    expect(manifest.text).toBe(Buffer.from(made.bytes).toString());
    const corroboration = { ...(await pathTo(batch, made, 1)), legalBasis: BASIS, reason };
    expect((await gateway.act(abroad, 'label/corroborate', corroboration)).status).toBe(200);
    await level();
    const leaf = toHex(made.leaves[1]!);
    const said = await read(`/v1/label/batches/${batch}/responses?leaf=${leaf}`);
    expect(said.json.items).toMatchObject([{ record: { type: 'tabellion.corroboration' } }]);
    expect((await read(`/v1/label/batches/${batch}/responses`)).json.items).toEqual([]);
    expect((await read(`/v1/label/batches/${newId(32)}`)).status).toBe(404);
    const own = await read(`/v1/label/batches?member=${SG}`);
    expect(own.json.items).toEqual([]);
  });
});

describe('the proof of a label', () => {
  const prove = (batch: string, index: number, query = '') =>
    read(`/v1/label/batches/${batch}/proofs/${index}${query}`);
  const check = async (text: string) =>
    verify(Buffer.from(text), await gateway.deps.trust(), { now: Date.now() });

  it('holds offline: who asserted it, and all that was said of it, whoever asks', async () => {
    const made = makeLabels([sampleFacts(15), sampleFacts(16), sampleFacts(17)]);
    const batch = await assertLabels(made);
    const fresh = await check((await prove(batch, 1)).text);
    expect(fresh).toMatchObject({ outcome: 'INTACT', label: { said: [], member: CN } });

    const subject = await pathTo(batch, made, 1);
    const opinion = { ...subject, opinion: 10, reason };
    expect((await gateway.act(abroad, 'label/opine', opinion)).status).toBe(200);
    const liaison = await gateway.enrolPerson(SG, 'liaisonAuthority', 'prover');
    const dispute = { ...subject, id: newId(), onBehalfOf: 'PERSON', legalBasis: BASIS, reason };
    expect((await gateway.act(liaison, 'label/dispute', dispute)).status).toBe(200);
    const judge = await gateway.enrolPerson(CN, 'prosecutor', 'answerer');
    const answer = { dispute: dispute.id, position: 'MAINTAINED', reason };
    expect((await gateway.act(judge, 'label/answer', answer)).status).toBe(200);
    const ofAll = { batch, opinion: 60, reason };
    expect((await gateway.act(abroad, 'label/opine', ofAll)).status).toBe(200);
    const other = { ...(await pathTo(batch, made, 2)), legalBasis: BASIS, reason };
    expect((await gateway.act(abroad, 'label/corroborate', other)).status).toBe(200);
    await level();

    const { status, text, headers } = await prove(batch, 1);
    expect([status, headers.get('content-type')]).toEqual([200, BUNDLE_MEDIA_TYPE]);
    const { outcome, label } = await check(text);
    expect(outcome).toBe('INTACT');
    expect(label).toMatchObject({
      ...{ member: CN, batch, index: 1, leaf: toHex(made.leaves[1]!), taxonomy: 'addresses@1' },
      statement: { address: sampleAddress(16), tlp: 'AMBER' },
    });
    expect(label?.said).toMatchObject([
      { kind: 'opinion', of: 'BATCH', opinion: 60 },
      { kind: 'opinion', of: 'LABEL', opinion: 10, member: SG },
      { kind: 'dispute', dispute: dispute.id, onBehalfOf: 'PERSON' },
      { kind: 'dispute-answer', dispute: dispute.id, position: 'MAINTAINED', member: CN },
    ]);
  });

  it('is of the assertion alone where that is asked for, and of what is there', async () => {
    const made = makeLabels([sampleFacts(18)]);
    const batch = await assertLabels(made);
    const alone = await check((await prove(batch, 0, '?of=ASSERTION')).text);
    expect(alone).toMatchObject({ outcome: 'INTACT', label: { index: 0 } });
    expect(alone.label?.said).toBeUndefined();
    for (const path of [`${batch}/proofs/1`, `${newId(32)}/proofs/0`]) {
      expect((await read(`/v1/label/batches/${path}`)).json.code).toBe('NOT_FOUND');
    }
  });
});

describe('screening', () => {
  it('answers each address with one closed verdict, in order', async () => {
    const made = makeLabels([sampleFacts(20), sampleFacts(20, { category: 'ransomware' })]);
    await assertLabels(made);
    const { status, json } = await screen([
      { address: sampleAddress(20).toLowerCase(), reference: 'a' },
      { address: sampleAddress(21) },
      { address: '0xD0cC2B24980CBCCA47EF755Da88B220a82291408', reference: 'c' },
      { address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', network: 'eip155:1' },
    ]);
    expect(status).toBe(200);
    const [labelled, none, mistyped, misplaced] = json.answers;
    expect(labelled).toMatchObject({
      verdict: 'LABELLED',
      reference: 'a',
      address: sampleAddress(20),
    });
    expect(labelled.labels).toMatchObject([
      {
        category: 'mixer',
        member: CN,
        status: 'PROPOSED',
        score: { score: 50, terms: [{ term: 'PROVENANCE', points: 50 }] },
      },
      { category: 'ransomware' },
    ]);
    expect(none).toMatchObject({ verdict: 'NO_LABEL', labels: [] });
    expect(mistyped).toMatchObject({
      verdict: 'INVALID',
      code: 'ADDRESS_CHECKSUM',
      reference: 'c',
    });
    expect(misplaced).toMatchObject({ verdict: 'INVALID', code: 'ADDRESS_NETWORK' });
  });

  it('shows support, dispute and withdrawal beside the label, and as it was before', async () => {
    const made = makeLabels([sampleFacts(30)]);
    const batch = await assertLabels(made);
    const ask = async (path?: string) =>
      (await screen([{ address: sampleAddress(30) }], path)).json as {
        height: number;
        answers: object[];
      };
    const first = await ask();
    const subject = await pathTo(batch, made, 0);
    await gateway.act(abroad, 'label/corroborate', { ...subject, legalBasis: BASIS, reason });
    await level();
    expect((await ask()).answers).toMatchObject([
      {
        verdict: 'LABELLED',
        labels: [{ status: 'ACTIVE', supporters: [SG], score: { score: 60 } }],
      },
    ]);
    const liaison = await gateway.enrolPerson(SG, 'liaisonAuthority', 'liaison');
    const dispute = { ...subject, id: newId(), onBehalfOf: 'PERSON', legalBasis: BASIS, reason };
    expect((await gateway.act(liaison, 'label/dispute', dispute)).status).toBe(200);
    await level();
    expect((await ask()).answers).toMatchObject([
      {
        verdict: 'LABELLED',
        labels: [{ status: 'DISPUTED', openDisputes: 1, score: { score: 40 } }],
      },
    ]);
    const due = await read(`/v1/label/disputes?state=DUE&answerer=${CN}`);
    expect(due.json.items).toMatchObject([
      { state: 'DUE', dispute: { record: { id: dispute.id } } },
    ]);
    await gateway.act(analyst, 'label/withdraw', { ...subject, reason });
    const answer = { dispute: dispute.id, position: 'WITHDRAWN', reason };
    expect((await gateway.act(analyst, 'label/answer', answer)).status).toBe(200);
    await level();
    expect((await ask()).answers).toMatchObject([
      { verdict: 'NO_LABEL', labels: [{ status: 'WITHDRAWN' }] },
    ]);
    expect((await read(`/v1/label/disputes/${dispute.id}`)).json.state).toBe('ANSWERED');
    const then = await ask(`/v1/label/screen?asOf=${first.height}`);
    expect(JSON.stringify(then.answers)).toBe(JSON.stringify(first.answers));
  });

  it('leaves a receipt that says who asked and commits to what', async () => {
    const address = sampleAddress(40);
    const { json } = await screen([{ address }]);
    const entry = parseCanonical(fromBase64url(json.receipt.entry));
    expect(entry).toMatchObject({
      kind: 'SCREENING',
      member: SG,
      purpose: 'CASE-2026-1',
      queries: 1,
      height: json.height,
    });
    expect(JSON.stringify(entry)).not.toContain(address);
    const opening = gateway.deps.journal.open(SG, json.receipt.position)!;
    expect(parseCanonical(opening)).toMatchObject({
      secret: json.receipt.secret,
      queries: [{ address }],
    });
    expect(gateway.deps.journal.open(CN, json.receipt.position)).not.toEqual(opening);
  });

  it('is refused without a purpose, of too much, and of a height to come', async () => {
    const { token } = abroad;
    const body = { queries: [{ address: sampleAddress(1) }] };
    const bare = await gateway.call('POST', '/v1/label/screen', { token, body });
    expect(bare.json.code).toBe('PURPOSE_MISSING');
    const queries = Array.from({ length: 1001 }, () => body.queries[0]!);
    expect((await screen(queries)).status).toBe(400);
    const ahead = `/v1/label/screen?asOf=${gateway.deps.projection.height + 1}`;
    expect((await screen(body.queries, ahead)).json.code).toBe('HEIGHT_NOT_REACHED');
    const lines = await gateway.call('POST', '/v1/label/screen/stream', {
      token,
      raw: `${JSON.stringify(body.queries[0])}\n{"address":""}\n`,
      headers: { 'content-type': NDJSON, 'tabellion-purpose': 'CASE-2026-1' },
    });
    expect(lines.json.code).toBe('BAD_INPUT');
  });

  it.each([
    'LABELLED',
    'NO_LABEL',
    'INVALID',
    'UNSUPPORTED',
    'STALE',
    'ERROR',
  ] as const)('gives %s for the address reserved for it', async (verdict) => {
    const address = writeReserved(networkOf('eip155:1')!, verdict)!;
    const { json } = await screen([{ address }]);
    expect(json.answers).toMatchObject([{ verdict, test: true }]);
  });
});

describe('after a restart', () => {
  const restart = async () => {
    await gateway.close();
    gateway = await startTestGateway(consortium);
    abroad = await gateway.enrolPerson(SG, 'analyst', `analyst ${newId()}`);
    await level();
  };
  let away: Made;
  const bendSnapshot = async () => {
    await gateway.close();
    const snapshot = join(labelsOf(), 'library.snapshot');
    const bytes = await readFile(snapshot);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(snapshot, bytes);
    gateway = await startTestGateway(consortium);
    abroad = await gateway.enrolPerson(SG, 'analyst', `analyst ${newId()}`);
  };
  const labelsOf = () => join(gateway.deps.directory, 'labels');

  it('the library is what it was, without a look at the manifests', async () => {
    away = makeLabels([sampleFacts(50)]);
    await assertLabels(away);
    await restart();
    expect(await verdictOf(sampleAddress(50))).toMatchObject({ verdict: 'LABELLED' });
    const file = join(labelsOf(), `${away.digest}.ndjson`);
    await rename(file, `${file}.away`);
    await restart();
    expect(await verdictOf(sampleAddress(51))).toMatchObject({ verdict: 'NO_LABEL' });
    // That something is said of it is known, and what is not: no finding, and no clearance.
    expect(await verdictOf(sampleAddress(50))).toMatchObject({ verdict: 'ERROR' });
  });

  it('a snapshot that was bent is not used, and what is missing is said', async () => {
    await bendSnapshot();
    const missing = { verdict: 'STALE', code: 'INCOMPLETE' };
    await expect
      .poll(() => verdictOf(sampleAddress(51)), { timeout: 20_000 })
      .toMatchObject(missing);
    const file = join(labelsOf(), `${away.digest}.ndjson`);
    // Another label in its place is not taken for it, and never was in the library for a moment.
    await writeFile(file, makeLabels([sampleFacts(52)]).bytes);
    await sleep(1500);
    expect(await verdictOf(sampleAddress(52))).toMatchObject({ verdict: 'STALE' });
    await rename(`${file}.away`, file);
    await expect
      .poll(() => verdictOf(sampleAddress(50)), { timeout: 30_000 })
      .toMatchObject({ verdict: 'LABELLED' });
    expect(await verdictOf(sampleAddress(52))).toMatchObject({ verdict: 'NO_LABEL' });
  });
});

describe('a batch that is not what its record says', () => {
  const assertAnyhow = (input: object) =>
    performAct(
      consortium.ledger,
      analyst.signer,
      { transaction: 'label:assert', args: [canonicalBytes(input)] },
      () => undefined,
    );

  it.each([
    ['another size', { size: 3 }],
    ['another root', { root: 'e'.repeat(64) }],
    ['another marking', { tlp: 'CLEAR' }],
  ])('with %s is void, and all others are as before', async (_, change) => {
    const made = makeLabels([sampleFacts(60)]);
    expect((await handIn(made)).status).toBe(201);
    await assertAnyhow({ ...assertion(made), ...change });
    const after = makeLabels([sampleFacts(61)]);
    await assertLabels(after);
    expect(await verdictOf(sampleAddress(60))).toMatchObject({ verdict: 'NO_LABEL', labels: [] });
    expect(await verdictOf(sampleAddress(61))).toMatchObject({ verdict: 'LABELLED' });
  });
});

describe('very many labels of one address', () => {
  it('are shown from the newest on, and what is left out counts as standing', async () => {
    const facts = Array.from({ length: MAX_SHOWN + 20 }, (_, at) =>
      sampleFacts(70, { label: `wallet ${at}` }),
    );
    await assertLabels(makeLabels(facts));
    const answer = await verdictOf(sampleAddress(70));
    expect(answer).toMatchObject({ verdict: 'LABELLED', omitted: 20 });
    expect(answer.labels).toHaveLength(MAX_SHOWN);
    expect(answer.labels.at(-1).label).toBe(`wallet ${MAX_SHOWN + 19}`);
  });

  it('show all that was said, in the canonical form as it comes', async () => {
    const said = {
      ...{ actor: 'somebody', concepts: ['ransomware'], corrects: 'c'.repeat(64) },
      ...{ links: [{ kind: 'ORDER' as const, id: 'a'.repeat(32) }], observedAt: 1, validFrom: 2 },
      ...{ validUntil: 253_402_300_799_999, label: 'a “wallet”', source: 'file 7' },
    };
    await assertLabels(makeLabels([sampleFacts(71, said)]));
    const { json, text } = await screen([{ address: sampleAddress(71), reference: 'r' }]);
    expect(json.answers[0]).toMatchObject({ verdict: 'LABELLED', labels: [said] });
    expect(text).toContain(`{"answers":${canonicalText(json.answers)},`);
  });

  it('do not make one call as large as one likes, however often it asks for them', async () => {
    const address = sampleAddress(70);
    const { json } = await screen(Array.from({ length: 60 }, () => ({ address })));
    const verdicts = json.answers.map(({ verdict }: { verdict: string }) => verdict);
    expect(verdicts.slice(0, 50)).toEqual(Array(50).fill('LABELLED'));
    expect(json.answers.slice(50)).toEqual(
      Array(10).fill(expect.objectContaining({ verdict: 'ERROR', code: 'TOO_LARGE' })),
    );
  });

  it('of many addresses are read no further than a call shows them', async () => {
    const numbers = Array.from({ length: 60 }, (_, at) => 7000 + at);
    const facts = numbers.flatMap((number) =>
      Array.from({ length: MAX_SHOWN }, (_, at) => sampleFacts(number, { label: `wallet ${at}` })),
    );
    await assertLabels(makeLabels(facts));
    await verdictOf(sampleAddress(7000));
    const read = vi.spyOn(gateway.deps.labels.manifests, 'readLine');
    try {
      // In one turn, so that nobody else reads meanwhile.
      const { answer } = gateway.deps.labels.screen.begin();
      const codes = numbers.map((number) => answer({ address: sampleAddress(number) }).code);
      expect(codes).toEqual([...Array(50).fill(undefined), ...Array(10).fill('TOO_LARGE')]);
      expect(read).toHaveBeenCalledTimes(51 * MAX_SHOWN);
    } finally {
      read.mockRestore();
    }
  });

  it('are streamed, a line a thousand addresses, each with a receipt', async () => {
    const lines = Array.from({ length: 1001 }, (_, at) =>
      JSON.stringify({ address: sampleAddress(at % 7) }),
    );
    const { text, status } = await gateway.call('POST', '/v1/label/screen/stream', {
      token: abroad.token,
      raw: `${lines.join('\n')}\n{"address":""}\n`,
      headers: { 'content-type': NDJSON, 'tabellion-purpose': 'CASE-2026-1' },
    });
    expect(status).toBe(200);
    const [first, last, ...rest] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first.answers).toHaveLength(1000);
    expect(first.receipt.position).toBeGreaterThan(0);
    expect(last).toMatchObject({ code: 'BAD_INPUT' });
    expect(rest).toEqual([]);
  });
});
