/** A member's system, handing in items at its gateway over HTTP and asking for their proofs. */
import { Agent, request } from 'node:http';
import { makeBody } from '../bench-common/items.ts';

export interface ItemClient {
  /** Posts the next items to the next acquisition; resolves once all of them are committed. */
  post(): Promise<Posted>;
  get(path: string): Promise<Buffer>;
  close(): void;
}

/** A request's items, by number, and the gateway's answer: one line an item. */
export interface Posted {
  readonly first: number;
  readonly answer: Buffer;
}

export interface ItemClientOptions {
  readonly address: string;
  readonly token: string;
  readonly acquisitions: readonly string[];
  readonly itemsPerRequest: number;
}

/** Requests that differ; they are made beforehand and sent again and again. */
const BODIES = 64;

export function createItemClient(options: ItemClientOptions): ItemClient {
  const { address, token, acquisitions, itemsPerRequest } = options;
  const bodies = Array.from({ length: BODIES }, (_, at) => {
    const first = at * itemsPerRequest;
    return { first, bytes: makeBody(itemsPerRequest, first) };
  });
  const agent = new Agent({ keepAlive: true });
  const authorization = `Bearer ${token}`;
  let sent = 0;

  const call = (method: string, path: string, body?: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization,
        ...(body && { 'content-type': 'application/x-ndjson', 'content-length': body.length }),
      };
      // A read has a connection of its own: one that is kept may just have been given up by the gateway.
      const options = { method, headers, agent: body ? agent : false } as const;
      const outgoing = request(`${address}${path}`, options, (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = Buffer.concat(pieces);
          if (incoming.statusCode === 200) return resolve(answer);
          reject(new Error(`${method} ${path}: ${incoming.statusCode} ${answer}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  return {
    post: async () => {
      const turn = sent++;
      const { first, bytes } = bodies[turn % BODIES]!;
      const acquisition = acquisitions[turn % acquisitions.length]!;
      const answer = await call('POST', `/v1/evidence/acquisitions/${acquisition}/items`, bytes);
      return { first, answer };
    },
    get: (path) => call('GET', path),
    close: () => agent.destroy(),
  };
}
