/** Items by systems, and idempotency keys, on the real ledger. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvidenceError } from '../evidence/error.ts';
import { LedgerError } from '../ledger/port.ts';
import {
  acquisitionInput,
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let token: string;
let acquisition: string;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  token = await gateway.signIn(CN, 'system', 'intake');
  const input = acquisitionInput();
  acquisition = input.id;
  const { status } = await gateway.call('POST', '/v1/evidence/acquire', { token, body: { input } });
  expect(status).toBe(201);
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const item = (path: string) => ({ sha256: newId(32), size: 10, path });
const lines = (...items: unknown[]) => items.map((value) => JSON.stringify(value)).join('\n');
const post = (
  options: { body?: unknown; raw?: string; headers?: Record<string, string>; id?: string } = {},
) =>
  gateway.call('POST', `/v1/evidence/acquisitions/${options.id ?? acquisition}/items`, {
    token,
    ...(options.body !== undefined && { body: options.body }),
    ...(options.raw !== undefined && { raw: options.raw }),
    headers: {
      ...(options.raw !== undefined && { 'content-type': 'application/x-ndjson' }),
      ...options.headers,
    },
  });
const parseLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const countItems = async () => {
  const auditor = await gateway.signIn(CN, 'auditor', 'a');
  const { json } = await gateway.call(
    'GET',
    `/v1/evidence/acquisitions/${acquisition}/items?limit=200`,
    {
      token: auditor,
      headers: { 'tabellion-min-height': String(await consortium.ledger.height()) },
    },
  );
  return json.items.length as number;
};

describe('items', () => {
  it('one as JSON is answered once it is on the ledger', async () => {
    const { status, json } = await post({ body: item('chat/1') });
    expect(status).toBe(201);
    expect(json.index).toBe(0);
    const known = await gateway.call('GET', `/v1/acts/${json.txId}`, { token });
    expect(known.json.code).toBe('VALID');
  });

  it('a stream is answered line by line, in order, the last line feed or not', async () => {
    const sent = ['a', 'b', 'c'].map(item);
    const { status, text } = await post({ raw: lines(...sent) });
    expect(status).toBe(200);
    const answers = parseLines(text);
    expect(answers.map(({ line }) => line)).toEqual([1, 2, 3]);
    const [first] = answers;
    const batch = await gateway.call('GET', `/v1/evidence/batches/${first.batch}`, {
      token: await gateway.signIn(CN, 'auditor', 'a'),
      headers: { 'tabellion-min-height': String(await consortium.ledger.height()) },
    });
    expect(batch.json.txId).toBe(first.txId);
  });

  it('a long stream is answered item by item, however it is cut on the way', async () => {
    const sent = Array.from({ length: 1500 }, (_, index) =>
      item(`${'é'.repeat(index % 90)}${index}`),
    );
    const input = acquisitionInput();
    await gateway.call('POST', '/v1/evidence/acquire', { token, body: { input } });
    const { text } = await post({ raw: lines(...sent), id: input.id });
    const answers = parseLines(text);
    expect(answers.map(({ line }) => line)).toEqual(sent.map((_, index) => index + 1));
    expect(new Set(answers.map(({ leaf }) => leaf)).size).toBe(1500);
    expect(text).toBe(`${answers.map((answer) => JSON.stringify(answer)).join('\n')}\n`);
    const { items } = await gateway.deps.manifests.listItems(
      CN,
      { acquisition: input.id },
      { limit: 10_000 },
    );
    const places = items.map(({ batch, index }) => `${batch}/${index}`);
    const found = answers.map(({ batch, index }) => items[places.indexOf(`${batch}/${index}`)]);
    expect(found.map((entry) => entry?.commitment.digest.sha256)).toEqual(
      sent.map(({ sha256 }) => sha256),
    );
  });

  it('a bad line ends the answer, and what came before it is on the ledger', async () => {
    const before = await countItems();
    const { status, text } = await post({
      raw: lines(item('a'), item('b'), { sha256: 'short' }, item('d')),
    });
    expect(status).toBe(200);
    const answers = parseLines(text);
    expect(answers).toHaveLength(3);
    expect(answers[2]).toMatchObject({ line: 3, code: 'BAD_INPUT' });
    expect(await countItems()).toBe(before + 2);
  });

  it('a bad first line is a problem', async () => {
    for (const raw of ['{', lines({ ...item('a'), extra: 1 }), lines({ ...item('a'), size: -1 })]) {
      const { status } = await post({ raw });
      expect(status).toBe(400);
    }
    const { json } = await post({ body: { ...item('a'), pathBase64url: 'YQ' } });
    expect(json.errors).toEqual([{ path: '', message: 'give either path or pathBase64url' }]);
    const { path: _path, ...pathless } = item('a');
    expect((await post({ body: { ...pathless, pathBase64url: '' } })).status).toBe(400);
  });

  it('take any bytes as path', async () => {
    const { path: _, ...rest } = item('x');
    const { status } = await post({ body: { ...rest, pathBase64url: '_wA' } });
    expect(status).toBe(201);
  });

  it('get a receipt at once when asked for, which tells what became of them', async () => {
    const { status, json, headers } = await post({
      raw: lines(item('r1'), item('r2')),
      headers: { prefer: 'respond-async' },
    });
    expect(status).toBe(202);
    expect(headers.get('preference-applied')).toBe('respond-async');
    const where = headers.get('location')!;
    expect(where).toBe(`/v1/evidence/receipts/${json.receipt}`);
    await expect
      .poll(async () => (await gateway.call('GET', where, { token })).json.state, {
        timeout: 10_000,
      })
      .toBe('ANCHORED');
    const other = await gateway.signIn(SG, 'system', 'other');
    expect((await gateway.call('GET', where, { token: other })).status).toBe(404);
  });

  it('refused in the middle of a stream leave a line in the answer and in the journal', async () => {
    const { anchoring } = gateway.deps;
    const stopping = await startTestGateway(consortium, {
      name: 'stopping',
      change: {
        anchoring: {
          spoolItems: anchoring.spoolItems.bind(anchoring),
          findReceipt: anchoring.findReceipt.bind(anchoring),
          async *anchorItems(principal, id, items) {
            yield* anchoring.anchorItems(principal, id, items);
            throw new EvidenceError('ACQUISITION_CLOSED', 'closed meanwhile');
          },
        },
      },
    });
    const { text, status } = await stopping.call(
      'POST',
      `/v1/evidence/acquisitions/${acquisition}/items`,
      { token, raw: lines(item('a')), headers: { 'content-type': 'application/x-ndjson' } },
    );
    expect(status).toBe(200);
    expect(parseLines(text)[1]).toEqual({
      line: 2,
      code: 'ACQUISITION_CLOSED',
      detail: 'closed meanwhile',
    });
    const [entry] = stopping.journalStore.entries(CN, 1, 10);
    expect(JSON.parse(Buffer.from(entry!.bytes).toString())).toMatchObject({
      kind: 'REFUSAL',
      operation: 'addItems',
      verb: 'evidence:anchor',
      code: 'ACQUISITION_CLOSED',
    });
    await stopping.close();
  });

  it('are refused for unknown and foreign acquisitions', async () => {
    const unknown = await post({ body: item('a'), id: newId() });
    expect([unknown.status, unknown.json.code]).toEqual([422, 'ACQUISITION_UNKNOWN']);
    const foreign = await gateway.call('POST', `/v1/evidence/acquisitions/${acquisition}/items`, {
      token: await gateway.signIn(SG, 'system', 'other'),
      body: item('a'),
    });
    expect(foreign.status).toBe(403);
  });
});

describe('an idempotency key', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key });

  it('gives the first answer again, also after a restart', async () => {
    const body = item('once');
    const first = await post({ body, headers: keyed('k1') });
    const before = await countItems();
    const again = await post({ body, headers: keyed('k1') });
    expect(again.text).toBe(first.text);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    await gateway.close();
    gateway = await startTestGateway(consortium);
    const later = await post({ body, headers: keyed('k1') });
    expect(later.text).toBe(first.text);
    expect(await countItems()).toBe(before);
  });

  it('does so for streams and receipts too', async () => {
    const raw = lines(item('s1'), item('s2'));
    for (const headers of [keyed('s'), { ...keyed('t'), prefer: 'respond-async' }]) {
      const first = await post({ raw, headers });
      const again = await post({ raw, headers });
      expect(again.text).toBe(first.text);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const other = await post({ raw: `${raw}\n`, headers });
      expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
  });

  it('keeps its answers in a file that is the owner’s alone', async () => {
    const file = join(gateway.deps.directory, 'idempotency.sqlite');
    for (const name of [file, `${file}-wal`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
  });

  it('keeps no refusal: what became of items stands in their receipts', async () => {
    const options = { body: item('a'), id: newId(), headers: keyed('refused') };
    const first = await post(options);
    const again = await post(options);
    expect([first.status, again.status]).toEqual([422, 422]);
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect(again.headers.get('idempotency-replayed')).toBeNull();
  });

  it('takes no item at a time that the contract would refuse, with all others of its batch', async () => {
    const at = (collectedAt: number) => ({ ...item('when'), collectedAt });
    for (const time of [1000, Date.now() + 86_400_000]) {
      for (const headers of [{}, keyed(`time-${time}`), { prefer: 'respond-async' }]) {
        const { status, json } = await post({ body: at(time), headers });
        expect([status, json.code]).toEqual([422, 'ITEM_INVALID']);
      }
    }
    expect((await post({ body: item('then'), headers: keyed('then') })).status).toBe(201);
  });

  it('with another body is refused, at the same time too', async () => {
    await post({ body: item('a'), headers: keyed('k2') });
    const { status, json } = await post({ body: item('b'), headers: keyed('k2') });
    expect([status, json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const body = item('c');
    const answers = await Promise.all([
      post({ body, headers: keyed('k3') }),
      post({ body, headers: keyed('k3') }),
    ]);
    const found = answers.map(({ status, json }) => [status, json.code]);
    expect(found).toContainEqual([201, undefined]);
    expect(found).toContainEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
  });

  it('belongs to its caller and route', async () => {
    const body = { input: acquisitionInput() };
    const first = await gateway.call('POST', '/v1/evidence/acquire', {
      token,
      body,
      headers: keyed('k2'),
    });
    expect(first.status).toBe(201);
    const other = await gateway.call('POST', '/v1/evidence/acquire', {
      token: await gateway.signIn(CN, 'system', 'second'),
      body: { input: acquisitionInput() },
      headers: keyed('k2'),
    });
    expect(other.headers.get('idempotency-replayed')).toBeNull();
    expect(other.status).toBe(201);
  });

  it('resolves an act that a crash cut off by its transaction', async () => {
    const { ledger } = consortium;
    let crash = true;
    // The process dies between the commit and the answer: the answer is never kept.
    const dying = await startTestGateway(consortium, {
      name: 'dying',
      change: {
        ledger: new Proxy(ledger, {
          get(target, name) {
            const value = Reflect.get(target, name, target);
            if (name === 'status' && crash) {
              return async (...args: Parameters<typeof ledger.status>) => {
                await target.status(...args);
                throw new Error('killed');
              };
            }
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
      },
    });
    const options = {
      token,
      body: { input: acquisitionInput() },
      headers: keyed('cut'),
    };
    const failed = await dying.call('POST', '/v1/evidence/acquire', options);
    expect(failed.status).toBe(500);
    await dying.close();
    crash = false;
    const revived = await startTestGateway(consortium, { name: 'dying' });
    const before = await ledger.height();
    const { status, json, headers } = await revived.call('POST', '/v1/evidence/acquire', options);
    expect(status).toBe(201);
    expect(json.record.id).toBe(options.body.input.id);
    expect(headers.get('idempotency-replayed')).toBe('true');
    expect(await ledger.height()).toBe(before);
    await revived.close();
  });

  it('resolves an act that a crash cut off before it was submitted', async () => {
    const { ledger } = consortium;
    const dying = await startTestGateway(consortium, {
      name: 'dead',
      change: {
        ledger: new Proxy(ledger, {
          get(target, name) {
            if (name === 'submit') return () => Promise.reject(new Error('killed'));
            const value = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
      },
    });
    const body = { input: acquisitionInput() };
    const options = { token, body, headers: keyed('never-submitted') };
    expect((await dying.call('POST', '/v1/evidence/acquire', options)).status).toBe(500);
    await dying.close();
    const revived = await startTestGateway(consortium, { name: 'dead' });
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, json } = await revived.call('POST', '/v1/evidence/acquire', options);
      expect([status, json.record.id]).toEqual([201, body.input.id]);
    }
    await revived.close();
  });

  it('lets items be sent again whose fate was not known, under one name', async () => {
    const { anchoring } = gateway.deps;
    const names: (string | undefined)[] = [];
    const away = new LedgerError('UNAVAILABLE', 'away');
    const failing = await startTestGateway(consortium, {
      name: 'failing',
      change: {
        anchoring: {
          spoolItems: anchoring.spoolItems.bind(anchoring),
          findReceipt: anchoring.findReceipt.bind(anchoring),
          async *anchorItems(principal, id, items, how) {
            names.push(how?.name);
            if (names.length === 1) throw away;
            yield* anchoring.anchorItems(principal, id, items, how);
            if (names.length === 2) throw away;
          },
        },
      },
    });
    const raw = lines(item('f1'), item('f2'));
    const send = () =>
      failing.call('POST', `/v1/evidence/acquisitions/${acquisition}/items`, {
        token,
        raw,
        headers: { 'content-type': 'application/x-ndjson', ...keyed('failing') },
      });
    const before = await countItems();
    const first = await send();
    expect([first.status, first.json.code]).toEqual([503, 'UNAVAILABLE']);
    // Both are on the ledger, but the answer does not end well.
    const second = parseLines((await send()).text);
    expect(second.map(({ code }) => code)).toEqual([undefined, undefined, 'UNAVAILABLE']);
    const third = await send();
    expect(third.headers.get('idempotency-replayed')).toBeNull();
    expect(parseLines(third.text)).toEqual(second.slice(0, 2));
    expect((await send()).headers.get('idempotency-replayed')).toBe('true');
    expect(await countItems()).toBe(before + 2);
    expect(new Set(names).size).toBe(1);
    await failing.close();
  });

  it('must be short printable ASCII', async () => {
    const { status, json } = await post({ body: item('a'), headers: keyed('x'.repeat(256)) });
    expect([status, json.code]).toEqual([400, 'BAD_REQUEST']);
  });
});
