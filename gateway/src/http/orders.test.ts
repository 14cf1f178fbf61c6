/** Orders over HTTP: their contents go to the parties, and leave no trace anywhere else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Role } from '@tabellion/chaincode/member/record';
import {
  canonicalBytes,
  fromBase64url,
  readBlock,
  readEnvelope,
  toBase64url,
} from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { draftHttpOrder, publishForOrders, stepOf } from '../../../test/recovery/every-order.ts';
import {
  CN,
  DE,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from './testing.ts';

const EXCHANGE = 'ExchangeMSP';
let consortium: TestConsortium;
let gateway: TestGateway;
let judge: TestPerson;
let log = '';

beforeAll(async () => {
  consortium = await openTestConsortium();
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  gateway = await startTestGateway(consortium, {
    change: { logger: pino({ level: 'trace' }, sink) },
  });
  await publishForOrders(gateway);
  judge = await gateway.enrolPerson(DE, 'judicialReviewer', 'richter');
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function listEndorsers({ block, position }: { block: number; position: number }) {
  for await (const bytes of consortium.ledger.blocks(block, {
    signal: AbortSignal.timeout(5000),
  })) {
    const { endorsements } = readEnvelope(readBlock(bytes).envelopes[position]!);
    return endorsements.map(({ endorser }) => endorser.mspId).sort();
  }
  throw new Error('unreachable');
}

it('are endorsed by their parties, and by nobody else', async () => {
  const plain = draftHttpOrder(['SUBSCRIBER']);
  const issued = await gateway.act(judge, 'order/issue', plain.input, plain.transient);
  expect(issued.json.code, issued.text).toBe('VALID');
  expect(await listEndorsers(issued.json)).toEqual([DE, EXCHANGE].sort());
  const told = draftHttpOrder(['TRAFFIC']);
  const { json } = await gateway.act(judge, 'order/issue', told.input, told.transient);
  expect(await listEndorsers(json)).toEqual([DE, EXCHANGE, SG].sort());

  const system = await gateway.signIn(DE, 'system', 'dispatch');
  const serve = { channel: 'the IT system' };
  const steps = `/v1/order/orders/${told.input.id}/steps`;
  expect((await gateway.call('GET', steps, { token: system })).json.items).toEqual([]);
  const served = await gateway.call('POST', '/v1/order/serve', {
    ...{ token: system, body: { input: await stepOf(gateway, told.input.id, serve) } },
  });
  expect(served.status, served.text).toBe(201);
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  const listed = await gateway.call('GET', steps, { token: system });
  expect(listed.json.items.map(({ record }: { record: object }) => record)).toEqual([
    served.json.record,
  ]);
  const after = await gateway.call('GET', `${steps}?after=1`, { token: system });
  expect(after.json.items).toEqual([]);
});

it('are read by their parties, each its own copy, and not by who takes no step there', async () => {
  const { input, transient } = draftHttpOrder(['TRAFFIC']);
  await gateway.act(judge, 'order/issue', input, transient);
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  const read = async (member: string, role: Role, party: string) => {
    const token = await gateway.signIn(member, role, `reader at ${member}`);
    return gateway.call('GET', `/v1/order/orders/${input.id}/contents/${party}`, { token });
  };
  for (const [member, role, party] of [
    [DE, 'prosecutor', 'ADDRESSEE'],
    [DE, 'prosecutor', 'ENFORCING'],
    [EXCHANGE, 'delegate', 'ADDRESSEE'],
    [SG, 'judicialReviewer', 'ENFORCING'],
  ] as const) {
    const { status, json } = await read(member, role, party);
    expect(status).toBe(200);
    expect(toBase64url(canonicalBytes(json))).toBe(transient[party]);
  }
  for (const [member, role, party] of [
    [EXCHANGE, 'delegate', 'ENFORCING'],
    [SG, 'judicialReviewer', 'ADDRESSEE'],
    [CN, 'judicialReviewer', 'ADDRESSEE'],
  ] as const)
    expect((await read(member, role, party)).status).toBe(404);
  const ahead = await gateway.call('GET', `/v1/order/orders/${input.id}/contents/ADDRESSEE`, {
    token: judge.token,
    headers: { 'tabellion-min-height': `${gateway.deps.projection.height + 1000}` },
  });
  // Which contents are in force hangs on how far the ledger is known.
  expect(ahead.json.code).toBe('HEIGHT_NOT_REACHED');
  for (const role of ['auditor', 'delegate'] as const)
    expect((await read(DE, role, 'ADDRESSEE')).status, role).toBe(403);
});

it('that are corrected are endorsed by their parties too', async () => {
  const told = draftHttpOrder(['TRAFFIC']);
  await gateway.act(judge, 'order/issue', told.input, told.transient);
  const { id } = told.input;
  const delegate = await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel');
  const steps = [
    [judge, 'serve', { channel: 'by hand' }],
    [delegate, 'receive', { receivedAt: Date.now() }],
    [delegate, 'reportDefect', { defect: 'INCOMPLETE', preserved: true }],
  ] as const;
  for (const [person, verb, says] of steps) {
    const done = await gateway.act(person, `order/${verb}`, await stepOf(gateway, id, says));
    expect(done.json.code, done.text).toBe('VALID');
  }
  const again = draftHttpOrder(['TRAFFIC'], id);
  const input = await stepOf(gateway, id, { contents: again.input.contents });
  const done = await gateway.act(judge, 'order/clarify', input, again.transient);
  expect(done.json.code, done.text).toBe('VALID');
  expect(await listEndorsers(done.json)).toEqual([DE, EXCHANGE, SG].sort());
});

it('leave no trace in blocks, answers to others, the log or the gateway’s files', async () => {
  const { input, transient } = draftHttpOrder(['TRAFFIC']);
  const body = { input, transient, certificate: judge.signer.certificate };
  const prepared = await gateway.call('POST', '/v1/order/issue', {
    ...{ token: judge.token, body, headers: { 'idempotency-key': 'order' } },
  });
  const sign = async (text: string) => toBase64url(await judge.signer.sign(fromBase64url(text)));
  const { proposal } = prepared.json;
  const endorsed = await gateway.call('POST', '/v1/acts/endorse', {
    ...{ token: judge.token, body: { proposal, signature: await sign(proposal) } },
    headers: { 'idempotency-key': 'order' },
  });
  const { payload } = endorsed.json;
  const done = await gateway.call('POST', '/v1/acts/submit', {
    ...{ token: judge.token, body: { payload, signature: await sign(payload) } },
    headers: { 'idempotency-key': 'order' },
  });
  expect(done.json.code, done.text).toBe('VALID');
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  const { id: _, contents: _contents, ...draft } = input;
  const secret = 'what nobody else may ever read of it';
  const checked = await gateway.call('POST', '/v1/order/check', {
    token: judge.token,
    body: { input: draft, contents: { ADDRESSEE: { a: secret, j: secret } } },
  });
  expect(checked.status, checked.text).toBe(200);
  expect(checked.json.findings).toContainEqual(
    expect.objectContaining({ code: 'CONTENT_NOT_ALLOWED', field: 'contents.ADDRESSEE.j' }),
  );
  expect(checked.text).not.toContain(secret);
  const auditor = await gateway.signIn(CN, 'auditor', 'wang');
  const blocks = await gateway.call('GET', '/v1/ledger/blocks?limit=1000', { token: auditor });
  const raw = blocks.text
    .trim()
    .split('\n')
    .map((line) => Buffer.from(fromBase64url(JSON.parse(line).block)));
  const files = await readdir(gateway.deps.directory, { recursive: true, withFileTypes: true });
  const read = files
    .filter((entry) => entry.isFile())
    // What is written at that moment has another name a moment later.
    .map((entry) => readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)));
  const seen = Buffer.concat([...raw, Buffer.from(log), ...(await Promise.all(read))]);
  expect(seen.includes(input.id)).toBe(true);
  expect(seen.includes(secret)).toBe(false);
  for (const secret of Object.values(transient)) {
    expect(seen.includes(secret)).toBe(false);
    const bytes = Buffer.from(fromBase64url(secret));
    expect(seen.includes(bytes.subarray(40, 90))).toBe(false);
    for (const shift of [0, 1, 2]) {
      const middle = bytes.subarray(3 - shift, bytes.length - 3).toString('base64url');
      expect(seen.includes(middle.slice(0, 80))).toBe(false);
    }
  }
});
