/**
 * Clients that do what none should, in a process of their own, until they are told to stop: bodies of
 * 100 MB, bodies and headers without an end, answers that nobody reads, connections that say nothing.
 * Whatever the gateway closes is opened again.
 */
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface AbuseOrder {
  readonly address: string;
  readonly token: string;
  readonly acquisition: string;
}

export interface Abused {
  /** How often each answer to a body of 100 MB was seen. */
  readonly answers: Readonly<Record<string, number>>;
  /** Bodies that were taken to their end. */
  readonly wholeBodies: number;
}

const BODY_BYTES = 104_857_600;
const CHUNK_BYTES = 65_536;
const DRIP_MS = 200;
const PAUSE_MS = 100;

const open = new Set<Socket>();
const answers: Record<string, number> = {};
let wholeBodies = 0;
let running = false;

process.on('message', (order: AbuseOrder | 'stop') => {
  if (order === 'stop') {
    running = false;
    for (const socket of open) socket.destroy();
    process.send!({ answers, wholeBodies } satisfies Abused);
    return;
  }
  running = true;
  const items = `POST /v1/evidence/acquisitions/${order.acquisition}/items`;
  for (const type of ['application/json', 'application/x-ndjson'])
    void keepOn(() => sendLargeBody(order, items, type));
  for (let count = 0; count < 4; count += 1) {
    void keepOn(() => drip(order, head(order, items, 'application/json'), '1\r\n{\r\n'));
    void keepOn(() => drip(order, head(order, items, 'application/x-ndjson'), '1\r\n{\r\n'));
    void keepOn(() => drip(order, 'GET /v1/whoami HTTP/1.1\r\n', 'X: y\r\n'));
    void keepOn(() => neglect(order, head(order, 'GET /v1/ledger/blocks?limit=1000')));
    void keepOn(() => neglect(order, head(order, 'GET /v1/events')));
  }
  for (let count = 0; count < 50; count += 1) void keepOn(() => neglect(order, ''));
});

async function keepOn(abuse: () => Promise<void>): Promise<void> {
  while (running) {
    await abuse();
    await sleep(PAUSE_MS);
  }
}

const head = ({ token }: AbuseOrder, line: string, type?: string) =>
  [
    `${line} HTTP/1.1`,
    'Host: gateway',
    `Authorization: Bearer ${token}`,
    ...(type ? [`Content-Type: ${type}`, 'Transfer-Encoding: chunked'] : []),
    '',
    '',
  ].join('\r\n');

function dial({ address }: AbuseOrder): Socket {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  open.add(socket);
  socket.on('error', () => undefined);
  socket.once('close', () => open.delete(socket));
  return socket;
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => void (socket.closed ? resolve() : socket.once('close', resolve)));

/** Goes on to send after the answer, as who does not listen. */
async function sendLargeBody(order: AbuseOrder, line: string, type: string): Promise<void> {
  const socket = dial(order);
  socket.once('data', (bytes) => {
    const status = String(bytes).slice(9, 12);
    answers[status] = (answers[status] ?? 0) + 1;
  });
  socket.write(head(order, line, type));
  const chunk = Buffer.from(
    `${CHUNK_BYTES.toString(16)}\r\n${'x'.repeat(CHUNK_BYTES)}\r\n`,
    'latin1',
  );
  for (let sent = 0; sent < BODY_BYTES && !socket.destroyed; sent += CHUNK_BYTES) {
    if (!socket.write(chunk)) await drained(socket);
  }
  if (!socket.destroyed) {
    wholeBodies += 1;
    socket.end('0\r\n\r\n');
  }
  await closed(socket);
}

/** Settled too when the connection ends meanwhile. */
const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.once('drain', settle).once('close', settle);
  });

async function drip(order: AbuseOrder, start: string, drop: string): Promise<void> {
  const socket = dial(order);
  socket.write(start);
  const timer = setInterval(() => socket.write(drop), DRIP_MS);
  await closed(socket.resume());
  clearInterval(timer);
}

async function neglect(order: AbuseOrder, request: string): Promise<void> {
  const socket = dial(order);
  socket.write(request);
  // A connection that is not read does not show its end; the gateway has closed it long before.
  const timer = setTimeout(() => socket.destroy(), 60_000);
  await closed(socket.pause());
  clearTimeout(timer);
}
