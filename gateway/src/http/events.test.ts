/** What the ledger tells as it grows: events, blocks, the projection, metrics, and the end of it all. */
import { PARAMETERS } from '@tabellion/chaincode/member/record';
import { fromBase64url, readBlock } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startJournalAnchorer } from '../journal/anchorer.ts';
import { linkJournalLedger } from '../journal/ledger-link.ts';
import {
  acquisitionInput,
  CN,
  DE,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let system: string;
let auditor: string;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium, { limits: { heartbeatMs: 100 } });
  system = await gateway.signIn(CN, 'system', 'intake');
  auditor = await gateway.signIn(CN, 'auditor', 'a');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const acquire = async (change = {}) => {
  const input = acquisitionInput(change);
  const { status, json } = await gateway.call('POST', '/v1/evidence/acquire', {
    token: system,
    body: { input },
  });
  expect([status, json.detail]).toEqual([201, undefined]);
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  return { id: input.id, block: json.block as number, position: json.position as number };
};

/** Reads a stream of events until `enough`. */
async function readEvents(
  headers: Record<string, string>,
  enough: (text: string) => boolean,
  target = gateway,
) {
  const response = await target.request('GET', '/v1/events', { token: auditor, headers });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!enough(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text;
}

const idsIn = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!);

describe('events', () => {
  it('come as they happen, with heartbeats between', async () => {
    let id = '';
    const reading = readEvents({}, (text) => id !== '' && text.includes(id));
    const acquired = await acquire();
    id = acquired.id;
    const text = await reading;
    expect(text).toContain('event: member:found');
    expect(text).toContain('event: evidence:acquire');
    const data = JSON.parse(/^data: (.*)$/m.exec(text.slice(text.lastIndexOf('id: ')))![1]!);
    expect(data).toMatchObject({ key: `acquisition/${id}`, late: false, record: { id } });
    const quiet = await readEvents({}, (seen) => seen.includes(': still here'));
    expect(quiet).toContain(': still here');
  });

  it('resume after the last one seen, none missed and none twice', async () => {
    await acquire();
    const last = await acquire();
    const ending = `id: ${last.block}.${last.position}\n`;
    const isWhole = (text: string) => text.includes(ending) && text.endsWith('\n\n');
    const all = idsIn(await readEvents({}, isWhole));
    expect(all.length).toBeGreaterThan(2);
    const rest = idsIn(await readEvents({ 'last-event-id': all[0]! }, isWhole));
    expect(rest).toEqual(all.slice(1));
  });

  it('refuse a malformed Last-Event-ID', async () => {
    const { status } = await gateway.call('GET', '/v1/events', {
      token: auditor,
      headers: { 'last-event-id': 'x' },
    });
    expect(status).toBe(400);
  });

  it('are limited in number', async () => {
    const few = await startTestGateway(consortium, { name: 'few', limits: { maxStreams: 1 } });
    const first = await few.request('GET', '/v1/events', { token: auditor });
    const second = await few.call('GET', '/v1/events', { token: auditor });
    expect([second.status, second.json.code]).toEqual([503, 'OVERLOADED']);
    await first.body!.cancel();
    await few.close();
  });

  it('end when the gateway closes, which does not take long', async () => {
    const closing = await startTestGateway(consortium, { name: 'closing' });
    const response = await closing.request('GET', '/v1/events', { token: auditor });
    const reading = response.text();
    const started = performance.now();
    await closing.close();
    expect(await reading).toContain(': open');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('blocks', () => {
  it('are given as the ledger holds them', async () => {
    const height = await consortium.ledger.height();
    const { text, status } = await gateway.call('GET', '/v1/ledger/blocks?from=1&limit=1000', {
      token: auditor,
    });
    expect(status).toBe(200);
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(height - 1);
    lines.forEach((line, index) => {
      const { number, block } = JSON.parse(line);
      expect(number).toBe(index + 1);
      expect(readBlock(fromBase64url(block)).number).toBe(number);
    });
    const beyond = await gateway.call('GET', '/v1/ledger/blocks?from=999999', { token: auditor });
    expect(beyond.text).toBe('');
  });
});

describe('the projection', () => {
  const foreign = {
    route: 'MUTUAL_ASSISTANCE',
    legalBases: [{ id: 'cn-icjal-25', version: 1 }],
    grounds: [{ kind: 'TREATY', reference: 'T-1' }],
    method: { id: 'assisted-collection', version: 1 },
    location: {
      systemJurisdiction: 'DE',
      mediumLocation: 'SG',
      source: { class: 'STANDALONE' },
    },
  };
  const ask = (path: string, token = auditor) => gateway.call('GET', path, { token });
  const keys = ({ json }: { json: { items: { key: string }[] } }) =>
    json.items.map(({ key }) => key);

  it('filters and pages without a gap or a repetition while records are added', async () => {
    const created: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      created.push((await acquire({ case: 'CN-PAGES' })).id);
    }
    await acquire(foreign);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await ask(`/v1/evidence/acquisitions?case=CN-PAGES&limit=2${cursor}`);
      seen.push(...keys(page));
      cursor = page.json.next ? `&cursor=${page.json.next}` : '';
      if (seen.length === 2) created.push((await acquire({ case: 'CN-PAGES' })).id);
    } while (cursor !== '');
    expect(seen).toEqual(created.map((id) => `acquisition/${id}`));
    expect(keys(await ask('/v1/evidence/acquisitions?case=CN-PAGES&crossBorder=YES'))).toEqual([]);
    expect(keys(await ask('/v1/evidence/acquisitions?touched=SG'))).toHaveLength(1);
    expect(
      keys(await ask('/v1/evidence/acquisitions?flag=GATEWAY_HELD_KEY&limit=200')).length,
    ).toBe(keys(await ask('/v1/evidence/acquisitions?limit=200')).length);
    expect(keys(await ask('/v1/evidence/acquisitions?member=DeAgencyMSP'))).toEqual([]);
  });

  it('is rebuilt from the ledger with the same answers, byte for byte', async () => {
    const sg = await gateway.signIn(SG, 'auditor', 's');
    const de = await gateway.signIn(DE, 'auditor', 'd');
    const { json } = await ask('/v1/evidence/acquisitions?limit=200');
    const paths = [
      '/v1/member/members',
      '/v1/member/members/CnAgencyMSP',
      '/v1/member/parameters',
      '/v1/member/reference/method',
      '/v1/member/reference/legalBasis?limit=200',
      '/v1/member/proposals',
      '/v1/evidence/acquisitions?limit=3',
      '/v1/evidence/acquisitions?crossBorder=YES',
      '/v1/evidence/notices',
      ...json.items.map(({ key }: { key: string }) => `/v1/evidence/${key.replace('/', 's/')}`),
    ];
    const read = async () => {
      const answers: string[] = [];
      for (const token of [auditor, sg, de]) {
        for (const path of paths) {
          const { text, headers, status } = await ask(path, token);
          expect([path, status]).toEqual([path, 200]);
          answers.push(`${headers.get('tabellion-height')} ${text}`);
        }
      }
      return answers;
    };
    const before = await read();
    await gateway.deps.projection.rebuild();
    expect(await read()).toEqual(before);
  });

  it('shows governed data and members', async () => {
    const members = await ask('/v1/member/members');
    expect(keys(members)).toEqual([
      'member/CnAgencyMSP',
      'member/DeAgencyMSP',
      'member/ExchangeMSP',
      'member/SgAgencyMSP',
    ]);
    const parameters = await ask('/v1/member/parameters');
    expect(parameters.json.items).toHaveLength(Object.keys(PARAMETERS).length);
    const unknown = await ask('/v1/member/members/NobodyMSP');
    expect(unknown.status).toBe(404);
  });

  it('lets members propose and vote, and shows it', async () => {
    const delegate = await gateway.enrolPerson(CN, 'delegate', 'cn-delegate');
    const id = 'ab'.repeat(32);
    const proposed = await gateway.act(delegate, 'member/propose', {
      id,
      change: { kind: 'SET_PARAMETER', name: 'volatileGapSeconds', value: 7200 },
      legalBasis: { id: 'founding-agreement', version: 1 },
      reason: 'longer gap',
    });
    expect([proposed.status, proposed.json.detail]).toEqual([200, undefined]);
    await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
    expect(keys(await ask('/v1/member/proposals'))).toEqual([`proposal/${id}`]);
    const shown = await ask(`/v1/member/proposals/${id}`);
    expect(shown.json.record.id).toBe(id);
    expect(Array.isArray(shown.json.votes)).toBe(true);
  });
});

describe('the journal', () => {
  it('is anchored by the member’s own service key and can be proved', async () => {
    const { deps, journalStore } = gateway;
    const link = linkJournalLedger(deps.ledger, deps.serviceSigners, deps.projection);
    const anchorer = startJournalAnchorer(journalStore, link, {
      maxAgeMs: 3_600_000,
      maxCommittedAgeMs: 3_600_000,
      maxEntries: 65_536,
      now: Date.now,
      logger: deps.logger,
    });
    await gateway.call('GET', '/v1/evidence/acquisitions', { token: auditor });
    await anchorer.run(true);
    await gateway.call('GET', '/v1/evidence/acquisitions', { token: auditor });
    await anchorer.run(true);
    await anchorer.close();
    const page = await gateway.call('GET', '/v1/journal?limit=200', { token: auditor });
    const [first] = page.json.items;
    expect(first.batch).toMatch(/^[0-9a-f]{64}$/);
    const proof = await gateway.call('GET', '/v1/journal/1/proof', { token: auditor });
    expect(proof.json).toMatchObject({ batch: first.batch, index: 0 });
    await deps.projection.catchUp(AbortSignal.timeout(5000));
    expect(link.head(CN)?.sequence).toBeGreaterThanOrEqual(2);
    const unanchored = await gateway.call('GET', '/v1/journal/999999/proof', { token: auditor });
    expect(unanchored.status).toBe(404);
  });
});

describe('operations', () => {
  it('tell health, readiness and metrics by route template', async () => {
    const live = await gateway.call('GET', '/v1/health/live');
    expect(live.json).toEqual({ status: 'live' });
    const ready = await gateway.call('GET', '/v1/health/ready');
    expect([ready.status, ready.json.status]).toEqual([200, 'ready']);
    const { text } = await gateway.call('GET', '/metrics', { token: system });
    expect(text).toMatch(/tabellion_http_requests_total\{[^}]*route="\/v1\/evidence\/acquire"/);
    expect(text).toMatch(/tabellion_projection_lag_blocks 0/);
    expect(text).not.toMatch(/acquisitions\/[0-9a-f]{32}/);
  });

  it('are not ready while the ledger cannot be reached', async () => {
    const { ledger } = consortium;
    let reachable = true;
    const shaky = await startTestGateway(consortium, {
      name: 'shaky',
      change: {
        ledger: new Proxy(ledger, {
          get(target, name) {
            if (name === 'height' && !reachable) return () => Promise.reject(new Error('gone'));
            const value = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
      },
    });
    reachable = false;
    const { status, json } = await shaky.call('GET', '/v1/health/ready');
    expect([status, json.checks.ledger]).toEqual([503, 'failed']);
    reachable = true;
    await shaky.close();
  });

  it('give the trust file to anybody', async () => {
    const { json } = await gateway.call('GET', '/v1/trust');
    expect(json).toMatchObject({ type: 'tabellion.trust', ledger: 'embedded' });
  });
});
