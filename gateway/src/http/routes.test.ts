/** Every route, from its own description: what it must refuse, and that a refusal changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ROLES } from '@tabellion/chaincode/member/record';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from './app.ts';
import type { AnyEndpoint } from './endpoint.ts';
import { buildOpenApi } from './openapi.ts';
import { problemDocument } from './problem.ts';
import {
  CN,
  newId,
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let endpoints: readonly AnyEndpoint[];

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  ({ endpoints } = gateway.gateway);
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

/** The path with parameters of the right form that name nothing. */
const concrete = ({ path }: AnyEndpoint) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => {
    if (name === 'mspId') return 'NobodyMSP';
    if (name === 'register') return 'method';
    if (name === 'message') return `msg_${newId(16)}`;
    if (name === 'index' || name === 'position') return '1';
    if (path.includes('receipts')) return 'none';
    if (name === 'leaf') return newId(32);
    if (name === 'bucket') return '0';
    if (name === 'table') return newId(16);
    return newId(/acquisitions|objections|grants|watch|webhook/.test(path) ? 16 : 32);
  });

/** What no refusal may change. */
const observe = async () => ({
  height: await consortium.ledger.height(),
  journal: gateway.journalStore
    .members()
    .map((member) => [member, gateway.journalStore.entries(member, 1, 10_000).length]),
});

/** A role that the endpoint admits. */
const roleFor = ({ access }: AnyEndpoint) =>
  typeof access === 'string' ? ('auditor' as const) : access[0]!;

const isProblem = (json: unknown) => problemDocument.safeParse(json).success;

describe('without a token', () => {
  it('every route but the public ones answers 401 and writes nothing', async () => {
    const before = await observe();
    for (const endpoint of endpoints.filter(({ access }) => access !== 'public')) {
      const method = endpoint.method.toUpperCase();
      const { status, headers, json } = await gateway.call(method, concrete(endpoint), {
        ...(endpoint.body && { body: {} }),
      });
      expect([endpoint.id, status]).toEqual([endpoint.id, 401]);
      const schemes: Partial<Record<string, string>> = {
        grant: 'Tabellion-Grant',
        gateway: 'Tabellion-Gateway',
      };
      const scheme = schemes[String(endpoint.access)] ?? 'Bearer';
      expect(headers.get('www-authenticate')).toBe(scheme);
      expect(json.code).toBe('UNAUTHENTICATED');
    }
    expect(await observe()).toEqual(before);
  });

  it('exactly health, the document and the trust file are public', () => {
    const open = endpoints.filter(({ access }) => access === 'public').map(({ id }) => id);
    expect(open.sort()).toEqual(['checkLive', 'checkReady', 'showOpenApi', 'showTrust']);
  });
});

describe('with a token that does not hold', () => {
  it('answers 401 for garbage, an expired one, and an unknown member or role', async () => {
    const tokens = [
      'x',
      'a.b.c',
      await gateway.signIn(CN, 'auditor', 'p', '-1m'),
      await gateway.signIn('NobodyMSP', 'auditor', 'p'),
      await gateway.signIn(CN, 'king' as never, 'p'),
    ];
    for (const token of tokens) {
      const { status, json, headers } = await gateway.call('GET', '/v1/whoami', { token });
      expect(status).toBe(401);
      expect(['TOKEN_INVALID', 'TOKEN_EXPIRED']).toContain(json.code);
      expect(headers.get('www-authenticate')).toContain('invalid_token');
    }
  });

  it('takes no token from the query string and no other scheme', async () => {
    const token = await gateway.signIn(CN, 'auditor', 'p');
    const asQuery = await gateway.call('GET', `/v1/whoami?access_token=${token}`);
    expect(asQuery.status).toBe(401);
    const asBasic = await gateway.call('GET', '/v1/whoami', {
      headers: { authorization: `Basic ${token}` },
    });
    expect(asBasic.status).toBe(401);
  });
});

describe('every route', () => {
  it('refuses other methods with 405 and Allow', async () => {
    for (const endpoint of endpoints) {
      const { status, headers, json } = await gateway.call('DELETE', concrete(endpoint));
      expect([endpoint.id, status, json.code]).toEqual([endpoint.id, 405, 'METHOD_NOT_ALLOWED']);
      expect(headers.get('allow')).toContain(endpoint.method.toUpperCase());
    }
  });

  it('refuses roles that it is not for, and remembers it', async () => {
    for (const endpoint of endpoints) {
      const { access } = endpoint;
      if (typeof access === 'string') continue;
      const role = ROLES.find((each) => !access.includes(each))!;
      const token = await gateway.signIn(CN, role, 'person-1');
      const method = endpoint.method.toUpperCase();
      const before = gateway.journalStore.entries(CN, 1, 10_000).length;
      const { status, json } = await gateway.call(method, concrete(endpoint), {
        token,
        ...(endpoint.body && { body: {} }),
      });
      expect([endpoint.id, status, json.code]).toEqual([endpoint.id, 403, 'ROLE_NOT_ALLOWED']);
      const entries = gateway.journalStore.entries(CN, 1, 10_000);
      expect(entries.length).toBe(before + 1);
      const entry = JSON.parse(Buffer.from(entries.at(-1)!.bytes).toString());
      expect(entry).toMatchObject({ kind: 'REFUSAL', operation: endpoint.id, role });
      expect(entry.who).not.toContain('person-1');
    }
  });

  it('refuses unknown query parameters and malformed path parameters', async () => {
    const signedIn = endpoints.filter(
      ({ method, access }) => method === 'get' && access !== 'grant' && access !== 'gateway',
    );
    for (const endpoint of signedIn) {
      const token = await gateway.signIn(CN, roleFor(endpoint), 'p');
      const { status, json } = await gateway.call('GET', `${concrete(endpoint)}?surprise=1`, {
        token,
      });
      expect([endpoint.id, status, json.code]).toEqual([endpoint.id, 400, 'BAD_INPUT']);
      if (!endpoint.params) continue;
      const path = endpoint.path.replaceAll(/:\w+/g, '%20%F0%9F%92%A9');
      const malformed = await gateway.call('GET', path, { token });
      expect([endpoint.id, malformed.status]).toEqual([endpoint.id, 400]);
    }
  });

  it('refuses a bad cursor, limit, height and purpose', async () => {
    const token = await gateway.signIn(CN, 'auditor', 'p');
    const path = '/v1/evidence/acquisitions';
    for (const query of ['cursor=x', 'cursor=WyJhIl0', 'limit=0', 'limit=1e2', 'limit=201']) {
      const { status, json } = await gateway.call('GET', `${path}?${query}`, { token });
      expect([query, status, json.code]).toEqual([query, 400, 'BAD_INPUT']);
    }
    for (const headers of [
      { 'tabellion-min-height': '-1' },
      { 'tabellion-min-height': '9007199254740992' },
      { 'tabellion-purpose': 'é' },
    ]) {
      const { status } = await gateway.call('GET', path, { token, headers });
      expect(status).toBe(400);
    }
  });
});

describe('every JSON body', () => {
  const withBody = () => endpoints.filter(({ body }) => body !== undefined);
  const send = async (
    endpoint: AnyEndpoint,
    raw: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
  ) =>
    gateway.call(endpoint.method.toUpperCase(), concrete(endpoint), {
      token: await gateway.signIn(CN, roleFor(endpoint), 'p'),
      raw,
      headers: { 'content-type': type },
    });

  it('is parsed strictly', async () => {
    const cases: [string | Uint8Array<ArrayBuffer>, number, string][] = [
      ['{', 400, 'JSON_SYNTAX'],
      ['', 400, 'JSON_SYNTAX'],
      ['{"a":1,"a":2}', 400, 'JSON_DUPLICATE_KEY'],
      [Uint8Array.of(0x22, 0xff, 0x22), 400, 'JSON_NOT_UTF8'],
      ['"\\ud800"', 400, 'JSON_LONE_SURROGATE'],
      ['9007199254740993', 400, 'JSON_NUMBER'],
      ['1.5', 400, 'JSON_NUMBER'],
      [`${'['.repeat(40)}${']'.repeat(40)}`, 400, 'JSON_TOO_DEEP'],
      ['{"surprise":1}', 400, 'BAD_INPUT'],
      ['null', 400, 'BAD_INPUT'],
      [`"${'x'.repeat(600_000)}"`, 413, 'TOO_LARGE'],
    ];
    const before = await consortium.ledger.height();
    for (const endpoint of withBody()) {
      for (const [raw, expected, code] of cases) {
        const { status, json } = await send(endpoint, raw);
        expect([endpoint.id, raw.slice(0, 20), status, json.code]).toEqual([
          endpoint.id,
          raw.slice(0, 20),
          expected,
          code,
        ]);
      }
    }
    expect(await consortium.ledger.height()).toBe(before);
  });

  it('must be declared as JSON in UTF-8, uncompressed', async () => {
    for (const endpoint of withBody()) {
      for (const type of ['text/plain', 'application/json; charset=latin1']) {
        const { status, json } = await send(endpoint, '{}', type);
        expect([endpoint.id, status, json.code]).toEqual([
          endpoint.id,
          415,
          'UNSUPPORTED_MEDIA_TYPE',
        ]);
      }
    }
  });

  it('of any shape leads to no 5xx, no stack trace and no change of the ledger', async () => {
    const before = await consortium.ledger.height();
    const targets = withBody();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(targets.length - 1),
        fc.jsonValue({ maxDepth: 4 }),
        fc.jsonValue({ maxDepth: 3 }),
        async (index, whole, part) => {
          const keys = ['input', 'certificate', 'transient', 'csr', 'sha256', 'proposal'];
          const shaped = Object.fromEntries(keys.slice(0, 1 + (index % 5)).map((k) => [k, part]));
          for (const value of [whole, shaped]) {
            const { status, text, json } = await send(targets[index]!, JSON.stringify(value));
            expect(status).toBeGreaterThanOrEqual(400);
            expect(status).toBeLessThan(500);
            expect(isProblem(json)).toBe(true);
            expect(text).not.toMatch(/\.ts:|node_modules|at \w+ \(/);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(await consortium.ledger.height()).toBe(before);
  });
});

describe('everything else', () => {
  it('leads from the address alone to the reference page', async () => {
    const { headers, status } = await fetch(`${gateway.base}/`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, '/docs/']);
  });

  it('is an unknown route, as a problem', async () => {
    for (const path of ['/v1', '/v2/whoami', '/v1/evidence/destroy', '/V1/whoami']) {
      const { status, json } = await gateway.call('GET', path);
      expect([path, status, json.code]).toEqual([path, 404, 'ROUTE_UNKNOWN']);
    }
    const malformed = await gateway.call('GET', '/v1/member/members/%E0%A4%A');
    expect(malformed.status).toBe(400);
    expect(isProblem(malformed.json)).toBe(true);
  });

  it('carries the security headers', async () => {
    const { headers } = await gateway.call('GET', '/v1/health/live');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('limits', () => {
  it('answers too many requests with a problem and Retry-After', async () => {
    const narrow = await startTestGateway(consortium, {
      name: 'narrow',
      limits: { perPrincipal: 3 },
    });
    const token = await narrow.signIn(CN, 'auditor', 'busy');
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await narrow.call('GET', '/v1/whoami', { token })).status);
    }
    const { headers, json } = await narrow.call('GET', '/v1/whoami', { token });
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(json.code).toBe('RATE_LIMITED');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await narrow.signIn(CN, 'auditor', 'calm');
    expect((await narrow.call('GET', '/v1/whoami', { token: other })).status).toBe(200);
    await narrow.close();
  });
});

describe('the log', () => {
  it('names route templates and no path, query, token, subject or input', async () => {
    const written: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) });
    const watched = await startTestGateway(consortium, { name: 'watched', change: { logger } });
    const token = await watched.signIn(CN, 'auditor', 'subject-of-a-person');
    const id = newId();
    const body = { input: { secret: 'in the body' } };
    await watched.call('GET', `/v1/evidence/acquisitions/${id}`, { token });
    await watched.call('GET', '/v1/evidence/acquisitions?case=CASE-IN-QUERY', { token });
    await watched.call('POST', '/v1/evidence/acquire', { token, body });
    await watched.call('GET', '/no/such/place?x=CASE-IN-QUERY', { token });
    await watched.close();
    const requests = written.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(requests.map(({ route, status }) => [route, status])).toEqual([
      ['/v1/evidence/acquisitions/:id', 404],
      ['/v1/evidence/acquisitions', 200],
      ['/v1/evidence/acquire', 403],
      ['other', 404],
    ]);
    const text = written.join('');
    for (const secret of [id, 'CASE-IN-QUERY', token, 'subject-of-a-person', 'in the body']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('the OpenAPI document', () => {
  const golden = new URL('./openapi.golden.json', import.meta.url);

  it('is the golden one', () => {
    const text = JSON.stringify(buildOpenApi(endpoints, API_VERSION), undefined, 2);
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, `${text}\n`);
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('names each operation once and shows every route', async () => {
    const { json } = await gateway.call('GET', '/v1/openapi.json');
    const operations = Object.values(json.paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId: string }>),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual(endpoints.map(({ id }) => id).sort());
    expect(json.openapi).toMatch(/^3\.1/);
  });
});

describe('the reference page', () => {
  it('comes whole from this gateway under a policy that allows no other host', async () => {
    const page = await gateway.call('GET', '/docs/');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|unsafe|\*/);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await gateway.call('GET', link)).status).toBe(200);
    }
  });

  it('explains each problem code', async () => {
    const { json } = await gateway.call('GET', '/nothing');
    const page = await gateway.call('GET', json.type);
    expect(page.text).toContain('ROUTE_UNKNOWN');
  });
});
