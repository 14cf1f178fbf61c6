import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of this address that nobody listens on just now. */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
