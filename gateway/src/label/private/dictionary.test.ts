/**
 * A dictionary attack on everything that is on the ledger: 1,000,000 known addresses, among them all that are
 * labelled, and every digest of each that can be computed without a salt.
 */
import { hash } from 'node:crypto';
import { buildTree, canonicalText, toHex } from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../../http/testing.ts';
import { makeLabels, sampleAddress, sampleFacts } from '../testing.ts';

const CANDIDATES = 1_000_000;
const LABELLED = 300;
const reason = 'wallets of a ransom campaign';
const LEGAL = { legalBasis: { id: 'cn-cpl-141', version: 1 }, reason };

let consortium: TestConsortium;
let gateway: TestGateway;
/** Everything on the ledger, and what stands there as text written out in bytes. */
let ledger: Buffer;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  const analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  const abroad = await gateway.enrolPerson(SG, 'analyst', 'abroad');
  const made = makeLabels(Array.from({ length: LABELLED }, (_, number) => sampleFacts(number)));
  const { digest: manifest, root, size, tlp, bytes, leaves } = made;
  const handed = await gateway.call('PUT', `/v1/label/manifests/${manifest}`, {
    token: analyst.token,
    raw: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(handed.status).toBe(201);
  const act = async (who: typeof analyst, name: string, input: object) => {
    const { status, json } = await gateway.act(who, `label/${name}`, input);
    expect([name, status, json?.code]).toEqual([name, 200, 'VALID']);
  };
  const taxonomy = { id: 'addresses', version: 1 };
  await act(analyst, 'assert', { ...{ root, size, manifest, tlp, taxonomy }, ...LEGAL });
  const { json } = await gateway.call('GET', '/v1/label/batches', {
    token: analyst.token,
    headers: { 'tabellion-min-height': String(await consortium.ledger.height()) },
  });
  const batch = json.items[0].key.slice('label-batch/'.length);
  // Acts that speak of single labels bring their leaves and paths to the ledger.
  const labelAt = (index: number) => ({
    batch,
    label: { leaf: toHex(leaves[index]!), index },
    path: buildTree(leaves).path(index).map(toHex),
  });
  for (const index of [0, 1, 2]) await act(abroad, 'corroborate', { ...labelAt(index), ...LEGAL });
  const dispute = { ...labelAt(3), id: newId(), onBehalfOf: 'PERSON', ...LEGAL };
  await act(await gateway.enrolPerson(SG, 'liaisonAuthority', 'liaison'), 'dispute', dispute);
  await act(analyst, 'withdraw', { ...labelAt(4), reason });
  ledger = await readLedger();
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function readLedger(): Promise<Buffer> {
  const height = await consortium.ledger.height();
  const blocks: Uint8Array[] = [];
  for await (const block of consortium.ledger.blocks(0)) {
    blocks.push(block);
    if (blocks.length === height) break;
  }
  return writeOut(Buffer.concat(blocks));
}

/** The bytes themselves, and what they write in hexadecimal or base64. */
function writeOut(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const parts = [
    ...[...text.matchAll(/[0-9a-fA-F]{16,}/g)].flatMap(([digits]) => [
      Buffer.from(digits, 'hex'),
      Buffer.from(digits.slice(1), 'hex'),
    ]),
    ...[...text.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)].map(([digits]) =>
      Buffer.from(digits, 'base64'),
    ),
  ];
  return Buffer.concat([bytes, ...parts]);
}

/** Finds byte strings of at least six bytes in a text. */
function createFinder(text: Buffer) {
  /** Whether the first three bytes stand in it at all: of nearly everything that is asked, they do not. */
  const short = new Uint8Array(1 << 24);
  const long = new Set<number>();
  for (let at = 0; at + 6 <= text.length; at += 1) {
    short[text.readUIntBE(at, 3)] = 1;
    long.add(text.readUIntBE(at, 6));
  }
  return (wanted: Buffer): boolean =>
    short[wanted.readUIntBE(0, 3)] === 1 &&
    long.has(wanted.readUIntBE(0, 6)) &&
    text.includes(wanted);
}

const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer');
const LEAF = Buffer.of(0);
/** All that an attacker knows of a label but its salt; the address goes in between. */
const [BEFORE, AFTER] = (() => {
  const { salt: _, ...statement } = {
    ...{ type: 'tabellion.label', v: 1, salt: '', ...sampleFacts(0), address: 'HERE' },
  };
  return canonicalText(statement).split('HERE') as [string, string];
})();

/** What of one address anybody computes: the address itself, and digests of every form that is in use here. */
function* guess(address: string, key: Buffer): Generator<Buffer> {
  const text = Buffer.from(address);
  const statement = Buffer.from(`${BEFORE}${address}${AFTER}`);
  yield text;
  yield key.subarray(1);
  for (const said of [text, key, key.subarray(1), statement]) {
    yield sha256(said);
    yield sha256(Buffer.concat([LEAF, said]));
  }
  yield sha256(sha256(text));
  yield sha256(Buffer.concat([Buffer.from('tabellion/private/bucket'), key]));
}

function keyOf(address: string): Buffer {
  const read = normaliseAddress(address);
  if (isRefusal(read)) throw new Error(read.code);
  return Buffer.from(read.key);
}

/** The labelled ones first; all others are made up. */
function* listCandidates(): Generator<readonly [address: string, key: Buffer]> {
  const known = Array.from({ length: LABELLED }, (_, number) => sampleAddress(number));
  for (const address of known) yield [address, keyOf(address)];
  const family = keyOf(known[0]!)[0]!;
  for (let number = LABELLED; number < CANDIDATES; number += 1) {
    const payload = sha256(`candidate ${number}`).subarray(0, 20);
    yield [`0x${payload.toString('hex')}`, Buffer.concat([Buffer.of(family), payload])];
  }
}

function attack(text: Buffer, candidates: Iterable<readonly [string, Buffer]>): string[] {
  const stands = createFinder(text);
  const found: string[] = [];
  for (const [address, key] of candidates) {
    for (const bytes of guess(address, key)) if (stands(bytes)) found.push(address);
  }
  return found;
}

it('a dictionary of 1,000,000 known addresses recovers nothing from the ledger', {
  timeout: 600_000,
}, () => {
  expect(ledger.length).toBeGreaterThan(100_000);
  expect(attack(ledger, listCandidates())).toEqual([]);
});

it('the same attack finds an address, a key or a digest without a salt, as bytes or as text', () => {
  const address = sampleAddress(7);
  const key = keyOf(address);
  const candidates = [[address, key]] as const;
  for (const bytes of guess(address, key)) {
    for (const written of [bytes, bytes.toString('hex'), bytes.toString('base64url')]) {
      const leak = Buffer.concat([Buffer.from('{"x":"'), Buffer.from(written), Buffer.from('"}')]);
      expect(attack(writeOut(leak), candidates)).toContain(address);
    }
  }
});
