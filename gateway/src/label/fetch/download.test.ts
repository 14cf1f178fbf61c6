/** What a gateway that is asked for a manifest may do, and what becomes of it here. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTlsAuthority } from '../../../../node-config/fabric/tls-authority.ts';
import { LabelManifestStore } from '../manifest-store.ts';
import { makeLabels, sampleFacts } from '../testing.ts';
import { download } from './download.ts';

const NDJSON = 'application/x-ndjson';
const made = makeLabels([sampleFacts(1), sampleFacts(2)]);
const limits = { idleMs: 400, graceMs: 300, leastBytesPerSecond: 100_000 };

let directory: string;
let store: LabelManifestStore;
const servers: (Server | TcpServer)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-download-'));
  store = await LabelManifestStore.open(join(directory, 'labels'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
  await rm(directory, { recursive: true, force: true });
});

async function listen<S extends Server | TcpServer>(server: S): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const serve = async (answer: RequestListener) =>
  new URL(`http://127.0.0.1:${await listen(createServer(answer))}`);
/** Answers every connection with these bytes, and says nothing more. */
async function serveRaw(text: string, end = true): Promise<URL> {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (end ? socket.end(text) : socket.write(text)));
  });
  return new URL(`http://127.0.0.1:${await listen(server)}`);
}
const fetchFrom = (
  url: URL,
  {
    maxBytes = 65_536,
    signal = new AbortController().signal,
    ca = undefined as string | undefined,
  } = {},
) =>
  store.keep(
    made.digest,
    download(
      { member: 'SgMSP', url, ...(ca !== undefined && { ca }) },
      { path: '/x', authorization: 'A b', mediaType: NDJSON, maxBytes, signal, limits },
    ),
  );
async function expectFailure(attempt: Promise<void>, code: string): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ code });
  expect(await readdir(join(directory, 'labels'))).toEqual([]);
}
const head = { 'content-type': NDJSON };

describe('a manifest', () => {
  it('is taken whole, with what was asked in the request', async () => {
    let asked: unknown;
    const url = await serve((request, response) => {
      asked = [request.method, request.url, request.headers.authorization];
      response.writeHead(200, head).end(made.bytes);
    });
    await fetchFrom(new URL('/prefix/', url));
    expect(asked).toEqual(['GET', '/prefix/x', 'A b']);
    expect(await readdir(join(directory, 'labels'))).toEqual([`${made.digest}.ndjson`]);
  });

  it('is taken over TLS from who has a certificate of the named authority, for that name', async () => {
    const own = await openTlsAuthority(join(directory, 'own'), 'own');
    const other = await openTlsAuthority(join(directory, 'other'), 'other');
    const answer: RequestListener = (_, response) => response.writeHead(200, head).end(made.bytes);
    const start = async (host: string) => {
      const { key, certificate: cert } = await own.issue([host]);
      return new URL(`https://127.0.0.1:${await listen(createSecure({ key, cert }, answer))}`);
    };
    const url = await start('127.0.0.1');
    const unreachable = 'SOURCE_UNREACHABLE';
    await expectFailure(fetchFrom(url), unreachable);
    await expectFailure(fetchFrom(url, { ca: other.certificate }), unreachable);
    const elsewhere = await start('192.0.2.1');
    await expectFailure(fetchFrom(elsewhere, { ca: own.certificate }), unreachable);
    await fetchFrom(url, { ca: own.certificate });
    expect(await store.isIntact(made.digest)).toBe(true);
  });
});

describe('nothing stays of', () => {
  const page = '<!doctype html><title>Sign in</title>';
  it.each<readonly [string, RequestListener, string]>([
    ['other bytes', (_, to) => to.writeHead(200, head).end('{"v":1}\n'), 'DIGEST_MISMATCH'],
    ['an empty answer', (_, to) => to.writeHead(200, head).end(), 'DIGEST_MISMATCH'],
    [
      'a part',
      (_, to) => to.writeHead(200, head).end(made.bytes.subarray(0, -1)),
      'DIGEST_MISMATCH',
    ],
    [
      'a page for people',
      (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end(page),
      'SOURCE_NO_MANIFEST',
    ],
    [
      'an answer without a type',
      (_, to) => to.writeHead(200).end(made.bytes),
      'SOURCE_NO_MANIFEST',
    ],
    [
      'a compressed answer',
      (_, to) => to.writeHead(200, { ...head, 'content-encoding': 'gzip' }).end(made.bytes),
      'SOURCE_NO_MANIFEST',
    ],
    ['a refusal', (_, to) => to.writeHead(403, head).end(made.bytes), 'SOURCE_REFUSED'],
    [
      'a redirect to oneself, which is not followed',
      (_, to) => to.writeHead(302, { location: '/v1/label/fetch/y' }).end(made.bytes),
      'SOURCE_REFUSED',
    ],
    ['part of a range', (_, to) => to.writeHead(206, head).end(made.bytes), 'SOURCE_REFUSED'],
    [
      'what says that it is too long',
      (_, to) => to.writeHead(200, { ...head, 'content-length': 70_000 }).write(made.bytes),
      'SOURCE_TOO_LARGE',
    ],
    [
      'what never ends',
      (_, to) => {
        to.writeHead(200, head);
        const more = () => {
          while (!to.destroyed && to.write(Buffer.alloc(16_384, 65)));
          to.once('drain', more);
        };
        more();
      },
      'SOURCE_TOO_LARGE',
    ],
    ['silence', () => undefined, 'SOURCE_SLOW'],
    [
      'silence after the first bytes',
      (_, to) => to.writeHead(200, head).write(made.bytes.subarray(0, 10)),
      'SOURCE_SLOW',
    ],
    [
      'a drip that never falls silent',
      (_, to) => {
        to.writeHead(200, head);
        const drip = setInterval(() => to.write('x'), 50);
        to.once('close', () => clearInterval(drip));
      },
      'SOURCE_SLOW',
    ],
    [
      'a connection that breaks',
      (_, to) => to.writeHead(200, head).write(made.bytes.subarray(0, 10), () => to.destroy()),
      'SOURCE_CUT_OFF',
    ],
  ])('%s', async (_, answer, code) => {
    await expectFailure(fetchFrom(await serve(answer)), code);
  });

  it.each([
    ['shorter', made.bytes.length + 100, 'SOURCE_CUT_OFF'],
    ['longer', made.bytes.length - 100, 'DIGEST_MISMATCH'],
  ])('an answer that is %s than it says', async (_, length, code) => {
    const lines = ['HTTP/1.1 200 OK', `Content-Type: ${NDJSON}`, `Content-Length: ${length}`];
    const text = `${lines.join('\r\n')}\r\n\r\n${Buffer.from(made.bytes)}`;
    await expectFailure(fetchFrom(await serveRaw(text)), code);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['two lengths', `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx`],
    ['a header without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`],
  ])('%s', async (_, text) => {
    await expectFailure(fetchFrom(await serveRaw(text, false)), 'SOURCE_UNREACHABLE');
  });

  it('nobody', async () => {
    const url = await serve(() => undefined);
    const { port } = url;
    await new Promise((resolve) => servers.pop()!.close(resolve));
    await expectFailure(fetchFrom(new URL(`http://127.0.0.1:${port}`)), 'SOURCE_UNREACHABLE');
  });

  it('what is given up, at once', async () => {
    const stop = new AbortController();
    const url = await serve((_, to) => {
      to.writeHead(200, head).write(made.bytes.subarray(0, 10), () => stop.abort());
    });
    const attempt = fetchFrom(url, { signal: stop.signal });
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(join(directory, 'labels'))).toEqual([]);
  });
});

it('takes no more from a source than is written here: it has to wait', async () => {
  let sent = 0;
  const piece = Buffer.alloc(65_536, 65);
  const url = await serve((_, to) => {
    to.writeHead(200, head);
    const more = () => {
      while (!to.destroyed && sent < 1_000 * piece.length && to.write(piece)) sent += piece.length;
      to.once('drain', more);
    };
    more();
  });
  const body = download(
    { member: 'SgMSP', url },
    {
      ...{ path: '/x', authorization: 'A b', mediaType: NDJSON, maxBytes: 1e9 },
      signal: new AbortController().signal,
      limits: { ...limits, graceMs: 60_000 },
    },
  );
  await body.next();
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = sent === before;
        before = sent;
        return stands;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  expect(sent).toBeLessThan(900 * piece.length);
  await body.return();
});
