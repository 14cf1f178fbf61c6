/** Labels by command line, over a real gateway: imported, screened, disputed, answered, taken along. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes } from '@tabellion/proof';
import { networkOf, writeReserved } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const CN = 'analyst.cn';
const SG = 'analyst.sg';
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'wallets of a campaign'];
const PURPOSE = ['--purpose', 'CASE-2026-1'];
const ETHEREUM = 'eip155:1';

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
/** The batch of the pack. */
let batch: string;

beforeAll(async () => {
  journey = await Journey.open('label');
  ({ at, run } = journey);
  for (const user of [CN, SG]) succeed(await journey.signIn(user, ['init']));
  await writeFile(at('pack.yaml'), PACK);
}, 120_000);
afterAll(() => journey?.close());

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const refusal = async (user: string, args: readonly string[], stdin = '') => {
  const { exit, answer } = await run(user, args, { stdin });
  return [exit, answer.error?.code];
};
const screen = (args: readonly string[], stdin = '') =>
  run(SG, ['screen', ...args, ...PURPOSE], { stdin });
/** Waits until the library has what was asserted. */
const screenUntil = async (address: string, found: object) =>
  vi.waitFor(async () => {
    const answered = await screen([address]);
    expect(answered.answer.answers).toMatchObject([found]);
    return answered;
  }, 20_000);

const MISTYPED = '0xD0cC2B24980CBCCA47EF755Da88B220a82291408';
/** Taken, derived, merged, mistyped, without category, of another network, with one word unknown. */
const PACK = `title: Pack
creator: somebody
source: https://example.org/list
currency: ETH
tags:
- { address: '${sampleAddress(1)}', label: one, category: mixer, confidence: forensic }
- { address: '${sampleAddress(2).toLowerCase()}', label: two, abuse: ransomware }
- { address: '${sampleAddress(1)}', label: one, category: mixer, confidence: forensic }
- { address: '${MISTYPED}', label: three, category: mixer }
- { address: '${sampleAddress(4)}', label: four }
- { address: '${sampleAddress(5)}', label: five, category: mixer, currency: BTC }
- { address: '${sampleAddress(6)}', label: six, category: nobody knows }
`;
const IMPORT = ['--format', 'tagpack', ...BASIS];

describe('a pack with dirt', () => {
  it('is read without a trace by --dry-run, and refused as a whole by --strict', async () => {
    const tried = await run(CN, ['label', 'import', at('pack.yaml'), ...IMPORT, '--dry-run']);
    expect(tried).toMatchObject({ exit: 3, answer: { counts: { taken: 2 }, batches: [] } });
    const strict = await run(CN, ['label', 'import', at('pack.yaml'), ...IMPORT, '--strict']);
    expect(strict).toMatchObject({ exit: 3, answer: { counts: { taken: 2 }, batches: [] } });
    expect(succeed(await run(SG, ['label', 'list'])).items).toEqual([]);
  });

  it('is asserted but for what is refused, and every line is told', async () => {
    const args = ['label', 'import', at('pack.yaml'), ...IMPORT, '--report', at('fate.ndjson')];
    const { exit, answer } = await run(CN, args);
    expect(exit).toBe(3);
    expect(answer.counts).toMatchObject({ lines: 7, taken: 2, derived: 2, merged: 1 });
    expect(answer.counts.refused).toEqual({
      ...{ ADDRESS_CHECKSUM: 1, CATEGORY_MISSING: 1, ADDRESS_NETWORK: 1, CATEGORY_UNKNOWN: 1 },
    });
    expect(answer.batches).toMatchObject([{ size: 2, tlp: 'AMBER', before: false }]);
    batch = answer.batches[0].batch;
    const fates = (await readFile(at('fate.ndjson'), 'utf8')).trim().split('\n');
    expect(fates.map((line) => JSON.parse(line))).toMatchObject([
      { line: 6, fate: 'TAKEN', part: 0, index: 0 },
      { line: 7, fate: 'TAKEN', part: 0, index: 1 },
      { line: 8, fate: 'MERGED', into: 6 },
      { line: 9, fate: 'REFUSED', code: 'ADDRESS_CHECKSUM' },
      { line: 10, fate: 'REFUSED', code: 'CATEGORY_MISSING' },
      { line: 11, fate: 'REFUSED', code: 'ADDRESS_NETWORK' },
      { line: 12, fate: 'REFUSED', code: 'CATEGORY_UNKNOWN' },
    ]);
    expect(await refusal(CN, args)).toEqual([1, 'FILE_EXISTS']);
  });

  it('stands once however often it is imported, until it is asked for again', async () => {
    const args = ['label', 'import', at('pack.yaml'), ...IMPORT];
    const { answer } = await run(CN, args);
    expect(answer).toMatchObject({ resumed: true, batches: [{ batch, before: true }] });
    expect(succeed(await run(SG, ['label', 'list'])).items).toHaveLength(1);
    const anew = await run(CN, [...args, '--again']);
    expect(anew.answer.batches).toMatchObject([{ before: false }]);
    expect(anew.answer.batches[0].batch).not.toBe(batch);
    const gone = ['label', 'withdraw', anew.answer.batches[0].batch, '--reason', 'twice'];
    succeed(await run(CN, gone));
    const own = succeed(await run(SG, ['label', 'list', '--member', 'CnAgencyMSP']));
    expect(own.items).toHaveLength(2);
    expect(succeed(await run(SG, ['label', 'list', '--member', 'SgAgencyMSP'])).items).toEqual([]);
  });

  it('is shown with its labels, each checked against the ledger', async () => {
    const shown = succeed(await run(SG, ['label', 'show', batch]));
    expect(shown.labels).toMatchObject([
      { index: 0, status: 'PROPOSED', statement: { address: sampleAddress(1) } },
      { index: 1, statement: { address: sampleAddress(2), category: 'ransomware' } },
    ]);
    expect(await refusal(SG, ['label', 'show', batch, '--index', '2'])).toEqual([2, 'USAGE']);
    expect(await refusal(SG, ['label', 'show', 'cd'.repeat(32)])).toEqual([1, 'NOT_FOUND']);
    expect(await refusal(SG, ['label', 'show', 'pack'])).toEqual([2, 'USAGE']);
  });
});

describe('the proof of a label', () => {
  it('is written by any member, and verified without a network, with its marking and its limits', async () => {
    const out = at('one.label.json');
    const written = succeed(await run(SG, ['proof', 'label', `${batch}:0`, '-o', out]));
    expect(written).toMatchObject({ file: out, batch, index: 0, tlp: 'AMBER', pap: 'AMBER' });
    succeed(await run(SG, ['trust', 'export', '-o', at('trust.json')]));
    const words = ['verify', out, '--trust', at('trust.json')];
    const verdict = succeed(await run(SG, words));
    expect(verdict).toMatchObject({
      outcome: 'INTACT',
      label: { member: 'CnAgencyMSP', statement: { address: sampleAddress(1) }, said: [] },
      doesNotShow: expect.stringContaining('whether anybody is guilty') as string,
    });
    const { stdout } = await runCli(words, { home: journey.homeOf(SG) });
    expect(stdout).toContain('TLP:AMBER');
    expect(stdout).toContain('CnAgencyMSP asserted this of the address');
    const alone = ['proof', 'label', `${batch}:0`, '--assertion-only', '-o', at('alone.json')];
    succeed(await run(SG, alone));
    const told = succeed(await run(SG, ['verify', at('alone.json'), '--trust', at('trust.json')]));
    expect(told.message).toContain('What others said of it is not in this proof');
    const altered = JSON.parse(await readFile(out, 'utf8'));
    altered.path.index = 1;
    await writeFile(at('altered.json'), canonicalBytes(altered));
    const refused = await run(SG, ['verify', at('altered.json'), '--trust', at('trust.json')]);
    expect([refused.exit, refused.answer.code]).toEqual([10, 'ROOT_MISMATCH']);
    for (const [wrong, code] of [
      [batch, 'USAGE'],
      [`${batch}:x`, 'USAGE'],
      ['pack:0', 'USAGE'],
    ] as const) {
      expect(await refusal(SG, ['proof', 'label', wrong])).toEqual([2, code]);
    }
    expect(await refusal(SG, ['proof', 'label', `${batch}:2`])).toEqual([1, 'NOT_FOUND']);
  });
});

describe('an import that is interrupted', () => {
  it('goes on where it was, and doubles nothing', async () => {
    await writeFile(at('late.csv'), `address,category,label\n${sampleAddress(50)},scam,late\n`);
    const args = ['label', 'import', at('late.csv'), '--format', 'csv', '--source', 'x', ...BASIS];
    const send = globalThis.fetch;
    const refused = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation((url, init) =>
        `${url}`.endsWith('/v1/acts/endorse')
          ? Promise.resolve(new Response(null, { status: 503 }))
          : send(url, init),
      );
    expect((await run(CN, args)).answer.error.code).toBe('HTTP_503');
    refused.mockRestore();
    const [plan, ...others] = (await listPlans()).filter(({ parts }) => parts[0]?.done === false);
    expect(others).toEqual([]);
    const { answer } = await run(CN, args);
    expect(answer).toMatchObject({ resumed: true, batches: [{ before: false }] });
    expect(answer.batches[0].manifest).toBe(plan!.parts[0]!.manifest);
    // As if it had ended between the commit and its being noted: the ledger is asked.
    const [over] = (await listPlans()).filter(
      ({ parts }) => parts[0]?.manifest === plan!.parts[0]!.manifest,
    );
    over!.parts[0]!.done = false;
    await writeFile(over!.file, JSON.stringify({ ...over, file: undefined }));
    const again = await run(CN, args);
    expect(again.answer.batches).toMatchObject([{ ...answer.batches[0], before: true }]);
    const { items } = succeed(await run(SG, ['label', 'list', '--limit', '200']));
    const manifests = items.map(({ record }: { record: { manifest: string } }) => record.manifest);
    expect(new Set(manifests).size).toBe(manifests.length);
  });

  const listPlans = async () => {
    const directory = join(journey.homeOf(CN), 'data', 'default', 'labels');
    const files = (await readdir(directory)).map((name) => join(directory, name, 'plan.json'));
    const read = async (file: string) => ({ file, ...JSON.parse(await readFile(file, 'utf8')) });
    return Promise.all(files.map(read)) as Promise<
      { file: string; parts: { manifest: string; done: boolean }[] }[]
    >;
  };
});

describe('a single label', () => {
  const words = ['--network', 'ETH', '--category', 'scam', '--label', 'ten', '--source', 'file'];

  it('is added from standard input, so that its address stands in no history', async () => {
    const args = ['label', 'add', '-', ...words, ...BASIS];
    const { answer } = await run(CN, args, { stdin: `${sampleAddress(10)}\n` });
    expect(answer).toMatchObject({ size: 1, before: false });
    const again = await run(CN, args, { stdin: sampleAddress(10) });
    expect(again.answer).toMatchObject({ batch: answer.batch, before: true });
    expect(await refusal(CN, args, MISTYPED)).toEqual([2, 'BAD_INPUT']);
    const nowhere = ['label', 'add', '-', ...words, '--link', 'nothing', ...BASIS];
    expect(await refusal(CN, nowhere, sampleAddress(11))).toEqual([2, 'USAGE']);
    const unknown = ['label', 'add', '-', ...words, ...BASIS, '--taxonomy', 'none'];
    expect(await refusal(CN, unknown, sampleAddress(11))).toEqual([2, 'USAGE']);
  });
});

describe('screening', () => {
  it('ends in a code that says what was found, whatever stands beside it', async () => {
    await screenUntil(sampleAddress(1), { verdict: 'LABELLED' });
    const none = sampleAddress(99);
    expect((await screen([sampleAddress(1), MISTYPED])).exit).toBe(10);
    expect((await screen([none])).exit).toBe(0);
    expect((await screen([none, MISTYPED])).exit).toBe(3);
    for (const [verdict, exit] of [
      ['LABELLED', 10],
      ['STALE', 12],
      ['ERROR', 12],
      ['UNSUPPORTED', 3],
      ['NO_LABEL', 0],
    ] as const) {
      const reserved = writeReserved(networkOf(ETHEREUM)!, verdict)!;
      const answered = await screen([none, reserved]);
      expect([verdict, answered.exit]).toEqual([verdict, exit]);
    }
  });

  it('answers each line, and those that cannot be asked in their place', async () => {
    const rows = [
      'reference,Address,remark,network',
      `a,${sampleAddress(1)},"x, y",`,
      `b,${sampleAddress(99)},,ETH`,
      `c,${sampleAddress(99)},,nowhere`,
      'd,,,',
      'e,"broken,,',
      `f,${sampleAddress(1)},,bip122:000000000019d6689c085ae165831e93`,
    ];
    await writeFile(at('in.csv'), rows.join('\r\n'));
    const args = ['--file', at('in.csv'), '--csv', '-o', at('out.csv')];
    const { exit, answer } = await screen([...args, '--receipt', at('rows.receipt')]);
    expect(exit).toBe(10);
    expect(
      answer.answers.map(({ reference, verdict, code }: Record<string, string>) => [
        ...[reference, verdict, code],
      ]),
    ).toEqual([
      ['a', 'LABELLED', undefined],
      ['b', 'NO_LABEL', undefined],
      ['c', 'INVALID', 'ENTRY_MALFORMED'],
      ['d', 'INVALID', 'ENTRY_MALFORMED'],
      [undefined, 'INVALID', 'ENTRY_MALFORMED'],
      ['f', 'INVALID', 'ADDRESS_NETWORK'],
    ]);
    const out = (await readFile(at('out.csv'), 'utf8')).split('\r\n');
    expect(out[1]).toContain(
      `a,${sampleAddress(1)},LABELLED,${sampleAddress(1)},mixer,CnAgencyMSP`,
    );
    expect(out).toHaveLength(8);
    expect((await stat(at('rows.receipt'))).mode & 0o777).toBe(0o600);
    expect((await screen(args)).answer.error.code).toBe('FILE_EXISTS');
    await writeFile(at('none.csv'), 'wallet\nx');
    const headless = ['--file', at('none.csv'), '--csv', '-o', at('none.out')];
    expect((await screen(headless)).answer.error.code).toBe('BAD_INPUT');
  });

  it('reads lines from standard input, and tells people what it rests on', async () => {
    const { stdout, exit } = await runCli(['screen', '-', ...PURPOSE, '--explain'], {
      home: journey.homeOf(SG),
      stdin: `${sampleAddress(1)}\n\n${sampleAddress(99)}\n`,
    });
    expect(exit).toBe(10);
    expect(stdout).toMatch(/LABELLED +0x.* mixer +CnAgencyMSP +PROPOSED +50 = PROVENANCE 50/);
    expect(stdout).toContain('1 LABELLED, 1 NO_LABEL');
    expect(stdout).toMatch(/as of \d+ blocks/);
  });

  it('needs a purpose and something to ask', async () => {
    expect(await refusal(SG, ['screen', sampleAddress(1)])).toEqual([2, 'USAGE']);
    expect(await refusal(SG, ['screen', ...PURPOSE])).toEqual([2, 'USAGE']);
    expect(await refusal(SG, ['screen', 'x', '--purpose', '目的'])).toEqual([2, 'USAGE']);
    const both = ['screen', 'x', '--file', at('in.csv'), ...PURPOSE];
    expect(await refusal(SG, both)).toEqual([2, 'USAGE']);
    const ahead = ['screen', sampleAddress(1), '--as-of', '999999', ...PURPOSE];
    expect(await refusal(SG, ahead)).toEqual([12, 'HEIGHT_NOT_REACHED']);
  });

  it('leaves a receipt that is checked without a network, and breaks if anything is changed', async () => {
    const asked = await screen([sampleAddress(1), MISTYPED, '--receipt', at('r.receipt')]);
    const text = await readFile(at('r.receipt'), 'utf8');
    const outside = (file: string) => run('outsider', ['screen', 'verify-receipt', at(file)]);
    expect(succeed(await outside('r.receipt'))).toMatchObject({
      outcome: 'CONSISTENT',
      receipts: [{ member: 'SgAgencyMSP', purpose: 'CASE-2026-1', queries: 2 }],
    });
    const bend = async (from: string, to: string) => {
      await writeFile(at('bent.receipt'), text.replace(from, to));
      const { exit, answer } = await outside('bent.receipt');
      return [exit, answer.error?.code ?? `${answer.outcome} ${answer.code}`];
    };
    const { secret } = asked.answer.parts[0].receipt;
    const other = createHash('sha256').update('other').digest('base64url');
    expect(await bend('"mixer"', '"scam"')).toEqual([10, 'MISMATCH RECEIPT_MISMATCH']);
    expect(await bend('"LABELLED"', '"NO_LABEL"')).toEqual([10, 'MISMATCH RECEIPT_MISMATCH']);
    expect(await bend(secret, other)).toEqual([10, 'MISMATCH RECEIPT_MISMATCH']);
    const turned = text.replaceAll(sampleAddress(1), sampleAddress(2));
    expect(await bend(text, turned)).toEqual([10, 'MISMATCH RECEIPT_MISMATCH']);
    expect(await bend(text, 'no receipt')).toEqual([1, 'FILE_MALFORMED']);
    expect(await bend(text, '')).toEqual([1, 'FILE_MALFORMED']);
    expect((await outside('nowhere.receipt')).answer.error.code).toBe('FILE_UNREADABLE');
  });
});

describe('what others say', () => {
  const support = ['--legal-basis', 'sg-cpc-39@1', '--reason', 'traced by ourselves'];
  const REASON = ['--reason', 'looked at again'];

  it('stands beside the label: support, opinion, sighting', async () => {
    const label = `${batch}:0`;
    succeed(await run(SG, ['label', 'corroborate', label, ...support]));
    succeed(await run(SG, ['label', 'opine', label, '--opinion', '80', ...REASON]));
    succeed(await run(SG, ['label', 'sight', label, '--as', 'SEEN', ...REASON]));
    const twice = ['label', 'corroborate', label, ...support];
    expect(await refusal(SG, twice)).toEqual([1, 'ALREADY_EXISTS']);
    expect(await refusal(CN, twice)).toEqual([1, 'OWN_LABEL']);
    expect(await refusal(SG, ['label', 'opine', label, '--opinion', '101', ...REASON])).toEqual([
      ...[2, 'BAD_INPUT'],
    ]);
    const { label: shown } = succeed(await run(CN, ['label', 'show', batch, '--index', '0']));
    expect(shown).toMatchObject({ status: 'ACTIVE', supporters: ['SgAgencyMSP'] });
    expect(shown.responses).toHaveLength(3);
    const { labels } = succeed(await run(CN, ['label', 'show', batch]));
    expect(labels.map(({ status }: { status: string }) => status)).toEqual(['ACTIVE', 'PROPOSED']);
  });

  it('is disputed, answered, corrected and withdrawn', async () => {
    const dispute = ['label', 'dispute', `${batch}:1`, '--for', 'PERSON', ...support];
    const { record } = succeed(await run(SG, dispute));
    await screenUntil(sampleAddress(2), {
      labels: [{ status: 'DISPUTED' }, { status: 'WITHDRAWN' }],
    });
    const due = ['label', 'disputes', '--state', 'DUE', '--answerer', 'CnAgencyMSP'];
    expect(succeed(await run(CN, due)).items).toMatchObject([
      { state: 'DUE', dispute: { record: { id: record.id, onBehalfOf: 'PERSON' } } },
    ]);
    const answer = (position: string) => [
      ...['label', 'answer', record.id, '--position', position, ...REASON],
    ];
    expect(await refusal(CN, answer('CORRECTED'))).toEqual([1, 'WITHDRAWAL_MISSING']);
    expect(await refusal(SG, answer('MAINTAINED'))).toEqual([1, 'NOT_ANSWERER']);
    const right = ['--network', 'ETH', '--category', 'victim', '--label', 'two', '--source', 'x'];
    const corrected = await run(CN, ['label', 'add', '-', ...right, ...BASIS], {
      stdin: sampleAddress(2),
    });
    const withdraw = ['label', 'withdraw', `${batch}:1`, ...REASON];
    expect(await refusal(CN, [...withdraw, '--replaced-by', corrected.answer.batch])).toEqual([
      ...[2, 'USAGE'],
    ]);
    succeed(await run(CN, [...withdraw, '--replaced-by', `${corrected.answer.batch}:0`]));
    succeed(await run(CN, answer('CORRECTED')));
    expect(succeed(await run(CN, due)).items).toEqual([]);
    const { answer: found } = await screenUntil(sampleAddress(2), {
      verdict: 'LABELLED',
      labels: [{ status: 'WITHDRAWN' }, { status: 'WITHDRAWN' }, { category: 'victim' }],
    });
    const then = await screen([sampleAddress(2), '--as-of', `${found.parts[0].height}`]);
    expect(then.answer.answers).toEqual(found.answers);
  });
});

describe('a manifest', () => {
  it('that is missing is told, and is not declared to be kept back before its time', async () => {
    expect(succeed(await run(SG, ['label', 'missing']))).toMatchObject({ items: [], count: 0 });
    expect(succeed(await run(SG, ['status']))).toMatchObject({ missingManifests: 0 });
    const miss = ['label', 'miss', batch, '--reason', 'asked twice'];
    expect(await refusal(SG, miss)).toEqual([1, 'FETCH_TIME_RUNNING']);
    expect(await refusal(CN, miss)).toEqual([1, 'OWN_LABEL']);
  });
});

describe('an export', () => {
  it.each(['tagpack', 'misp', 'csv'])('as %s is read back in full', async (format) => {
    const file = at(`labels.${format}`);
    const done = succeed(await run(SG, ['label', 'export', '--format', format, '-o', file]));
    // One of the pack, the late one and two added ones; withdrawn ones are not handed on.
    expect(done).toMatchObject({ batches: 5, labels: 4, withdrawn: 3 });
    const back = ['label', 'import', file, '--format', format, '--dry-run', ...BASIS];
    expect(succeed(await run(CN, back)).counts).toMatchObject({ taken: 4, merged: 0, refused: {} });
    const again = ['label', 'export', '--format', format, '-o', file];
    expect(await refusal(SG, again)).toEqual([1, 'FILE_EXISTS']);
  });

  it.each(['tagpack', 'misp'])('as several files of %s is read back as well', async (format) => {
    const file = at(`parts.${format}`);
    const args = ['label', 'export', '--format', format, '--split', '3', '-o', file];
    const done = succeed(await run(SG, args));
    expect(done.output).toEqual([at(`parts-0001.${format}`), at(`parts-0002.${format}`)]);
    const back = ['label', 'import', ...done.output, '--format', format, '--dry-run', ...BASIS];
    expect(succeed(await run(CN, back)).counts).toMatchObject({ taken: 4, refused: {} });
    expect(await refusal(SG, [...args.slice(0, 5), '0', '-o', file])).toEqual([2, 'USAGE']);
  });

  it('as a list of addresses is of one asset, and says what is left out', async () => {
    const args = ['label', 'export', '--format', 'ofac', '-o', at('list.txt'), '--batch', batch];
    expect(await refusal(SG, args)).toEqual([2, 'USAGE']);
    const none = succeed(await run(SG, [...args, '--asset', 'BTC']));
    expect(none).toMatchObject({ labels: 0, withdrawn: 1, otherNetwork: 1 });
    succeed(await run(SG, [...args, '--asset', 'ETH', '--force']));
    expect(await readFile(at('list.txt'), 'utf8')).toBe(`${sampleAddress(1)}\n`);
  });
});
