/** Free TCP ports of this machine. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ranges from which systems take the ports of outgoing connections (RFC 6335; Linux). */
const FIRST = 15_000;
const LAST = 32_000;

/** @throws if fewer than `count` ports are free. */
export async function findFreePorts(host: string, count: number): Promise<number[]> {
  const found: number[] = [];
  let port = randomInt(FIRST, LAST);
  for (let tried = FIRST; tried < LAST && found.length < count; tried += 1) {
    if (await isFree(host, port)) found.push(port);
    port = port + 1 < LAST ? port + 1 : FIRST;
  }
  if (found.length < count) throw new Error(`no ${count} free ports on ${host}`);
  return found;
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
