import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readGatewayBlocks } from './gateway-blocks.ts';
import { createGatewayClient } from './gateway-client.ts';
import { serveTest } from './testing.ts';

const answer = (
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
) => {
  response.writeHead(status, { 'content-type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

async function openClient(
  listener: RequestListener,
  token?: (refused?: string) => Promise<string>,
) {
  const gateway = await serveTest(listener);
  const signal = new AbortController().signal;
  return createGatewayClient({ gateway, signal, token: token ?? (async () => 'token') });
}

describe('the gateway client', () => {
  it('sends token, query and JSON, and reads the answer strictly', async () => {
    const client = await openClient((request, response) => {
      answer(response, 200, { url: request.url, token: request.headers.authorization });
    });
    const { body } = await client.get('/v1/x', { query: { a: 'b c', none: undefined } });
    expect(body).toEqual({ url: '/v1/x?a=b+c', token: 'Bearer token' });
  });

  it('shows no token to routes that need none', async () => {
    const client = await openClient((request, response) => {
      answer(response, 200, { token: request.headers.authorization ?? null });
    });
    expect((await client.get('/', { signedIn: false })).body).toEqual({ token: null });
  });

  it('turns a problem into an error with its code, status and fields', async () => {
    const problem = {
      code: 'BAD_INPUT',
      title: 'x',
      detail: 'does not fit',
      errors: [{ path: 'input.case', message: 'no blanks' }],
    };
    const client = await openClient((_, response) => answer(response, 400, problem));
    await expect(client.get('/')).rejects.toMatchObject({
      name: 'ProblemError',
      status: 400,
      code: 'BAD_INPUT',
      message: expect.stringContaining('input.case: no blanks') as string,
    });
  });

  it.each([
    ['HTML', '<h1>Bad gateway</h1>'],
    ['nothing', ''],
    ['a problem of another form', '{"code": 7}'],
  ])('does not believe %s to be a problem', async (_what, body) => {
    const client = await openClient((_, response) => answer(response, 502, body));
    await expect(client.get('/')).rejects.toMatchObject({ status: 502, code: 'HTTP_502' });
  });

  it('does not take a success that is not JSON for one', async () => {
    for (const body of ['<html>', '{"a":1,"a":2}', '{"a":0.5}']) {
      const client = await openClient((_, response) => answer(response, 200, body));
      await expect(client.get('/')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    }
  });

  it('follows no redirect: the token stays where it belongs', async () => {
    let visits = 0;
    const client = await openClient((request, response) => {
      visits += 1;
      response.writeHead(302, { location: `http://127.0.0.1:9${request.url}` }).end();
    });
    await expect(client.get('/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(visits).toBe(1);
  });

  it('asks once more with a fresh token when one was refused', async () => {
    const seen: (string | undefined)[] = [];
    const refused: (string | undefined)[] = [];
    const client = await openClient(
      (request, response) => {
        seen.push(request.headers.authorization);
        if (seen.length === 1) answer(response, 401, { code: 'TOKEN_EXPIRED' });
        else answer(response, 200, {});
      },
      async (old) => {
        refused.push(old);
        return old === undefined ? 'old' : 'new';
      },
    );
    await client.get('/');
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    expect(refused).toEqual([undefined, 'old']);
  });

  it('gives up after the second refusal', async () => {
    const client = await openClient((_, response) =>
      answer(response, 401, { code: 'TOKEN_INVALID' }),
    );
    await expect(client.get('/')).rejects.toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });

  it('does not wait for ever', async () => {
    const client = await openClient(() => undefined);
    await expect(client.get('/', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('does not take an answer that was cut off for a whole one', async () => {
    const client = await openClient((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(client.get('/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('streams a body of any length', async () => {
    let size = 0;
    const client = await openClient((request, response) => {
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      request.on('end', () => answer(response, 201, {}));
    });
    const body = (function* () {
      for (let i = 0; i < 64; i += 1) yield new Uint8Array(65_536);
    })();
    const { status } = await client.put('/', { stream: { body, type: 'application/x-ndjson' } });
    expect({ status, size }).toEqual({ status: 201, size: 64 * 65_536 });
  });
});

describe('blocks from a gateway', () => {
  const open = (count: number, cut = false) =>
    openClient((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const from = Number(query.get('from'));
      const end = Math.min(count, from + Number(query.get('limit')));
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (let number = from; number < end; number += 1) {
        const block = Buffer.from(`block ${number}`).toString('base64url');
        response.write(`${JSON.stringify({ number, block })}\n`);
      }
      response.end(cut ? '{"number"' : '');
    });
  const read = async (client: Awaited<ReturnType<typeof open>>) => {
    const blocks: string[] = [];
    for await (const block of readGatewayBlocks(client)) blocks.push(Buffer.from(block).toString());
    return blocks;
  };

  it.each([0, 1, 200, 450])('reads %i of them, page by page', async (count) => {
    const blocks = await read(await open(count));
    expect(blocks).toHaveLength(count);
    if (count > 0) expect(blocks.at(-1)).toBe(`block ${count - 1}`);
  });

  it('does not take a part for the whole', async () => {
    await expect(read(await open(3, true))).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });
});
