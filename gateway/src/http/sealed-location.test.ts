/** Where a covert measure takes place is told to endorsers and to nobody and nothing else (CNS-5). */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import {
  canonicalBytes,
  canonicalText,
  fromBase64url,
  readBlock,
  readEnvelope,
  sha256,
  toBase64url,
  toHex,
} from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  acquisitionInput,
  CN,
  DE,
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from './testing.ts';

const placeIn = (jurisdiction: string) => ({
  systemJurisdiction: jurisdiction,
  mediumLocation: jurisdiction,
  source: { class: 'STANDALONE' },
});
const PLACE = placeIn('DE');
let consortium: TestConsortium;
let gateway: TestGateway;
let log = '';

beforeAll(async () => {
  consortium = await openTestConsortium();
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  gateway = await startTestGateway(consortium, {
    change: { logger: pino({ level: 'trace' }, sink) },
  });
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

function draftCovert(jurisdiction = 'DE') {
  const sealed = { location: placeIn(jurisdiction), salt: toBase64url(randomBytes(16)) };
  const bytes = canonicalBytes(sealed);
  const { location: _, ...facts } = acquisitionInput({
    route: 'MUTUAL_ASSISTANCE',
    grounds: [{ kind: 'TREATY', reference: 'TREATY-1' }],
    legalBases: [{ id: 'cn-icjal-25', version: 1 }],
    method: { id: 'assisted-collection', version: 1 },
  });
  const delayedNotice = {
    basis: { id: 'covert-measure-clause', version: 1 },
    latest: Date.now() + 86_400_000,
    sealed: toHex(sha256(bytes)),
  };
  return {
    sealed,
    input: { ...facts, delayedNotice },
    transient: { location: toBase64url(bytes) },
  };
}

/** Every file of the gateway itself; the ledger beside it holds the collector's private data. */
async function readFiles(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  // What is written at that moment has another name a moment later.
  const read = (path: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
  return Buffer.concat(
    await Promise.all(files.map((file) => read(join(file.parentPath, file.name)))),
  );
}

it('is not shown to the peer of a state that it touches', async () => {
  // SG's peer would endorse by default: it stands next to the collector's.
  const { input, transient } = draftCovert('SG');
  const { json } = await gateway.call('POST', '/v1/evidence/acquire', {
    token: await gateway.signIn(CN, 'system', 'intake'),
    body: { input, transient },
  });
  expect(json.code).toBe('VALID');
  const person = await gateway.enrolPerson(CN, 'investigator', 'wang');
  const mine = draftCovert('SG');
  const endorsers = [CN, DE];
  const done = await gateway.act(person, 'evidence/acquire', mine.input, mine.transient, endorsers);
  expect(done.json.code).toBe('VALID');
  for (const { block, position } of [json, done.json]) {
    const blocks = consortium.ledger.blocks(block, { signal: AbortSignal.timeout(5000) });
    for await (const bytes of blocks) {
      const { endorsements } = readEnvelope(readBlock(bytes).envelopes[position]!);
      expect(endorsements.map(({ endorser }) => endorser.mspId).sort()).toEqual([CN, DE].sort());
      break;
    }
  }
});

it('leaves no trace in blocks, events, answers to others, the log or the gateway’s files', async () => {
  const person = await gateway.enrolPerson(CN, 'investigator', 'li');
  const headers = { 'idempotency-key': 'covert' };
  const covert = draftCovert();
  const { input, transient } = covert;
  const { certificate } = person.signer;
  const prepare = () =>
    gateway.call('POST', '/v1/evidence/acquire', {
      token: person.token,
      body: { input, transient, certificate },
      headers,
    });
  const prepared = await prepare();
  expect(prepared.status).toBe(202);
  expect((await prepare()).json.txId).not.toBe(prepared.json.txId);
  const sign = async (text: string) => toBase64url(await person.signer.sign(fromBase64url(text)));
  const { proposal } = prepared.json;
  const endorsed = await gateway.call('POST', '/v1/acts/endorse', {
    token: person.token,
    body: { proposal, signature: await sign(proposal) },
    headers,
  });
  const { payload } = endorsed.json;
  const done = await gateway.call('POST', '/v1/acts/submit', {
    token: person.token,
    body: { payload, signature: await sign(payload) },
    headers,
  });
  expect([done.status, done.json.code]).toEqual([200, 'VALID']);

  // The same by a system, whose act the gateway performs, and one that is refused.
  const bySystem = draftCovert();
  const token = await gateway.signIn(CN, 'system', 'intake');
  const performed = await gateway.call('POST', '/v1/evidence/acquire', {
    token,
    body: { input: bySystem.input, transient: bySystem.transient },
    headers,
  });
  expect(performed.status).toBe(201);
  const refused = draftCovert();
  const { json } = await gateway.call('POST', '/v1/evidence/acquire', {
    token,
    body: { input: refused.input, transient: bySystem.transient },
    headers: { 'idempotency-key': 'refused' },
  });
  expect(json.code).toBe('SEAL_MISMATCH');

  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  const auditor = await gateway.signIn(DE, 'auditor', 'braun');
  const get = async (path: string) => (await gateway.call('GET', path, { token: auditor })).text;
  const blocks = (await get('/v1/ledger/blocks?limit=1000'))
    .trim()
    .split('\n')
    .map((line) => Buffer.from(fromBase64url(JSON.parse(line).block)));
  const seen = Buffer.concat([
    ...blocks,
    Buffer.from(await get(`/v1/evidence/acquisitions/${input.id}`)),
    Buffer.from(await get('/v1/evidence/notices')),
    Buffer.from(log),
    await readFiles(gateway.deps.directory),
  ]);
  expect(seen.includes(input.id)).toBe(true);
  for (const { sealed, transient: sent } of [covert, bySystem, refused]) {
    for (const secret of [sealed.salt, sent.location, canonicalText(PLACE)]) {
      expect(seen.includes(secret)).toBe(false);
    }
    // The proposal as base64url text, whatever its alignment.
    const raw = Buffer.from(canonicalBytes(sealed));
    for (const shift of [0, 1, 2]) {
      const middle = raw
        .subarray(3 - shift, raw.length - 3)
        .toString('base64url')
        .slice(0, 80);
      expect(seen.includes(middle)).toBe(false);
    }
  }
  expect(await get('/v1/evidence/notices')).not.toContain(input.id);
});
