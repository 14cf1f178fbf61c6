/** Acts over HTTP, as a CLI and as a system perform them, and what must not get through. */
import { fromBase64url, toBase64url } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raiseS } from '../../../test/conformance/high-s.ts';
import {
  acquisitionInput,
  CN,
  DE,
  makeBatch,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let investigator: TestPerson;
let colleague: TestPerson;
let foreigner: TestPerson;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  investigator = await gateway.enrolPerson(CN, 'investigator', 'li');
  colleague = await gateway.enrolPerson(CN, 'investigator', 'wang');
  foreigner = await gateway.enrolPerson(SG, 'investigator', 'tan');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const lastEntry = (member: string) =>
  JSON.parse(
    Buffer.from(gateway.journalStore.entries(member, 1, 100_000).at(-1)!.bytes).toString(),
  );

const acquire = async (change = {}) => {
  const input = acquisitionInput(change);
  const { status, json } = await gateway.act(investigator, 'evidence/acquire', input);
  expect([status, json.code]).toEqual([200, 'VALID']);
  return input.id;
};

const putManifest = (
  { token }: { token: string },
  { manifest, input }: ReturnType<typeof makeBatch>,
) =>
  gateway.call('PUT', `/v1/evidence/manifests/${input.manifest}?acquisition=${input.acquisition}`, {
    token,
    raw: manifest,
    headers: { 'content-type': 'application/x-ndjson' },
  });

describe('a person with a key', () => {
  it('acquires, anchors, reads back, and gets a proof', async () => {
    const id = await acquire();
    const batch = makeBatch(id, ['one', 'two', 'three']);
    const stored = await putManifest(investigator, batch);
    expect(stored.status).toBe(201);
    expect(stored.json).toEqual({
      digest: batch.input.manifest,
      acquisition: id,
      root: batch.input.root,
      size: 3,
      bytes: 11,
    });
    const anchored = await gateway.act(investigator, 'evidence/anchor', batch.input);
    expect([anchored.status, anchored.json.code]).toEqual([200, 'VALID']);
    const { token } = investigator;
    const headers = { 'tabellion-min-height': String(anchored.json.block + 1) };

    const shown = await gateway.call('GET', `/v1/evidence/acquisitions/${id}`, { token, headers });
    expect(shown.json).toMatchObject({
      key: `acquisition/${id}`,
      crossBorder: 'NO',
      touched: [],
      head: { sequence: 1, items: 3, bytes: 11, closed: false },
      closing: null,
      reader: { authorisation: 'ACCEPTED', standard: 'ADOPTED' },
    });
    expect(Number(shown.headers.get('tabellion-height'))).toBeGreaterThan(anchored.json.block);

    const batches = await gateway.call('GET', `/v1/evidence/acquisitions/${id}/batches`, { token });
    expect(batches.json.items).toHaveLength(1);
    const digest = batches.json.items[0].key.slice('batch/'.length);

    const items = await gateway.call('GET', `/v1/evidence/acquisitions/${id}/items?limit=2`, {
      token,
    });
    expect(items.json.items.map(({ index }: { index: number }) => index)).toEqual([0, 1]);
    expect(items.json.items[0].batch).toBe(digest);
    const rest = await gateway.call(
      'GET',
      `/v1/evidence/acquisitions/${id}/items?limit=2&cursor=${items.json.next}`,
      { token },
    );
    expect(rest.json.items.map(({ index }: { index: number }) => index)).toEqual([2]);
    expect(rest.json.next).toBeNull();

    const { sha256 } = rest.json.items[0].commitment.digest;
    const found = await gateway.call('POST', '/v1/evidence/find', { token, body: { sha256 } });
    expect(found.json.items).toMatchObject([{ acquisition: id, index: 2 }]);

    const proof = await gateway.call('GET', `/v1/evidence/batches/${digest}/proofs/2`, { token });
    expect(proof.headers.get('content-type')).toBe('application/vnd.tabellion.proof+json');
    expect(JSON.parse(proof.text)).toMatchObject({ type: 'tabellion.proof', kind: 'compact' });

    const manifest = await gateway.call('GET', `/v1/evidence/manifests/${batch.input.manifest}`, {
      token,
    });
    expect(manifest.text).toBe(Buffer.from(batch.manifest).toString());
  });

  it('is not told of another member’s items, manifests and proofs', async () => {
    const id = await acquire();
    const batch = makeBatch(id, ['secret']);
    await putManifest(investigator, batch);
    const { json } = await gateway.act(investigator, 'evidence/anchor', batch.input);
    const headers = { 'tabellion-min-height': String(json.block + 1) };
    const { token } = foreigner;
    const shown = await gateway.call('GET', `/v1/evidence/acquisitions/${id}`, { token, headers });
    expect(shown.status).toBe(200);
    const list = await gateway.call('GET', `/v1/evidence/acquisitions/${id}/batches`, { token });
    const digest = list.json.items[0].key.slice('batch/'.length);
    for (const path of [
      `/v1/evidence/acquisitions/${id}/items`,
      `/v1/evidence/acquisitions/${newId()}/items`,
      `/v1/evidence/manifests/${batch.input.manifest}`,
      `/v1/evidence/manifests/${newId(32)}`,
      `/v1/evidence/batches/${digest}/proofs/0`,
      `/v1/evidence/batches/${newId(32)}/proofs/0`,
    ]) {
      const answer = await gateway.call('GET', path, { token });
      expect([path, answer.status, answer.json.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    const found = await gateway.call('POST', '/v1/evidence/find', {
      token,
      body: { sha256: 'a'.repeat(64) },
    });
    expect(found.json.items).toEqual([]);
    const put = await putManifest(foreigner, batch);
    expect([put.status, put.json.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('cannot anchor what the gateway has no matching manifest for', async () => {
    const id = await acquire();
    const batch = makeBatch(id, ['x']);
    const before = await consortium.ledger.height();
    const missing = await gateway.act(investigator, 'evidence/anchor', batch.input);
    expect([missing.status, missing.json.code]).toEqual([422, 'MANIFEST_MISSING']);
    expect(lastEntry(CN)).toMatchObject({ kind: 'REFUSAL', verb: 'evidence:anchor' });
    await putManifest(investigator, batch);
    const wrong = { ...batch.input, root: newId(32) };
    const mismatch = await gateway.act(investigator, 'evidence/anchor', wrong);
    expect([mismatch.status, mismatch.json.code]).toEqual([422, 'ROOT_MISMATCH']);
    expect(await consortium.ledger.height()).toBe(before);
  });

  it('gets the contract’s own code, and the refusal is kept without its input', async () => {
    const input = acquisitionInput({ legalBases: [{ id: 'no-such-law', version: 1 }] });
    const before = await consortium.ledger.height();
    const { status, json } = await gateway.act(investigator, 'evidence/acquire', input);
    expect([status, json.code]).toEqual([422, 'REFERENCE_UNKNOWN']);
    expect(await consortium.ledger.height()).toBe(before);
    const entry = lastEntry(CN);
    expect(entry).toMatchObject({
      kind: 'REFUSAL',
      operation: 'endorse',
      verb: 'evidence:acquire',
      code: 'REFERENCE_UNKNOWN',
      role: 'investigator',
    });
    expect(entry.certificate).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(entry)).not.toContain('no-such-law');
  });
});

describe('a signature is relayed only for its owner', () => {
  const prepare = async ({ token }: TestPerson, certificate: string) =>
    gateway.call('POST', '/v1/evidence/acquire', {
      token,
      body: { input: acquisitionInput(), certificate },
    });

  it('at prepare', async () => {
    for (const other of [colleague, foreigner]) {
      const { status, json } = await prepare(investigator, other.signer.certificate);
      expect([status, json.code]).toEqual([403, 'CERTIFICATE_NOT_YOURS']);
    }
    const { certificate } = consortium.serviceSigners.get(CN)!;
    expect((await prepare(investigator, certificate)).status).toBe(403);
    expect((await prepare(investigator, 'not a certificate')).status).toBe(403);
    const two = investigator.signer.certificate + colleague.signer.certificate;
    expect((await prepare(investigator, two)).status).toBe(403);
  });

  it('at endorse and at submit, whoever prepared', async () => {
    const { json: prepared } = await prepare(investigator, investigator.signer.certificate);
    const sign = async (text: string) =>
      toBase64url(await investigator.signer.sign(fromBase64url(text)));
    const signature = await sign(prepared.proposal);
    const body = { proposal: prepared.proposal, signature };
    for (const { token } of [colleague, foreigner]) {
      const { status, json } = await gateway.call('POST', '/v1/acts/endorse', { token, body });
      expect([status, json.code]).toEqual([403, 'CERTIFICATE_NOT_YOURS']);
    }
    const { token } = investigator;
    const endorsed = await gateway.call('POST', '/v1/acts/endorse', { token, body });
    expect(endorsed.status).toBe(200);
    const { payload } = endorsed.json;
    const before = await consortium.ledger.height();
    const refused = await gateway.call('POST', '/v1/acts/submit', {
      token: colleague.token,
      body: { payload, signature: await sign(payload) },
    });
    expect([refused.status, refused.json.code]).toEqual([403, 'CERTIFICATE_NOT_YOURS']);
    const forged = toBase64url(await colleague.signer.sign(fromBase64url(payload)));
    const mismatch = await gateway.call('POST', '/v1/acts/submit', {
      token,
      body: { payload, signature: forged },
    });
    expect([mismatch.status, mismatch.json.code]).toEqual([403, 'BAD_SIGNATURE']);
    expect(await consortium.ledger.height()).toBe(before);
  });

  it('and only over the bytes that were signed', async () => {
    const { json: prepared } = await prepare(investigator, investigator.signer.certificate);
    const bytes = fromBase64url(prepared.proposal);
    const other = toBase64url(await colleague.signer.sign(bytes));
    const { token } = investigator;
    const forged = await gateway.call('POST', '/v1/acts/endorse', {
      token,
      body: { proposal: prepared.proposal, signature: other },
    });
    expect([forged.status, forged.json.code]).toEqual([403, 'BAD_SIGNATURE']);

    const good = await investigator.signer.sign(bytes);
    const high = await gateway.call('POST', '/v1/acts/endorse', {
      token,
      body: { proposal: prepared.proposal, signature: toBase64url(raiseS(good)) },
    });
    expect([high.status, high.json.code]).toEqual([403, 'BAD_SIGNATURE']);

    const signature = toBase64url(good);
    for (let at = 7; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const altered = Uint8Array.from(bytes);
      altered[at]! ^= 1;
      const answer = await gateway.call('POST', '/v1/acts/endorse', {
        token,
        body: { proposal: toBase64url(altered), signature },
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });

  it('and only for acts that the table lists and the role allows', async () => {
    const system = consortium.serviceSigners.get(CN)!;
    const { proposal } = await consortium.ledger.prepare({
      transaction: 'evidence:anchorJournal',
      args: [new TextEncoder().encode('{}')],
      creator: investigator.signer.creator,
    });
    const { status, json } = await gateway.call('POST', '/v1/acts/endorse', {
      token: investigator.token,
      body: {
        proposal: toBase64url(proposal),
        signature: toBase64url(await system.sign(proposal)),
      },
    });
    expect([status, json.code]).toEqual([400, 'BAD_PROPOSAL']);
  });

  it('and not with a certificate that has been revoked', async () => {
    const person = await gateway.enrolPerson(CN, 'investigator', 'zhao');
    const { X509Certificate } = await import('node:crypto');
    const { serialNumber } = new X509Certificate(person.signer.certificate);
    const serial = serialNumber.toLowerCase();
    const { status, json } = await gateway.call('POST', '/v1/member/revoke', {
      token: person.token,
      body: { serial, reason: 'keyCompromise' },
    });
    expect([status, json]).toEqual([200, { serial, ledger: 'IN_FORCE' }]);
    const refused = await prepare(person, person.signer.certificate);
    expect([refused.status, refused.json.code]).toEqual([403, 'CERTIFICATE_NOT_YOURS']);
  });
});

describe('a system without a key', () => {
  it('acts with the key that the gateway holds, and the record says so', async () => {
    const token = await gateway.signIn(CN, 'system', 'intake');
    const input = acquisitionInput();
    const { status, json } = await gateway.call('POST', '/v1/evidence/acquire', {
      token,
      body: { input },
    });
    expect([status, json.code]).toEqual([201, 'VALID']);
    expect(json.record).toMatchObject({ id: input.id, act: { member: CN, keyCustody: 'gateway' } });
    const known = await gateway.call('GET', `/v1/acts/${json.txId}`, { token });
    expect(known.json).toEqual({
      txId: json.txId,
      code: 'VALID',
      block: json.block,
      position: json.position,
    });
    const unknown = await gateway.call('GET', `/v1/acts/${newId(32)}`, { token });
    expect(unknown.status).toBe(404);
  });

  it('has nothing signed for it that names another than the signer', async () => {
    const signer = consortium.serviceSigners.get(CN)!;
    // The endorsers answer with the certificate that is in the proposal, which is not the one expected.
    const mistaken = { ...signer, certificate: investigator.signer.certificate };
    const careful = await startTestGateway(consortium, {
      name: 'careful',
      change: { serviceSigners: new Map([[CN, mistaken]]) },
    });
    const height = await consortium.ledger.height();
    const { status, json } = await careful.call('POST', '/v1/evidence/acquire', {
      token: await careful.signIn(CN, 'system', 'intake'),
      body: { input: acquisitionInput() },
    });
    expect([status, json.code]).toEqual([409, 'ENDORSEMENT_MISMATCH']);
    expect(await consortium.ledger.height()).toBe(height);
    await careful.close();
  });

  it('is the only one who may', async () => {
    const { status, json } = await gateway.call('POST', '/v1/evidence/acquire', {
      token: investigator.token,
      body: { input: acquisitionInput() },
    });
    expect([status, json.code]).toEqual([403, 'KEY_NOT_HELD']);
  });
});

describe('a touched state', () => {
  it('is notified, and its answer ends the notice and stays', async () => {
    const id = await acquire({
      route: 'MUTUAL_ASSISTANCE',
      legalBases: [{ id: 'cn-icjal-25', version: 1 }],
      grounds: [{ kind: 'TREATY', reference: 'TREATY-1' }],
      method: { id: 'assisted-collection', version: 1 },
      authorisation: { kind: 'INTERNAL', reference: 'INT-2' },
      location: {
        systemJurisdiction: 'DE',
        mediumLocation: 'DE',
        source: { class: 'STANDALONE' },
      },
    });
    const authority = await gateway.enrolPerson(DE, 'liaisonAuthority', 'schmidt');
    const { token } = authority;
    const height = await consortium.ledger.height();
    const headers = { 'tabellion-min-height': String(height) };
    const notices = await gateway.call('GET', '/v1/evidence/notices', { token, headers });
    expect(notices.json.items).toMatchObject([
      {
        state: 'AWAITING_ANSWER',
        acquisition: { key: `acquisition/${id}`, crossBorder: 'YES', touched: ['DE'] },
      },
    ]);
    const mine = await gateway.call('GET', '/v1/evidence/notices', { token: foreigner.token });
    expect(mine.json.items).toEqual([]);

    const answered = await gateway.act(authority, 'evidence/answer', {
      acquisition: id,
      position: 'OBJECTION',
      legalBasis: { id: 'founding-agreement', version: 1 },
      reason: 'No request was made',
    });
    expect([answered.status, answered.json.detail ?? answered.json.code]).toEqual([200, 'VALID']);
    const later = { 'tabellion-min-height': String(answered.json.block + 1) };
    const after = await gateway.call('GET', '/v1/evidence/notices', { token, headers: later });
    expect(after.json.items).toEqual([]);
    const objected = await gateway.call(
      'GET',
      '/v1/evidence/acquisitions?flag=OBJECTION&touched=DE&crossBorder=YES&member=CnAgencyMSP',
      { token },
    );
    expect(objected.json.items.map(({ key }: { key: string }) => key)).toEqual([
      `acquisition/${id}`,
    ]);
    const shown = await gateway.call('GET', `/v1/evidence/acquisitions/${id}`, { token });
    expect(shown.json.answers).toMatchObject([{ record: { position: 'OBJECTION' } }]);
    expect(shown.json.reader.authorisation).toBe('NOT_ACCEPTED');
  });
});

describe('reads of evidence', () => {
  it('are in the reader’s journal before the answer, with purpose and objects', async () => {
    const id = await acquire();
    const { token } = await gateway.enrolPerson(DE, 'analyst', 'weber');
    const headers = {
      'tabellion-min-height': String(await consortium.ledger.height()),
      'tabellion-purpose': 'lead in case DE-7',
    };
    const { status } = await gateway.call('GET', `/v1/evidence/acquisitions/${id}`, {
      token,
      headers,
    });
    expect(status).toBe(200);
    expect(lastEntry(DE)).toMatchObject({
      kind: 'READ',
      member: DE,
      role: 'analyst',
      operation: 'showAcquisition',
      objects: [`acquisition/${id}`],
      purpose: 'lead in case DE-7',
    });
    const auditor = await gateway.signIn(DE, 'auditor', 'braun');
    const page = await gateway.call('GET', '/v1/journal', { token: auditor });
    expect(page.json.items.at(-1).entry.objects).toEqual([`acquisition/${id}`]);
    const others = await gateway.call('GET', '/v1/journal', {
      token: await gateway.signIn(SG, 'auditor', 'lim'),
    });
    expect(JSON.stringify(others.json)).not.toContain(id);
  });

  it('fail if the journal cannot be written', async () => {
    const broken = await startTestGateway(consortium, {
      name: 'broken',
      change: {
        journal: {
          record: () => Promise.reject(new Error('disk full')),
          recordSealed: () => Promise.reject(new Error('disk full')),
          find: () => undefined,
          erase: async () => 0,
          list: () => [],
          listOfGuest: () => [],
          prove: () => undefined,
          open: () => undefined,
          close: async () => undefined,
        },
      },
    });
    const token = await broken.signIn(CN, 'auditor', 'p');
    const { status, text } = await broken.call('GET', '/v1/evidence/acquisitions', { token });
    expect(status).toBe(500);
    expect(text).not.toContain('acquisition/');
    await broken.close();
  });
});

it('waits for a height, and says so when it is not reached', async () => {
  const hasty = await startTestGateway(consortium, { name: 'hasty', limits: { minHeightMs: 50 } });
  const token = await hasty.signIn(CN, 'auditor', 'p');
  const { status, json } = await hasty.call('GET', '/v1/member/members', {
    token,
    headers: { 'tabellion-min-height': '1000000' },
  });
  expect([status, json.code]).toEqual([503, 'HEIGHT_NOT_REACHED']);
  await hasty.close();
});
