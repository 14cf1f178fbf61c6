/** A full batch of transfers handed in to a real gateway, with one bad line in it, and without. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildTree,
  canonicalBytes,
  leafHash,
  MAX_LABELS,
  parseCanonical,
  type TransferFacts,
  toHex,
} from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acquisitionInput,
  CN,
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { encodeTransfer } from '../label/write-manifest.ts';
import { sampleTransfer } from './testing.ts';

const BAD = 99_999;

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: TestPerson;

// Made before there are connections: what takes seconds at once would let them time out.
const acquisition = acquisitionInput();
const links: TransferFacts['links'] = [{ kind: 'ACQUISITION', id: acquisition.id }];
const facts = sampleTransfer([1, 2, 3, 4], { links });
const badReceiver = facts.to.toLowerCase();
const lines = Array.from({ length: MAX_LABELS }, (_, index) => encodeTransfer({ ...facts, index }));
const good = makeManifest(lines);
const bad = makeManifest(
  lines.with(BAD - 1, canonicalBytes({ ...readLine(BAD), to: badReceiver })),
);
const more = makeManifest([...lines, encodeTransfer({ ...facts, index: MAX_LABELS })]);

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  const investigator = await gateway.enrolPerson(CN, 'investigator', 'collector');
  const acquired = await gateway.act(investigator, 'evidence/acquire', acquisition);
  expect(acquired.status, acquired.text).toBe(200);
}, 300_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

function readLine(line: number): object {
  return parseCanonical(lines[line - 1]!) as object;
}
function makeManifest(all: readonly Uint8Array[]) {
  const bytes = Buffer.concat(all.flatMap((line) => [line, Buffer.of(10)]));
  const manifest = createHash('sha256').update(bytes).digest('hex');
  const root = toHex(buildTree(all.map((line) => leafHash(line))).root);
  return { bytes, input: { root, size: all.length, manifest } };
}
type Made = ReturnType<typeof makeManifest>;
const handIn = ({ bytes, input: { manifest } }: Made) =>
  gateway.call('PUT', `/v1/label/manifests/${manifest}`, {
    token: analyst.token,
    raw: bytes,
    headers: { 'content-type': 'application/x-ndjson' },
  });
const assert = ({ input }: Made) =>
  gateway.act(analyst, 'label/assert', {
    ...{ ...input, tlp: 'AMBER', evidence: links, content: 'TRANSFERS' },
    ...{ taxonomy: { id: 'addresses', version: 1 }, legalBasis: { id: 'cn-cpl-141', version: 1 } },
    reason: 'traced in our own case',
  });
const listFiles = () => readdir(join(gateway.deps.directory, 'labels'));

describe('a full batch of transfers', { timeout: 600_000 }, () => {
  it('with one bad line is refused by its number: nothing of it stays, or can be asserted', async () => {
    const stored = await handIn(bad);
    expect([stored.status, stored.json.code]).toEqual([422, 'LABEL_INVALID']);
    expect(stored.json.detail).toBe(`line ${BAD}: not in canonical form`);
    expect(stored.text).not.toContain(badReceiver);
    expect(await listFiles()).not.toContain(`${bad.input.manifest}.ndjson`);
    const height = await consortium.ledger.height();
    const done = await assert(bad);
    expect([done.status, done.json.code]).toEqual([422, 'MANIFEST_MISSING']);
    expect(await consortium.ledger.height()).toBe(height);
  });

  it('is taken and asserted as a whole where no line is bad', async () => {
    const stored = await handIn(good);
    expect(stored.status, stored.text).toBe(201);
    expect(stored.json).toMatchObject({ root: good.input.root, size: MAX_LABELS });
    expect(await listFiles()).toContain(`${good.input.manifest}.ndjson`);
    const done = await assert(good);
    expect(done.json.code, done.text).toBe('VALID');
  });

  it('with a line more is none', async () => {
    const stored = await handIn(more);
    expect([stored.status, stored.json.code]).toEqual([413, 'TOO_LARGE']);
    expect(await listFiles()).not.toContain(`${more.input.manifest}.ndjson`);
  });
});
