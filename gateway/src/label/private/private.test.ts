/** Asking privately through a real gateway: keys, tables, buckets, evaluations, and what stays of them. */

import { execFile } from 'node:child_process';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canonicalText, fromBase64url, parseTrust, toBase64url } from '@tabellion/proof';
import {
  type Announcement,
  announcementBytes,
  answerLength,
  askPrivately,
  blind,
  chooseTable,
  evaluationAnswer,
  finalise,
  normaliseAddress,
  type PrivateTransport,
  prefixOf,
  readFinding,
  tableIdOf,
  verifyAnnouncement,
} from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGatewayClient } from '../../cli/gateway-client.ts';
import { createCarrier } from '../../cli/label/ask-privately.ts';
import {
  CN,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../../http/testing.ts';
import { commitOpening, digestAnswers } from '../../journal/commitment.ts';
import { journalEntry } from '../../journal/entry.ts';
import { makeLabels, sampleAddress, sampleFacts } from '../testing.ts';
import { encodeQuestion } from './query-entry.ts';
import { RECEIPT_HEADER } from './shape.ts';

const SCREENING = join(import.meta.dirname, '..', '..', '..', '..', 'screening');
// Tables are made beside whatever else the machine does.
vi.setConfig({ testTimeout: 180_000 });

const NDJSON = 'application/x-ndjson';
const PURPOSE = { 'tabellion-purpose': 'CASE-2026-1' };
const TIMES = { checkMs: 20, intervalMs: 50 };
const reason = 'wallets of a ransom campaign';

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: TestPerson;
let token: string;
/** Moves the gateway's clock, milliseconds. */
let ahead = 0;
const now = () => Date.now() + ahead;
const start = (quotas = {}) =>
  startTestGateway(consortium, { now, privately: { times: TIMES, quotas } });
/** Ends the gateway, does something to what it left, and starts it again. */
async function restart(quotas = {}, meanwhile = async () => {}) {
  await gateway.close();
  await meanwhile();
  gateway = await start(quotas);
}

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await start();
  analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  token = await gateway.signIn(SG, 'analyst', 'abroad', '1h');
  await assertLabels(
    Array.from({ length: 200 }, (_, number) => sampleFacts(number, { category: 'mixer' })),
  );
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function assertLabels(facts: Parameters<typeof makeLabels>[0]) {
  const made = makeLabels(facts);
  const { digest: manifest, root, size, tlp, bytes } = made;
  const handed = await gateway.call('PUT', `/v1/label/manifests/${manifest}`, {
    token: analyst.token,
    raw: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': NDJSON },
  });
  expect(handed.status).toBe(201);
  const done = await gateway.act(analyst, 'label/assert', {
    ...{ root, size, manifest, tlp, reason },
    taxonomy: { id: 'addresses', version: 1 },
    legalBasis: { id: 'cn-cpl-141', version: 1 },
  });
  expect(done.status).toBe(200);
}

const get = (path: string, headers: Record<string, string> = PURPOSE) =>
  gateway.request('GET', `/v1/label/private${path}`, { token, headers });
const readAnnouncement = async (): Promise<Announcement> => {
  const { json } = await gateway.call('GET', '/v1/label/private', { token });
  const trust = parseTrust(Buffer.from(JSON.stringify(await gateway.deps.trust())));
  return verifyAnnouncement(json, trust, { now: now(), member: CN });
};
/** With a table of each kind that speaks of everything on the ledger. */
async function readLevel(): Promise<Announcement> {
  const height = await consortium.ledger.height();
  const isLevel = ({ tables }: Announcement) =>
    (['HASH', 'OPRF'] as const).every((kind) =>
      tables.some((table) => table.kind === kind && table.height >= height),
    );
  await expect
    .poll(async () => isLevel(await readAnnouncement()), { timeout: 60_000, interval: 100 })
    .toBe(true);
  return readAnnouncement();
}

const transport: PrivateTransport = {
  async fetchBuckets(table, buckets) {
    const response = await gateway.request('POST', `/v1/label/private/tables/${table}/buckets`, {
      ...{ token, headers: PURPOSE, body: { buckets } },
    });
    expect(response.status).toBe(200);
    return new Uint8Array(await response.arrayBuffer());
  },
  async evaluate(request) {
    const { status, json } = await evaluatePoints(request);
    expect(status).toBe(200);
    const { receipt: _, ...answer } = json;
    return evaluationAnswer.parse(answer);
  },
};
const fetchBucket = async (table: string, bucket: number) => {
  const response = await get(`/tables/${table}/buckets/${bucket}`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
};
const evaluatePoints = (body: object, headers: Record<string, string> = PURPOSE) =>
  gateway.call('POST', '/v1/label/private/evaluations', { token, body, headers });
const ask = async (addresses: readonly string[], kind: 'HASH' | 'OPRF') =>
  askPrivately(
    addresses.map((address) => ({ address })),
    { announcement: await readLevel(), kind, transport, now },
  );
const keyOf = (address: string) => {
  const read = normaliseAddress(address);
  if ('code' in read) throw new Error(read.code);
  return read.key;
};

describe('asking', () => {
  it.each([
    'HASH',
    'OPRF',
  ] as const)('with a table of the kind %s finds what screening finds', async (kind) => {
    const asked = [3, 199, 200, 70_000].map(sampleAddress);
    const { answers, asked: effort } = await ask([...asked, 'not-an-address'], kind);
    expect(answers.map(({ verdict }) => verdict)).toEqual([
      ...['LABELLED', 'LABELLED', 'NO_LABEL', 'NO_LABEL', 'INVALID'],
    ]);
    expect(answers[0]!.labels).toMatchObject([
      { member: CN, category: 'mixer', label: 'wallet 3', index: 3, status: 'PROPOSED' },
    ]);
    expect(effort.evaluations).toBe(kind === 'OPRF' ? 4 : 0);
  });

  it('shows a new label once the table was made anew, and what one address has beyond an entry as a number', async () => {
    expect((await ask([sampleAddress(500)], 'OPRF')).answers[0]!.verdict).toBe('NO_LABEL');
    await assertLabels(
      Array.from({ length: 60 }, (_, at) => sampleFacts(500, { label: `name ${at}` })),
    );
    const [answer] = (await ask([sampleAddress(500)], 'OPRF')).answers;
    expect(answer!.verdict).toBe('LABELLED');
    expect(answer!.labels!.length).toBeGreaterThan(4);
    expect(answer!.labels![0]!.label).toBe('name 59');
    expect(answer!.labels!.length + answer!.omitted!).toBe(60);
  });

  it('has one length of answer, hit or miss', async () => {
    const announcement = await readLevel();
    for (const kind of ['HASH', 'OPRF'] as const) {
      const { table } = chooseTable(announcement, kind, now());
      const lengths = new Set<number>();
      for (let bucket = 0; bucket < 2 ** table.prefixBits; bucket += 1) {
        lengths.add((await fetchBucket(tableIdOf(table), bucket)).length);
      }
      expect([...lengths]).toEqual([answerLength(table)]);
      expect(table.prefixBits).toBeGreaterThan(0);
    }
  });

  it('tells a bucket that did not change by its name, and may be kept as long as the table', async () => {
    const { table } = chooseTable(await readLevel(), 'HASH', now());
    const path = `/tables/${tableIdOf(table)}/buckets/0`;
    const first = await get(path);
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toMatch(/^private, max-age=\d+, immutable$/);
    const again = await get(path, { ...PURPOSE, 'if-none-match': etag });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  });
});

describe('what the gateway publishes', () => {
  const read = async () => {
    const { json } = await gateway.call('GET', '/v1/label/private', { token });
    const trust = parseTrust(Buffer.from(JSON.stringify(await gateway.deps.trust())));
    return { signed: json, trust };
  };
  const refused = expect.objectContaining({ code: 'ANNOUNCEMENT_INVALID' });

  it('is refused with a key or table exchanged, of another member or ledger, or signed by no gateway', async () => {
    await readLevel();
    const { signed, trust } = await read();
    const judge =
      (value: object, of = trust) =>
      () =>
        verifyAnnouncement(value, of, { now: now(), member: CN });
    expect(judge(signed)()).toEqual(signed.announcement);
    const { announcement } = signed;
    const [key] = announcement.keys;
    const change = (changes: object) => ({
      ...signed,
      announcement: { ...announcement, ...changes },
    });
    expect(judge(change({ keys: [{ ...key, validUntil: key.validUntil + 1 }] }))).toThrow(refused);
    expect(judge(change({ tables: announcement.tables.slice(1) }))).toThrow(refused);
    expect(judge(change({ member: SG }))).toThrow(refused);
    expect(judge(signed, { ...trust, genesis: 'f'.repeat(64) })).toThrow(refused);
    expect(judge({ announcement })).toThrow(refused);
    const own = announcementBytes(announcement);
    const forged = {
      announcement,
      certificate: analyst.signer.certificate,
      signature: toBase64url(await analyst.signer.sign(own)),
    };
    expect(judge(forged)).toThrow(refused);
    const others = gateway.deps.serviceSigners.get(SG)!;
    const foreign = {
      certificate: others.certificate,
      signature: toBase64url(await others.sign(own)),
    };
    expect(judge({ announcement, ...foreign })).toThrow(refused);
  });

  it('is asked with by the example of the library, as its page shows it', async () => {
    await readLevel();
    const example = join(SCREENING, 'test', 'example.ts');
    const page = await readFile(join(SCREENING, 'README.md'), 'utf8');
    expect(page).toContain(`\n\`\`\`ts\n${await readFile(example, 'utf8')}\`\`\`\n`);
    const trust = join(consortium.directory, 'trust.json');
    await writeFile(trust, JSON.stringify(await gateway.deps.trust()));
    const asking = promisify(execFile)(process.execPath, [example], {
      env: { ...process.env, GATEWAY: gateway.base, TOKEN: token, TRUST: trust },
    });
    asking.child.stdin!.end(`${sampleAddress(3)}\n${sampleAddress(900)}\nnonsense\n`);
    const lines = (await asking).stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      ...['LABELLED', 'NO_LABEL', 'INVALID', 'of'],
    ]);
  });
});

describe('what stays of a question', () => {
  const newest = () => {
    const positions = gateway.journalStore.entries(SG, 1, 100_000);
    const { position, bytes } = positions.at(-1)!;
    return { position, entry: journalEntry.parse(JSON.parse(Buffer.from(bytes).toString())) };
  };

  it('is who asked, why and how much, with a commitment to the points, and not the address', async () => {
    const { table, key } = chooseTable(await readLevel(), 'OPRF', now());
    const inputs = [3, 4, 5].map((number) => keyOf(sampleAddress(number)));
    const { request } = blind(inputs, key!);
    const { json } = await evaluatePoints(request);
    const { receipt: _, ...evaluated } = json;
    const { position, entry } = newest();
    expect(entry).toMatchObject({
      ...{ kind: 'PRIVATE_SCREENING', operation: 'evaluateBlinded', member: SG },
      ...{ purpose: 'CASE-2026-1', queries: 3, keyId: key!.id },
      commitment: commitOpening(encodeQuestion(request, json.receipt.secret)),
      answers: digestAnswers(canonicalText(evaluated), json.receipt.secret),
      ledger: gateway.deps.labels.nameLedger(),
    });
    expect(json.receipt.position).toBe(position);
    expect(Buffer.from(fromBase64url(json.receipt.entry)).toString()).toContain('"queries":3');
    const opened = Buffer.from(gateway.deps.journal.open(SG, position)!);
    for (const input of inputs) {
      expect(opened.includes(Buffer.from(input))).toBe(false);
      expect(opened.includes(toBase64url(input))).toBe(false);
    }
    const bucket = 1;
    const response = await get(`/tables/${tableIdOf(table)}/buckets/${bucket}`);
    const receipt = JSON.parse(
      Buffer.from(fromBase64url(response.headers.get(RECEIPT_HEADER)!)).toString(),
    );
    const question = { table: tableIdOf(table), buckets: [bucket] };
    expect(newest().entry).toMatchObject({
      ...{ kind: 'PRIVATE_SCREENING', queries: 1, table: question.table },
      commitment: commitOpening(encodeQuestion(question, receipt.secret)),
      answers: digestAnswers(canonicalText(table), receipt.secret),
    });
    expect(JSON.stringify(newest().entry)).not.toContain('"buckets"');
  });

  it('says how many buckets came at once, as whoever asked by the command line holds it to', async () => {
    const announcement = await readLevel();
    const client = createGatewayClient({
      gateway: new URL(gateway.base),
      token: async () => token,
      signal: new AbortController().signal,
    });
    const trust = parseTrust(Buffer.from(JSON.stringify(await gateway.deps.trust())));
    const carrier = createCarrier(client, { purpose: 'CASE-2026-1', trust, announcement });
    const addresses = Array.from({ length: 40 }, (_, at) => ({ address: sampleAddress(at) }));
    const { answers, asked } = await askPrivately(addresses, {
      ...{ announcement, kind: 'HASH', transport: carrier, now },
    });
    expect(new Set(answers.map(({ verdict }) => verdict))).toEqual(new Set(['LABELLED']));
    expect(asked.buckets).toBeGreaterThan(1);
    expect(newest().entry).toMatchObject({ kind: 'PRIVATE_SCREENING', queries: asked.buckets });
    expect(carrier.receipts).toHaveLength(1);
  });
});

describe('a question is refused', () => {
  const points = (...list: Uint8Array[]) => list.map(toBase64url);
  const identity = new Uint8Array(33);
  /** 1 is the x of no point of P-256. */
  const offCurve = Uint8Array.of(2, ...new Uint8Array(31), 1);

  it.each<[string, number, string[]]>([
    ['POINT_NOT_ON_CURVE', 422, points(offCurve)],
    ['POINT_IDENTITY', 422, points(identity)],
    ['POINT_LENGTH', 422, points(Uint8Array.of(2, 1))],
    ['POINT_ENCODING', 422, points(Uint8Array.of(4, ...new Uint8Array(32)))],
    ['BAD_INPUT', 400, []],
    ['BAD_INPUT', 400, Array.from({ length: 501 }, () => toBase64url(offCurve))],
  ])('%s (%i)', async (code, status, list) => {
    const { key } = chooseTable(await readLevel(), 'OPRF', now());
    const good = blind([keyOf(sampleAddress(1))], key!).request.points;
    const body = { keyId: key!.id, points: list.length === 1 ? [...good, ...list] : list };
    const before = gateway.journalStore.entries(SG, 1, 100_000).length;
    const refused = await evaluatePoints(body);
    expect([refused.status, refused.json.code]).toEqual([status, code]);
    expect(gateway.journalStore.entries(SG, 1, 100_000)).toHaveLength(before);
  });

  it('without a purpose, of an unknown key, of a table or bucket that is not there', async () => {
    const { table, key } = chooseTable(await readLevel(), 'OPRF', now());
    const { request } = blind([keyOf(sampleAddress(1))], key!);
    const id = tableIdOf(table);
    const codeOf = async (path: string, headers?: Record<string, string>) =>
      (
        await gateway.call('GET', `/v1/label/private${path}`, {
          token,
          headers: headers ?? PURPOSE,
        })
      ).json.code;
    expect((await evaluatePoints(request, {})).json.code).toBe('PURPOSE_MISSING');
    expect(await codeOf(`/tables/${id}/buckets/0`, {})).toBe('PURPOSE_MISSING');
    const unknown = { ...request, keyId: 'f'.repeat(32) };
    expect((await evaluatePoints(unknown)).json.code).toBe('KEY_UNKNOWN');
    expect(await codeOf(`/tables/${'f'.repeat(32)}/buckets/0`)).toBe('TABLE_UNKNOWN');
    expect(await codeOf(`/tables/${id}/buckets/${2 ** table.prefixBits}`)).toBe('NOT_FOUND');
  });
});

describe('an answer that is not the operator’s own', () => {
  it('is refused: a proof under another key, a truncated bucket, another bucket', async () => {
    const announcement = await readLevel();
    const { table, key } = chooseTable(announcement, 'OPRF', now());
    const input = keyOf(sampleAddress(3));
    const { state, request } = blind([input], key!);
    const other = blind([input], key!);
    const { json } = await evaluatePoints(other.request);
    const { receipt: _, ...answer } = json;
    expect(() => finalise(state, answer, key!)).toThrow(
      expect.objectContaining({ code: 'EVALUATION_INVALID' }),
    );
    const [output] = finalise(
      state,
      evaluationAnswer.parse(await transport.evaluate(request, state)),
      key!,
    );
    const bucket = prefixOf(input, table);
    const bytes = await fetchBucket(tableIdOf(table), bucket);
    expect(readFinding(table, output!, bytes, now()).verdict).toBe('LABELLED');
    expect(() => readFinding(table, output!, bytes.subarray(1), now())).toThrow(
      expect.objectContaining({ code: 'BUCKET_LENGTH' }),
    );
    const wrong = await fetchBucket(tableIdOf(table), bucket ^ 1);
    expect(() => readFinding(table, output!, wrong, now())).toThrow(
      expect.objectContaining({ code: 'BUCKET_ALTERED' }),
    );
    const tampered: PrivateTransport = {
      ...transport,
      fetchBuckets: async () => bytes.subarray(2),
    };
    const { answers } = await askPrivately(
      [{ address: sampleAddress(3) }, { address: sampleAddress(900) }],
      {
        ...{ announcement, kind: 'OPRF', transport: tampered, now },
      },
    );
    expect(answers.map(({ verdict, code }) => [verdict, code])).toEqual([
      ['ERROR', 'BUCKET_LENGTH'],
      ['ERROR', 'BUCKET_LENGTH'],
    ]);
  });
});

describe('quotas', () => {
  it('end in 429 with when to return, and no restart gives them back', async () => {
    const quotas = { callerMinute: 1000, callerDay: 5, memberDay: 1000 };
    await restart(quotas);
    try {
      const careful = await gateway.signIn(SG, 'analyst', 'careful', '1h');
      const { keys } = await readLevel();
      const evaluate = async (count: number) => {
        const inputs = Array.from({ length: count }, (_, at) => keyOf(sampleAddress(at)));
        return gateway.call('POST', '/v1/label/private/evaluations', {
          ...{ token: careful, headers: PURPOSE, body: blind(inputs, keys[0]!).request },
        });
      };
      expect((await evaluate(4)).status).toBe(200);
      const over = await evaluate(2);
      expect([over.status, over.json.code]).toEqual([429, 'QUOTA_USED_UP']);
      const seconds = Number(over.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(86_400);
      await restart(quotas);
      expect((await evaluate(2)).status).toBe(429);
      expect((await evaluate(1)).status).toBe(200);
      const { table } = chooseTable(await readLevel(), 'HASH', now());
      const fetchThem = async (buckets: number[]) => {
        const path = `/v1/label/private/tables/${tableIdOf(table)}/buckets`;
        const what = { token: careful, headers: PURPOSE, body: { buckets } };
        const response = await gateway.request('POST', path, what);
        await response.arrayBuffer();
        return response.status;
      };
      expect(await fetchThem([0, 1, 2])).toBe(200);
      expect(await fetchThem([0, 1, 2])).toBe(429);
      expect(await fetchThem([2, 3])).toBe(200);
    } finally {
      await restart();
    }
  });
});

describe('a key', () => {
  it('is changed by a delegate of the operator; both are good, and each has its table', async () => {
    const before = await readLevel();
    const [old] = before.keys;
    const rotate = async (member: string, role: 'delegate' | 'analyst') =>
      gateway.call('POST', '/v1/label/private/keys', {
        token: await gateway.signIn(member, role, `${role} of ${member}`),
      });
    expect((await rotate(CN, 'analyst')).status).toBe(403);
    expect((await rotate(SG, 'delegate')).json.code).toBe('NOT_ALLOWED');
    expect((await rotate(CN, 'delegate')).status).toBe(201);
    const made = gateway.journalStore
      .entries(CN, 1, 100_000)
      .map(({ bytes }) => journalEntry.parse(JSON.parse(Buffer.from(bytes).toString())))
      .findLast(({ kind }) => kind === 'READ');
    // Until the new key has a table, the old one answers.
    const between = await readAnnouncement();
    expect(between.keys.map(({ id }) => id)).toEqual([old!.id, expect.any(String)]);
    expect(made).toMatchObject({
      ...{ operation: 'rotatePrivateKey', role: 'delegate' },
      objects: [`private-key/${between.keys[1]!.id}`],
    });
    await expect
      .poll(async () => chooseTable(await readAnnouncement(), 'OPRF', now()).key!.id, {
        timeout: 60_000,
      })
      .toBe(between.keys[1]!.id);
    const after = await readAnnouncement();
    const withOld = { ...after, keys: [after.keys[0]!] };
    for (const announcement of [after, withOld]) {
      const { answers } = await askPrivately([{ address: sampleAddress(3) }], {
        ...{ announcement, kind: 'OPRF', transport, now },
      });
      expect(answers[0]!.verdict).toBe('LABELLED');
    }
  });

  it('is not made while four are good: whoever asks would take none of them', async () => {
    const token = await gateway.signIn(CN, 'delegate', 'delegate of CN', '9d');
    const rotate = () => gateway.call('POST', '/v1/label/private/keys', { token });
    const before = (await readAnnouncement()).keys.length;
    const made = await Promise.all(Array.from({ length: 6 }, rotate));
    const statuses = made.map(({ status }) => status).sort();
    const refused = made.find(({ status }) => status === 409)!;
    expect(statuses.filter((status) => status === 201)).toHaveLength(4 - before);
    expect(statuses.filter((status) => status === 409)).toHaveLength(2 + before);
    expect(refused.json.code).toBe('KEYS_OVERLAP');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400);
    expect((await readAnnouncement()).keys).toHaveLength(4);
    expect((await ask([sampleAddress(3)], 'OPRF')).answers[0]!.verdict).toBe('LABELLED');
  });

  it('is in a file that only its owner reads, and in no log', async () => {
    const file = join(consortium.directory, 'gateway', 'private-screening', 'oprf-keys.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { keys } = JSON.parse(await readFile(file, 'utf8'));
    const shown = JSON.stringify(gateway.deps.privateScreening.published);
    for (const { seed } of keys) expect(shown).not.toContain(seed);
  });
});

describe('a table', () => {
  it('is used again after a restart, unless it is not whole; what a cut-off run left is removed', async () => {
    const before = await readLevel();
    const [cut, ...rest] = before.tables.map(tableIdOf);
    const directory = join(consortium.directory, 'gateway', 'private-screening', 'tables');
    await restart({}, async () => {
      await truncate(join(directory, `${cut}.bin`), 100);
      await writeFile(join(directory, 'cut-off.tmp'), 'part of a table');
    });
    const after = await readLevel();
    expect(after.tables.map(tableIdOf)).not.toContain(cut);
    expect(gateway.deps.privateScreening.findTable(rest.at(-1)!)?.id).toBe(rest.at(-1));
    expect(await readdir(directory)).not.toContain('cut-off.tmp');
    expect(await readdir(directory)).not.toContain(`${cut}.bin`);
  });

  it('past its time is handed out no more, and its silence is no answer', async () => {
    const announcement = await readLevel();
    const { table } = chooseTable(announcement, 'HASH', now());
    ahead = 3 * 3_600_000;
    try {
      const late = await gateway.call(
        'GET',
        `/v1/label/private/tables/${tableIdOf(table)}/buckets/0`,
        {
          ...{ token: await gateway.signIn(SG, 'analyst', 'abroad', '9h'), headers: PURPOSE },
        },
      );
      expect(late.json.code).toBe('TABLE_UNKNOWN');
      await expect(
        askPrivately([{ address: sampleAddress(900) }], {
          announcement,
          kind: 'HASH',
          transport,
          now,
        }),
      ).rejects.toMatchObject({ code: 'TABLE_STALE' });
    } finally {
      ahead = 0;
    }
  });
});
