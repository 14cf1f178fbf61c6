/** Access for people outside the membership, on a real gateway: what opens it, what it shows, what it leaves. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { GrantInput } from '@tabellion/chaincode/disclosure/record';
import type { Role } from '@tabellion/chaincode/member/record';
import {
  buildSet,
  canonicalBytes,
  checkSetProof,
  compareBytes,
  fromBase64url,
  fromHex,
  leafHash,
  toHex,
  utf8,
  verify,
  verifyGrant,
} from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acquisitionInput,
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { MAX_WRONG } from './lock.ts';
import { readSetProof } from './shown-set.ts';

const DAY = 86_400_000;
let consortium: TestConsortium;
let gateway: TestGateway;
let prosecutor: TestPerson;
let log = '';
/** Moves the gateway's clock for those who come with a grant. */
let ahead = 0;
let acquisition: string;
let other: string;
/** Leaf hashes of the acquisition's items, ascending. */
let leaves: Uint8Array[];
let shown: Uint8Array[];

async function collect(paths: readonly string[]): Promise<{ id: string; leaves: Uint8Array[] }> {
  const token = await gateway.signIn(CN, 'system', 'intake');
  const input = acquisitionInput();
  await gateway.call('POST', '/v1/evidence/acquire', { token, body: { input } });
  const raw = paths.map((path) => JSON.stringify({ sha256: newId(32), size: 10, path })).join('\n');
  const { text } = await gateway.call('POST', `/v1/evidence/acquisitions/${input.id}/items`, {
    token,
    raw,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const answers = text.trim().split('\n');
  expect(answers.length).toBe(paths.length);
  const { json } = await gateway.call('GET', `/v1/evidence/acquisitions/${input.id}`, {
    token,
    headers: { 'tabellion-min-height': String(await consortium.ledger.height()) },
  });
  const { sequence, items, bytes } = json.head;
  const closed = await gateway.call('POST', '/v1/evidence/close', {
    token,
    body: {
      input: {
        acquisition: input.id,
        batches: sequence,
        items,
        bytes,
        endedAt: Date.now(),
        unread: 0,
        reason: 'collection finished',
      },
    },
  });
  expect(closed.status).toBe(201);
  const found = answers.map((line) => fromHex((JSON.parse(line) as { leaf: string }).leaf));
  return { id: input.id, leaves: found.sort(compareBytes) };
}

beforeAll(async () => {
  consortium = await openTestConsortium();
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  gateway = await startTestGateway(consortium, {
    now: () => Date.now() + ahead,
    change: { logger: pino({ level: 'trace' }, sink) },
  });
  prosecutor = await gateway.enrolPerson(CN, 'prosecutor', 'prosecutor');
  ({ id: acquisition, leaves } = await collect(['a', 'b', 'c', 'd', 'e', 'f', 'g']));
  other = (await collect(['x', 'y'])).id;
  shown = [leaves[1]!, leaves[2]!, leaves[5]!];
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const linesOf = (set: readonly Uint8Array[]) => set.map((leaf) => `${toHex(leaf)}\n`).join('');
const putSet = (root: string, raw: string, to = acquisition, { token } = prosecutor) =>
  gateway.call('PUT', `/v1/disclosure/sets/${root}?acquisition=${to}`, {
    token,
    raw,
    headers: { 'content-type': 'text/plain' },
  });
const rootOf = (set: readonly Uint8Array[]) => toHex(buildSet(set).root);

function draftGrant(set: readonly Uint8Array[], changes: Partial<GrantInput> = {}) {
  const secret = randomBytes(32);
  const input: GrantInput = {
    id: newId(),
    acquisition,
    root: rootOf(set),
    size: set.length,
    to: { capacity: 'DEFENCE', person: newId(32) },
    access: createHash('sha256').update(secret).digest('hex'),
    expiresAt: Date.now() + DAY,
    legalBasis: { id: 'cn-cpl-141', version: 1 },
    reason: 'what the charge rests on',
    ...changes,
  };
  return { input, credential: `${input.id}.${secret.toString('base64url')}`, secret };
}

async function grant(set = shown, changes: Partial<GrantInput> = {}) {
  const draft = draftGrant(set, changes);
  await putSet(draft.input.root, linesOf(set));
  const { status, json } = await gateway.act(prosecutor, 'disclosure/grant', draft.input);
  expect(json?.detail).toBeUndefined();
  expect(status).toBe(200);
  return draft;
}
const open = (credential: string, path = '', scheme = 'Tabellion-Grant') =>
  gateway.call('GET', `/v1/disclosure/view${path}`, {
    headers: { authorization: `${scheme} ${credential}` },
  });
const shownNames = () => shown.map((leaf) => `leaf/${toHex(leaf)}`);
const journalOf = async (member: string) =>
  gateway.deps.journal.list(member, 1, 10_000).map(({ entry }) => entry);

describe('a grant', () => {
  it('shows exactly its items, each with a proof that verifies offline, and what was kept back', async () => {
    const { credential, input } = await grant();
    const seen = await open(credential);
    expect(seen.status).toBe(200);
    expect(seen.headers.get('cache-control')).toBe('no-store');
    expect(seen.json.grant.record).toMatchObject({ id: input.id, size: 3, withheld: 4 });
    const trust = await gateway.deps.trust();
    const now = Date.now();
    const granted = verifyGrant(fromBase64url(seen.json.attestation), trust, { now });
    expect(granted).toMatchObject({ outcome: 'INTACT', grant: { size: 3, withheld: 4 } });

    const first = await open(credential, '/items?limit=2');
    const second = await open(credential, `/items?limit=2&cursor=${first.json.next}`);
    expect(second.json.next).toBeNull();
    const items = [...first.json.items, ...second.json.items];
    expect(items.map(({ leaf }) => leaf)).toEqual(shown.map(toHex));
    for (const item of items) {
      expect(toHex(leafHash(canonicalBytes(item.commitment)))).toBe(item.leaf);
      const { status, text } = await open(credential, `/items/${item.position}/proof`);
      expect(status).toBe(200);
      const verdict = verify(utf8(text), trust, { now });
      expect(verdict).toMatchObject({ outcome: 'INTACT', claims: { acquisition } });
      expect(verdict.claims?.index).toBe(item.index);
    }
    expect((await open(credential, '/items/3/proof')).status).toBe(404);
    expect((await open(credential, '/set')).text).toBe(linesOf(shown));
  });

  it('proves of every item of the acquisition that it is shown, or that it is not', async () => {
    const { credential, input } = await grant();
    const set = { root: fromHex(input.root), size: input.size };
    for (const leaf of leaves) {
      const { json } = await open(credential, `/lookup/${toHex(leaf)}`);
      const expected = shown.includes(leaf) ? 'MEMBER' : 'ABSENT';
      expect(checkSetProof(leaf, readSetProof(json), set)).toBe(expected);
    }
    // The member shows the same to a court, with the grant attested.
    const path = `/v1/disclosure/grants/${input.id}/lookup/${toHex(leaves[0]!)}`;
    const { json } = await gateway.call('GET', path, { token: prosecutor.token });
    expect(checkSetProof(leaves[0]!, readSetProof(json.proof), set)).toBe('ABSENT');
    const stranger = await gateway.signIn(SG, 'prosecutor', 'p');
    expect((await gateway.call('GET', path, { token: stranger })).status).toBe(404);
  });

  it('lists what the members granted, with its state', async () => {
    const { input } = await grant();
    const token = await gateway.signIn(SG, 'auditor', 'a');
    const one = await gateway.call('GET', `/v1/disclosure/grants/${input.id}`, { token });
    expect(one.json).toMatchObject({ state: 'ACTIVE', revocation: null });
    const list = await gateway.call(
      'GET',
      `/v1/disclosure/grants?acquisition=${acquisition}&member=${CN}`,
      { token },
    );
    expect(list.json.items.map((each: { grant: { key: string } }) => each.grant.key)).toContain(
      `grant/${input.id}`,
    );
    const none = await gateway.call('GET', `/v1/disclosure/grants?acquisition=${other}`, { token });
    expect(none.json.items).toEqual([]);
  });
});

describe('every view', () => {
  it('takes no query or path but those described', async () => {
    const { credential } = await grant();
    const views = gateway.gateway.endpoints.filter(({ access }) => access === 'grant');
    expect(views.length).toBeGreaterThan(4);
    for (const { path, params, id } of views) {
      const under = path.replace('/v1/disclosure/view', '');
      const concrete = under.replace(':position', '0').replace(':leaf', toHex(leaves[0]!));
      const { status, json } = await open(credential, `${concrete}?surprise=1`);
      expect([id, status, json.code]).toEqual([id, 400, 'BAD_INPUT']);
      if (!params) continue;
      const malformed = await open(credential, under.replaceAll(/:\w+/g, '%20%F0%9F%92%A9'));
      expect([id, malformed.status]).toEqual([id, 400]);
    }
  });

  it('is in the journal of the member that granted before it is answered, and its auditor sees it', async () => {
    const { credential, input } = await grant();
    await open(credential, '/items');
    const entry = (await journalOf(CN)).at(-1);
    expect(entry).toMatchObject({
      kind: 'READ',
      member: CN,
      who: `grant/${input.id}`,
      role: null,
      operation: 'viewItems',
      objects: [`grant/${input.id}`, ...shown.map((leaf) => `leaf/${toHex(leaf)}`)],
    });
    const token = await gateway.signIn(CN, 'auditor', 'a');
    const { text } = await gateway.call('GET', '/v1/journal?limit=200', { token });
    expect(text).toContain(`grant/${input.id}`);
  });

  it('is told, grant by grant, to the member that granted and to nobody else', async () => {
    const [one, two] = [await grant(), await grant([leaves[0]!])];
    await open(one.credential, '/items');
    await open(two.credential, '/set');
    await open(`${one.credential.slice(0, 33)}${'A'.repeat(43)}`, '/set');
    await open(one.credential, '/items/0/proof');
    const path = `/v1/disclosure/grants/${one.input.id}/views`;
    const asRole = async (member: string, role: Role) =>
      gateway.call('GET', path, { token: await gateway.signIn(member, role, role) });
    const whole = await asRole(CN, 'auditor');
    const key = `grant/${one.input.id}`;
    expect(whole.json.items).toMatchObject([
      { kind: 'READ', operation: 'viewItems', code: null, objects: [key, ...shownNames()] },
      { kind: 'REFUSAL', operation: 'viewSet', code: 'GRANT_REFUSED', objects: [] },
      { kind: 'READ', operation: 'viewProof', code: null, objects: [key, shownNames()[0]] },
    ]);
    // Whoever leads the case sees that the access was used, and not what the defence looked at.
    const told = await asRole(CN, 'prosecutor');
    expect(told.json.items).toEqual(
      whole.json.items.map((view: object) => ({ ...view, objects: null })),
    );
    expect(told.text).not.toContain('leaf/');
    const token = await gateway.signIn(CN, 'auditor', 'auditor');
    const first = await gateway.call('GET', `${path}?limit=2`, { token });
    const rest = await gateway.call('GET', `${path}?limit=2&cursor=${first.json.next}`, { token });
    expect([...first.json.items, ...rest.json.items]).toEqual(whole.json.items);
    expect(rest.json.next).toBeNull();

    expect((await asRole(SG, 'auditor')).json.code).toBe('NOT_FOUND');
    expect((await asRole(CN, 'analyst')).json.code).toBe('ROLE_NOT_ALLOWED');
    const nowhere = `/v1/disclosure/grants/${newId()}/views`;
    expect((await gateway.call('GET', nowhere, { token })).json.code).toBe('NOT_FOUND');
  });

  it('that is not journalled is not answered', async () => {
    const { credential } = await grant();
    const deaf = await startTestGateway(consortium, {
      name: 'deaf',
      change: {
        manifests: gateway.deps.manifests,
        disclosures: gateway.deps.disclosures,
        journal: {
          ...gateway.deps.journal,
          record: () => Promise.reject(new Error('the disk is gone')),
        },
      },
    });
    try {
      const { status, text } = await deaf.call('GET', '/v1/disclosure/view/items', {
        headers: { authorization: `Tabellion-Grant ${credential}` },
      });
      expect(status).toBe(500);
      expect(text).not.toContain('commitment');
    } finally {
      await deaf.close();
    }
  });

  it('leaves the secret nowhere: no log, no file, no record', async () => {
    const { credential, secret } = await grant();
    await open(credential, '/items');
    await open(`${credential.slice(0, -1)}_`, '/items');
    const marks = [secret.toString('base64url'), secret.toString('hex')];
    for (const mark of marks) expect(log).not.toContain(mark);
    for (const file of await readdir(consortium.directory, { recursive: true })) {
      const bytes = await readFile(join(consortium.directory, file)).catch(() => Buffer.of());
      expect(bytes.includes(secret), file).toBe(false);
      for (const mark of marks) expect(bytes.includes(mark), file).toBe(false);
    }
  });
});

describe('who has no grant, or one no longer', () => {
  it('is refused after its end, and after a revocation', async () => {
    const { credential, input } = await grant();
    const endsIn = () => input.expiresAt - Date.now();
    ahead = endsIn() - 1000;
    expect((await open(credential)).status).toBe(200);
    ahead = endsIn() + 1;
    const late = await open(credential, '/items');
    ahead = 0;
    expect([late.status, late.json.code]).toEqual([403, 'GRANT_ENDED']);
    expect((await open(credential)).status).toBe(200);

    const revoking = { grant: input.id, reason: 'the mandate ended' };
    expect((await gateway.act(prosecutor, 'disclosure/revoke', revoking)).status).toBe(200);
    for (const path of ['', '/set', '/items', '/items/0/proof', `/lookup/${toHex(leaves[0]!)}`]) {
      const { status, json } = await open(credential, path);
      expect([status, json.code], path).toEqual([403, 'GRANT_ENDED']);
    }
    expect((await journalOf(CN)).at(-1)).toMatchObject({
      kind: 'REFUSAL',
      who: `grant/${input.id}`,
      code: 'GRANT_ENDED',
    });
  });

  it('is refused with another grant’s secret, a token, or none', async () => {
    const [one, two] = [await grant(), await grant([leaves[0]!])];
    const crossed = `${one.input.id}.${two.credential.split('.')[1]}`;
    const refused = await open(crossed, '/items');
    expect([refused.status, refused.json.code]).toEqual([401, 'GRANT_REFUSED']);
    expect(refused.headers.get('www-authenticate')).toBe('Tabellion-Grant');
    expect((await journalOf(CN)).at(-1)).toMatchObject({
      kind: 'REFUSAL',
      who: `grant/${one.input.id}`,
      code: 'GRANT_REFUSED',
    });
    const nowhere = `${newId()}.${two.credential.split('.')[1]}`;
    expect((await open(nowhere)).json.code).toBe('GRANT_REFUSED');
    expect((await open(`${one.input.id}.short`)).json.code).toBe('GRANT_REFUSED');
    expect((await open(prosecutor.token, '', 'Bearer')).json.code).toBe('GRANT_REFUSED');
    expect((await gateway.call('GET', '/v1/disclosure/view')).json.code).toBe('UNAUTHENTICATED');
    // Nor does a grant open anything that is the members'.
    const members = await gateway.call('GET', '/v1/evidence/acquisitions', {
      headers: { authorization: `Tabellion-Grant ${one.credential}` },
    });
    expect(members.status).toBe(401);
  });

  it('is kept waiting after wrong secrets in a row, and keeps nobody out who has the right one', async () => {
    const { credential } = await grant();
    const wrong = `${credential.slice(0, 33)}${randomBytes(32).toString('base64url')}`;
    for (let at = 0; at < MAX_WRONG; at += 1) expect((await open(wrong)).status).toBe(401);
    const locked = await open(wrong);
    expect([locked.status, locked.json.code]).toEqual([429, 'GRANT_LOCKED']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await open(credential)).status).toBe(200);
    expect((await open(wrong)).status).toBe(429);
    ahead = 60_001;
    expect((await open(wrong)).status).toBe(401);
    ahead = 0;
  });

  it('is not let in while the ledger does not say whether the grant still holds', async () => {
    const { credential } = await grant();
    const { projection } = gateway.deps;
    const catchUp = projection.catchUp;
    projection.catchUp = () => Promise.resolve(false);
    const { status } = await open(credential);
    projection.catchUp = catchUp;
    expect(status).toBe(503);
  });
});

describe('a set', () => {
  it('is refused with a forged root, a wrong order, a foreign item or a stranger', async () => {
    const put = async (...given: Parameters<typeof putSet>) => (await putSet(...given)).json.code;
    const [first, second] = leaves as [Uint8Array, Uint8Array];
    const two = [first, second];
    expect(await put(newId(32), linesOf(two))).toBe('SET_MISMATCH');
    expect(await put(rootOf(two), linesOf([second, first]))).toBe('SET_INVALID');
    expect(await put(rootOf(two), linesOf([first, first]))).toBe('SET_INVALID');
    expect(await put(rootOf(two), 'a name\n')).toBe('SET_INVALID');
    expect(await put(rootOf(two), linesOf(two).slice(0, -1))).toBe('SET_INVALID');
    expect(await put(rootOf(two), '')).toBe('SET_INVALID');
    expect(await put(rootOf(two), linesOf(two), other)).toBe('SET_ITEM_UNKNOWN');
    const foreign = [first, fromHex(newId(32))].sort(compareBytes);
    expect(await put(rootOf(foreign), linesOf(foreign))).toBe('SET_ITEM_UNKNOWN');
    const stranger = await gateway.enrolPerson(SG, 'prosecutor', 'sg');
    expect(await put(rootOf(two), linesOf(two), acquisition, stranger)).toBe('NOT_FOUND');
    const analyst = await gateway.signIn(CN, 'analyst', 'analyst');
    // Delegates grant for members that have no prosecutor, and a state has one.
    for (const token of [analyst, await gateway.signIn(CN, 'delegate', 'delegate')]) {
      const unfit = { ...prosecutor, token };
      expect(await put(rootOf(two), linesOf(two), acquisition, unfit)).toBe('ROLE_NOT_ALLOWED');
    }
  });

  it('must be held before anything is granted, of that acquisition and size', async () => {
    const held = [leaves[3]!, leaves[4]!];
    const missing = draftGrant(held).input;
    const act = (input: GrantInput) => gateway.act(prosecutor, 'disclosure/grant', input);
    expect((await act(missing)).json.code).toBe('SET_MISSING');
    expect((await putSet(missing.root, linesOf(held))).status).toBe(201);
    expect((await act({ ...missing, size: 1 })).json.code).toBe('SET_MISSING');
    expect((await act({ ...missing, acquisition: other })).json.code).toBe('SET_MISSING');
    expect((await act({ ...missing, root: newId(32) })).json.code).toBe('SET_MISSING');
    expect((await act(missing)).status).toBe(200);
  });

  it('is handed in again without harm, and is its member’s alone', async () => {
    const root = rootOf(shown);
    for (let at = 0; at < 2; at += 1) {
      const { status, json } = await putSet(root, linesOf(shown));
      expect([status, json]).toEqual([201, { acquisition, root, size: 3 }]);
    }
    const path = `/v1/disclosure/sets/${root}`;
    const own = await gateway.call('GET', path, { token: prosecutor.token });
    expect(own.text).toBe(linesOf(shown));
    const token = await gateway.signIn(SG, 'prosecutor', 'p');
    expect((await gateway.call('GET', path, { token })).status).toBe(404);
  });

  it('that changed on the disk shows nothing rather than something else', async () => {
    const set = [leaves[4]!, leaves[6]!];
    const { credential, input } = await grant(set);
    const file = join(consortium.directory, 'gateway', 'disclosure', CN, `${input.root}.set`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(toHex(set[0]!), toHex(leaves[5]!)));
    const { status, text: answer } = await open(credential, '/items');
    expect(status).toBe(500);
    expect(answer).not.toContain('commitment');
  });
});

describe('a member that is suspended', () => {
  it('shows nothing more to anybody', async () => {
    const { credential } = await grant();
    expect((await open(credential)).status).toBe(200);
    const voters = consortium.members.filter((member) => member !== CN);
    const delegates = await Promise.all(
      voters.map((member) => gateway.enrolPerson(member, 'delegate', `delegate of ${member}`)),
    );
    const [proposer] = delegates;
    const change = { kind: 'SUSPEND', mspId: CN };
    const legalBasis = { id: 'founding-agreement', version: 1 };
    const proposal = { id: newId(32), change, legalBasis, reason: 'the board decided' };
    await gateway.act(proposer!, 'member/propose', proposal);
    for (const delegate of delegates) {
      const vote = { proposal: proposal.id, choice: 'YES', reason: 'the board decided' };
      await gateway.act(delegate, 'member/vote', vote);
    }
    const { status, json } = await open(credential, '/items');
    expect([status, json.code]).toEqual([403, 'MEMBER_SUSPENDED']);
  });
});
