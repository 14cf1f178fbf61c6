import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchRecord, buildBundle, FILE, ITEM_INDEX, keyOf } from '../../test-support/bundle.ts';
import { type Case, createCases } from '../../test-support/cases.ts';
import { createConsortium, NOW, type TestConsortium } from '../../test-support/consortium.ts';
import { buildCustodyBundle, ITEM } from '../../test-support/custody.ts';
import {
  assertion,
  BATCH,
  buildLabelBundle,
  LABEL_INDEX,
  LEAF,
  statements,
} from '../../test-support/label.ts';
import { toBase64url, toHex, utf8 } from '../bytes/encoding.ts';
import { installCrypto, sha256 } from '../crypto/provider.ts';
import { parseStrict } from '../json/parse.ts';
import { nodeCrypto } from '../node.ts';
import { MESSAGES } from './message.ts';
import { VERDICTS } from './verdict.ts';
import { createVerifier, verify } from './verify.ts';

let embedded: TestConsortium;
let network: TestConsortium;
let cases: Case[];

beforeAll(async () => {
  installCrypto(nodeCrypto);
  [embedded, network] = await Promise.all([
    createConsortium('embedded'),
    createConsortium('fabric'),
  ]);
  cases = await createCases(embedded, network);
}, 120_000);

const run = ({ bundle, trust, now, file, challenge }: Case) =>
  verify(bundle, trust, { now, ...(file && { file }), ...(challenge && { challenge }) });

describe('verify', () => {
  it('gives each known case its verdict', { timeout: 120_000 }, () => {
    const found = cases.map((one) => ({ name: one.name, code: run(one).code }));
    expect(found).toEqual(cases.map(({ name, code }) => ({ name, code })));
  });

  it('knows a case for every code of the closed set', () => {
    const covered = new Set(cases.map(({ code }) => code));
    expect([...covered].sort()).toEqual(Object.keys(VERDICTS).sort());
  });

  it('says what failed: the last step, after sound ones', { timeout: 120_000 }, () => {
    for (const one of cases) {
      const { outcome, code, steps } = run(one);
      expect(outcome).toBe(VERDICTS[code]);
      expect(steps.slice(0, -1).every(({ ok }) => ok)).toBe(true);
      expect(steps.at(-1)?.ok).toBe(outcome === 'INTACT');
    }
  });

  it('tells the whole chain of custody, each step with both of its times', () => {
    const file = { sha256: toHex(sha256(FILE)), size: FILE.length };
    const { outcome, claims, custody, message } = verify(
      buildCustodyBundle(embedded),
      embedded.trust,
      { now: NOW, file },
    );
    expect(outcome).toBe('INTACT');
    expect(message).toMatch(/^This is the whole chain .* unchanged since/);
    expect(claims).toBeUndefined();
    expect(custody).toMatchObject({
      item: ITEM,
      origin: 'ANCHORED',
      status: 'HELD',
      holder: { member: 'BravoMSP' },
      seals: ['S-1'],
      endorsers: ['AlphaMSP', 'BravoMSP'],
      ...{ block: 61, position: 0, fileChecked: true },
      content: { sha256: file.sha256, size: FILE.length },
    });
    expect(custody?.steps.map(({ kind, member, flags }) => [kind, member, flags])).toEqual([
      ['OPENED', 'AlphaMSP', []],
      ['OFFER', 'AlphaMSP', []],
      ['ACCEPT', 'BravoMSP', ['TRANSIT_GAP']],
      ['EXAMINE', 'BravoMSP', []],
    ]);
    expect(custody?.steps.every((one) => one.happenedAt < one.recordedAt)).toBe(true);
  });

  it('tells what a member asserted of an address, and all that was said of it', () => {
    const options = { now: NOW };
    const { outcome, label, claims, custody, message, steps } = verify(
      buildLabelBundle(embedded),
      embedded.trust,
      options,
    );
    expect(outcome).toBe('INTACT');
    expect(message).toMatch(/nor that anybody is guilty.*was said later is not/);
    expect([claims, custody]).toEqual([undefined, undefined]);
    expect(steps.map(({ step }) => step).slice(-4)).toEqual(['reads', 'record', 'path', 'item']);
    const { type: _, v: __, salt: ___, ...statement } = statements[LABEL_INDEX]!;
    expect(label).toMatchObject({
      ...{ statement, member: 'AlphaMSP', assertedAt: NOW - 9 * 3_600_000, keyCustody: 'person' },
      ...{ taxonomy: 'interpol@2', batch: BATCH, index: LABEL_INDEX, leaf: LEAF },
      ...{ block: 71, position: 2, endorsers: ['AlphaMSP', 'BravoMSP'] },
    });
    expect(label?.said?.map(({ kind, of, member }) => `${kind} ${of} ${member}`)).toEqual([
      'label-withheld BATCH CharlieMSP',
      'opinion BATCH CharlieMSP',
      'withdrawal LABEL AlphaMSP',
      'corroboration LABEL BravoMSP',
      'opinion LABEL BravoMSP',
      'sighting LABEL BravoMSP',
      'dispute LABEL CharlieMSP',
      'dispute-answer LABEL AlphaMSP',
      'dispute LABEL BravoMSP',
      'dispute-answer LABEL AlphaMSP',
    ]);
    expect(label?.said?.[7]).toMatchObject({ position: 'MAINTAINED', overdue: false });
    expect(label?.said?.[7]?.dispute).toBe(label?.said?.[6]?.dispute);
    expect(label?.said?.[6]).not.toHaveProperty('presumption');
    expect(label?.said?.[8]).toMatchObject({ presumption: { id: 'mixer-30-days', version: 2 } });
    const alone = buildLabelBundle(embedded, { answer: assertion() });
    const told = verify(alone, embedded.trust, options);
    expect(told.label).toMatchObject({ statement, batch: BATCH });
    expect(told.label?.said).toBeUndefined();
    expect(told.message).toMatch(/What others said of it is not in this proof/);
  });

  it('tells what the bundle claims, once the attestation held', () => {
    const file = { sha256: toHex(sha256(FILE)), size: FILE.length };
    const verdict = verify(buildBundle(embedded), embedded.trust, { now: NOW, file });
    expect(verdict).toMatchObject({
      outcome: 'INTACT',
      claims: {
        acquisition: '0123456789abcdef0123456789abcdef',
        batch: keyOf(batchRecord()).slice('batch/'.length),
        index: ITEM_INDEX,
        size: FILE.length,
        path: Buffer.from('seized/file 2.txt').toString('base64url'),
        sha256: file.sha256,
        anchoredAt: NOW - 3_600_000,
        attestedAt: NOW - 3_500_123,
        block: 57,
        position: 4,
        endorsers: ['AlphaMSP', 'BravoMSP'],
        keyCustody: 'person',
        fileChecked: true,
      },
    });
    const altered = verify(buildBundle(embedded), embedded.trust, {
      now: NOW,
      file: { ...file, sha256: '0'.repeat(64) },
    });
    expect(altered.claims?.sha256).toBe(file.sha256);
    expect(verify(buildBundle(embedded), network.trust, { now: NOW }).claims).toBeUndefined();
  });

  it('never says that something is authentic or true (EVD-16)', () => {
    for (const message of Object.values(MESSAGES)) {
      expect(message).not.toMatch(/authentic|genuine|\btrue\b|\breal\b/i);
    }
  });

  it('refuses the bundle cut off anywhere', () => {
    const check = createVerifier(embedded.trust);
    const bundle = buildBundle(embedded);
    for (let length = 0; length < bundle.length; length += 7) {
      expect(check(bundle.subarray(0, length), { now: NOW }).outcome).toBe('UNREADABLE');
    }
  });

  it('answers whatever stands in place of any part', () => {
    const document = parseStrict(buildBundle(embedded)) as Record<string, unknown>;
    const check = createVerifier(embedded.trust);
    const part = fc.constantFrom(...Object.keys(document));
    const bytes = fc.uint8Array({ maxLength: 64 }).map(toBase64url);
    const value = fc.oneof(bytes, fc.constantFrom(null, true, -1, 2, '', [], {}), fc.string());
    fc.assert(
      fc.property(part, value, (name, replacement) => {
        fc.pre(document[name] !== replacement && fc.stringify(replacement).length < 200);
        const altered = utf8(JSON.stringify({ ...document, [name]: replacement }));
        expect(check(altered, { now: NOW }).outcome).not.toBe('INTACT');
      }),
    );
  });
});
