/** Callers that send too much, too slowly, or never read: each is cut off, and others go on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayDeps } from './deps.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { CN, openTestConsortium, startTestGateway, type TestConsortium } from './testing.ts';

let consortium: TestConsortium;
let gateway: Awaited<ReturnType<typeof start>>;
let token: string;
let sockets: Socket[] = [];

const SHORT = { ...DEFAULT_LIMITS.body, idleMs: 400, totalMs: 1200 };
const LARGE = 8_388_608;

const start = (name: string, limits = {}, change: Partial<GatewayDeps> = {}) =>
  startTestGateway(consortium, {
    name,
    limits: { body: SHORT, headersMs: 600, stallMs: 600, lingerMs: 300, ...limits },
    change,
  });

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await start('abused');
  token = await gateway.signIn(CN, 'auditor', 'abuser');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

/** A connection that says what it is told to. */
async function open(text: string, target = gateway): Promise<Socket> {
  const { hostname, port } = new URL(target.base);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: gateway', `Authorization: Bearer ${token}`, ...headers, '', ''].join(
    '\r\n',
  );

/** All that comes until the gateway ends the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

const FIND = 'POST /v1/evidence/find';
const JSON_BODY = 'Content-Type: application/json';

const assertOthersAnswered = async () => {
  const other = await gateway.signIn(CN, 'auditor', 'calm');
  expect((await gateway.call('GET', '/v1/whoami', { token: other })).status).toBe(200);
};

describe('a connection', () => {
  it('that sends nothing is closed', async () => {
    await readToEnd(await open(''));
  });

  it('that sends headers for ever is closed', async () => {
    const socket = await open('GET /v1/whoami HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 50);
    expect(await readToEnd(socket)).toMatch(/^(HTTP\/1.1 408|$)/);
    clearInterval(drip);
  });

  it('above the share of its address is closed, those that are open go on', async () => {
    const few = await start('few-connections', { maxConnections: 4, headersMs: 30_000 });
    const first = await open('', few);
    const second = await open('', few);
    const third = await open('', few);
    await readToEnd(third);
    second.destroy();
    first.write(head('GET /v1/whoami', 'Connection: close'));
    expect(await readToEnd(first)).toMatch(/^HTTP\/1.1 200/);
    await few.close();
  });
});

describe('a body', () => {
  it('that is announced as too large is refused before it comes', async () => {
    const socket = await open(
      head(FIND, JSON_BODY, 'Content-Length: 104857600', 'Expect: 100-continue'),
    );
    const text = await readToEnd(socket);
    expect(text).toMatch(/^HTTP\/1.1 413/);
    expect(text).not.toContain('100 Continue');
  });

  it('that is asked for is taken', async () => {
    const body = JSON.stringify({ sha256: '0'.repeat(64) });
    const headers = [JSON_BODY, `Content-Length: ${body.length}`, 'Connection: close'];
    const socket = await open(head(FIND, ...headers, 'Expect: 100-continue'));
    const [first] = await once(socket, 'data');
    expect(String(first)).toMatch(/^HTTP\/1.1 100 Continue/);
    socket.write(body);
    expect(await readToEnd(socket)).toMatch(/HTTP\/1.1 200/);
  });

  it.each([
    ['signed in', FIND, 413],
    ['to a route that takes none', 'GET /v1/whoami', 200],
    ['to no route', 'POST /nowhere', 404],
  ])('without an end is answered and cut off: %s', async (_, line, status) => {
    const socket = await open(head(line, JSON_BODY, 'Transfer-Encoding: chunked'));
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    const drip = setInterval(() => socket.write(chunk), 5);
    expect(await readToEnd(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    clearInterval(drip);
    await assertOthersAnswered();
  });

  it.each([
    ['falls silent', 100_000],
    ['trickles', 60],
  ])('that %s is refused in time', async (_, everyMs) => {
    const socket = await open(head(FIND, JSON_BODY, 'Transfer-Encoding: chunked'));
    const drip = setInterval(() => socket.write('1\r\n{\r\n'), everyMs);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 408/);
    clearInterval(drip);
  });
});

describe('memory', () => {
  it('for bodies that are slow to end is shared, and free again when they are gone', async () => {
    const narrow = await start('narrow-memory', {
      maxHeldBytes: 400_000,
      body: DEFAULT_LIMITS.body,
    });
    const part = `${(150_000).toString(16)}\r\n${'x'.repeat(150_000)}\r\n`;
    const begin = async () => {
      const socket = await open(head(FIND, JSON_BODY, 'Transfer-Encoding: chunked'), narrow);
      socket.write(part);
      return socket;
    };
    const first = await begin();
    await sleep(200);
    const [refusal] = await once(await begin(), 'data');
    expect(String(refusal)).toMatch(/^HTTP\/1.1 503[\s\S]*[Rr]etry-[Aa]fter: 1[\s\S]*OVERLOADED/);
    const calm = await narrow.signIn(CN, 'auditor', 'calm');
    const find = { token: calm, body: { sha256: '0'.repeat(64) } };
    expect((await narrow.call('POST', '/v1/evidence/find', find)).status).toBe(200);
    first.destroy();
    await sleep(200);
    const again = await begin();
    const answered = await Promise.race([once(again, 'data'), sleep(300)]);
    expect(answered).toBeUndefined();
    for (const socket of sockets) socket.destroy();
    await narrow.close();
  });
});

describe('a reader that takes nothing', () => {
  it.each([
    '/v1/evidence/manifests/none',
    '/v1/ledger/blocks',
  ])('of a large answer is cut off, and its place is free again: %s', async (path) => {
    const large = new Uint8Array(LARGE).fill(120);
    let closed = 0;
    async function* pieces() {
      try {
        for (;;) yield large.subarray(0, 1_048_576);
      } finally {
        closed += 1;
      }
    }
    const { ledger, manifests } = gateway.deps;
    const target = await start(
      `unread${path.replaceAll('/', '-')}`,
      { maxInFlight: 2, maxStreams: 2 },
      {
        ledger: new Proxy(ledger, {
          get: (real, name) => {
            if (name === 'blocks') return pieces;
            if (name === 'height') return async () => 1_000_000;
            const value = Reflect.get(real, name, real);
            return typeof value === 'function' ? value.bind(real) : value;
          },
        }),
        manifests: { ...manifests, open: async () => pieces() },
      },
    );
    const asked = path.replace('none', '0'.repeat(64));
    const socket = await open(head(`GET ${asked}`), target);
    socket.pause();
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(1);
    const again = await open(head(`GET ${asked}`), target);
    const [answer] = await once(again, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 200/);
    for (const one of sockets) one.destroy();
    await target.close();
  });
});

describe('requests in flight', () => {
  it('of one principal leave room for others', async () => {
    const narrow = await start('narrow-requests', { maxInFlight: 4 });
    const hold = () => open(head(FIND, JSON_BODY, 'Transfer-Encoding: chunked'), narrow);
    const held = [await hold(), await hold()];
    await sleep(100);
    const third = await narrow.call('GET', '/v1/whoami', { token });
    expect([third.status, third.json.code]).toEqual([503, 'OVERLOADED']);
    expect(third.headers.get('retry-after')).toBe('1');
    const calm = await narrow.signIn(CN, 'auditor', 'calm');
    expect((await narrow.call('GET', '/v1/whoami', { token: calm })).status).toBe(200);
    for (const socket of held) socket.destroy();
    await expect
      .poll(async () => (await narrow.call('GET', '/v1/whoami', { token })).status)
      .toBe(200);
    sockets = [];
    await narrow.close();
  });

  it('that wait for a height which is far away are answered at once', async () => {
    const { json, headers } = await gateway.call('GET', '/v1/member/members', {
      token,
      headers: { 'tabellion-min-height': '9007199254740991' },
    });
    expect(json.code).toBe('HEIGHT_NOT_REACHED');
    expect(headers.get('retry-after')).toBe('1');
  });
});
