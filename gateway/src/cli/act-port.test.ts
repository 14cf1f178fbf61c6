import type { ServerResponse } from 'node:http';
import { canonicalBytes, toBase64url } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { createActPort } from './act-port.ts';
import { createGatewayClient } from './gateway-client.ts';
import { serveTest } from './testing.ts';

const TX = 'a'.repeat(64);
const VALID = { txId: TX, code: 'VALID', block: 7, position: 1 };
const signed = { bytes: Uint8Array.of(1), signature: Uint8Array.of(2) };

type Reply = readonly [status: number, body: unknown] | 'cut';

/** A gateway that gives these answers, the last one again and again. */
async function open(replies: Readonly<Record<string, readonly Reply[]>>, statusMs = 2_000) {
  const asked: { route: string; body: unknown }[] = [];
  const counts = new Map<string, number>();
  const gateway = await serveTest(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const route = `${request.method} ${request.url}`;
    const text = Buffer.concat(chunks).toString();
    asked.push({ route, body: text === '' ? undefined : JSON.parse(text) });
    const count = counts.get(route) ?? 0;
    counts.set(route, count + 1);
    const list = replies[route] ?? [];
    give(response, list[Math.min(count, list.length - 1)] ?? [404, { code: 'NOT_FOUND' }]);
  });
  const signal = new AbortController().signal;
  const client = createGatewayClient({ gateway, signal, token: async () => 'token' });
  return { asked, port: createActPort(client, 'PEM', { statusMs }) };
}

function give(response: ServerResponse, reply: Reply): void {
  if (reply === 'cut') {
    response.destroy();
    return;
  }
  response.writeHead(reply[0], { 'content-type': 'application/json' });
  response.end(JSON.stringify(reply[1]));
}

describe('acts over the gateway', () => {
  it('prepare sends input, transient data and certificate', async () => {
    const { port, asked } = await open({
      'POST /v1/evidence/acquire': [[202, { txId: TX, proposal: toBase64url(Uint8Array.of(9)) }]],
    });
    const prepared = await port.prepare({
      transaction: 'evidence:acquire',
      args: [canonicalBytes({ id: 'x' })],
      transient: { location: Uint8Array.of(1, 2) },
      creator: new Uint8Array(),
    });
    expect(prepared).toEqual({ txId: TX, proposal: Uint8Array.of(9) });
    expect(asked[0]?.body).toEqual({
      input: { id: 'x' },
      transient: { location: 'AQI' },
      certificate: 'PEM',
    });
  });

  it('endorse names the members that are to endorse', async () => {
    const route = 'POST /v1/acts/endorse';
    const { port, asked } = await open({
      [route]: [[200, { txId: TX, payload: 'AA', result: 'AA' }]],
    });
    await port.endorse(signed, { endorsers: ['AlphaMSP'] });
    await port.endorse(signed);
    expect(asked.map(({ body }) => (body as { endorsers?: unknown }).endorsers)).toEqual([
      ['AlphaMSP'],
      undefined,
    ]);
  });

  it("gives the ledger's refusals as the ledger does", async () => {
    const { port } = await open({
      'POST /v1/acts/endorse': [[409, { code: 'ENDORSEMENT_MISMATCH', detail: 'they differ' }]],
    });
    await expect(port.endorse(signed)).rejects.toMatchObject({
      name: 'LedgerError',
      code: 'ENDORSEMENT_MISMATCH',
    });
  });

  it('takes the status from the answer to submit', async () => {
    const { port, asked } = await open({ 'POST /v1/acts/submit': [[200, VALID]] });
    await port.submit(signed);
    expect(await port.status(TX)).toEqual(VALID);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['was not known in time', [202, { txId: TX, code: 'UNKNOWN' }]],
    ['was cut off', 'cut'],
    ['is found unavailable', [503, { code: 'UNKNOWN' }]],
    ['was taken before', [409, { code: 'DUPLICATE_TRANSACTION' }]],
  ] as const)('asks for the same transaction when its outcome %s', async (_what, reply) => {
    const { port, asked } = await open({
      'POST /v1/acts/submit': [reply],
      [`GET /v1/acts/${TX}`]: [[404, { code: 'NOT_FOUND' }], 'cut', [200, VALID]],
    });
    await port.submit(signed);
    expect(await port.status(TX)).toEqual(VALID);
    expect(asked.filter(({ route }) => route === 'POST /v1/acts/submit')).toHaveLength(1);
  });

  it('learns that a transaction was ordered and is invalid', async () => {
    const conflict = { ...VALID, code: 'MVCC_READ_CONFLICT' };
    const { port } = await open({
      'POST /v1/acts/submit': [[409, { code: 'TRANSACTION_INVALID' }]],
      [`GET /v1/acts/${TX}`]: [[200, conflict]],
    });
    await port.submit(signed);
    expect(await port.status(TX)).toEqual(conflict);
  });

  it('says UNKNOWN when it stays unknown, and never that it failed', async () => {
    const { port } = await open({ 'POST /v1/acts/submit': ['cut'] }, 300);
    await port.submit(signed);
    await expect(port.status(TX)).rejects.toMatchObject({ code: 'UNKNOWN', txId: TX });
    await expect(port.status(TX, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'UNKNOWN',
    });
  });

  it('lets a refusal before ordering through', async () => {
    const { port } = await open({ 'POST /v1/acts/submit': [[403, { code: 'BAD_SIGNATURE' }]] });
    await expect(port.submit(signed)).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
  });
});
