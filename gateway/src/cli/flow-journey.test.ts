/** Observed transfers by command line, over a real gateway: imported, followed, drafted from, rebutted. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const [CN, COLLECTOR, SG] = ['analyst.cn', 'investigator.cn', 'analyst.sg'];
const [JUDGE, COUNSEL] = ['judicialReviewer.de', 'delegate.exchange'];
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'traced in our own case'];
const PURPOSE = ['--purpose', 'CASE-2026-1'];

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
let acquisition: string;
let batch: string;

beforeAll(async () => {
  journey = await Journey.open('flow');
  ({ at, run } = journey);
  for (const user of [CN, COLLECTOR, SG, JUDGE, COUNSEL])
    succeed(await journey.signIn(user!, ['init']));
  const acquired = succeed(await run(COLLECTOR!, [...ACQUIRE, '--system', 'CN']));
  acquisition = acquired.id ?? acquired.acquisition;
  await writeFile(at('flow.csv'), listOf());
}, 120_000);
afterAll(() => journey?.close());

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const hash = (number: number) => `0x${number.toString(16).padStart(64, '0')}`;
/** 1 pays 2, who pays an exchange (3) and keeps the rest; a negative amount; the first once more. */
const listOf = () =>
  [
    'transaction,from,to,amount,at',
    `${hash(1)},${sampleAddress(1)},${sampleAddress(2)},1000,2026-03-01T10:00:00Z`,
    `${hash(2)},${sampleAddress(2)},${sampleAddress(3)},400,2026-03-01T11:00:00Z`,
    `${hash(3)},${sampleAddress(2)},${sampleAddress(3)},-5,2026-03-01T12:00:00Z`,
    `${hash(1)},${sampleAddress(1)},${sampleAddress(2)},1000,2026-03-01T10:00:00Z`,
    '',
  ].join('\n');
const IMPORT = [
  ...['--network', 'ETH', '--provenance', 'ledger_immanent', '--source', 'own node', ...BASIS],
];
const follow = (args: readonly string[], stdin = '') =>
  run(SG!, ['flow', 'follow', ...args, '--network', 'ETH', ...PURPOSE], { stdin });
/** Waits until the transfers and labels are taken in. */
const followUntil = (args: readonly string[], found: object) =>
  vi.waitFor(async () => {
    const { exit, answer } = await follow(args);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer.nodes).toMatchObject(found);
    return answer;
  }, 20_000);

describe('a list of transfers', () => {
  it('is asserted but for what is refused, with the evidence that it rests on', async () => {
    const link = ['--link', `ACQUISITION:${acquisition}`];
    const args = ['flow', 'import', at('flow.csv'), ...IMPORT];
    const bare = await run(CN!, args);
    expect(bare).toMatchObject({ exit: 3, answer: { counts: { taken: 0 }, batches: [] } });
    const foreign = ['--link', `ACQUISITION:${'ab'.repeat(16)}`];
    expect((await run(CN!, [...args, ...foreign])).answer.error.code).toBe('NOT_FOUND');
    const report = ['--report', at('fate.ndjson')];
    const { exit, answer } = await run(CN!, [...args, ...link, ...report]);
    expect(exit).toBe(3);
    expect(answer.counts).toMatchObject({ lines: 4, taken: 2, merged: 1 });
    expect(answer.counts.refused).toEqual({ AMOUNT_FORM: 1 });
    expect(answer.batches).toMatchObject([{ size: 2, before: false }]);
    batch = answer.batches[0].batch;
    const fates = (await readFile(at('fate.ndjson'), 'utf8')).trim().split('\n');
    expect(fates.map((line) => JSON.parse(line).fate)).toEqual([
      ...['TAKEN', 'TAKEN', 'REFUSED', 'MERGED'],
    ]);
    const again = await run(CN!, [...args, ...link]);
    expect(again.answer).toMatchObject({ resumed: true, batches: [{ batch, before: true }] });
  });

  it('is shown once it is checked against the ledger, and is none of labels', async () => {
    const { transfers } = succeed(await run(SG!, ['flow', 'show', batch]));
    expect(transfers).toMatchObject([{ statement: { amount: '1000' } }, { index: 1 }]);
    expect((await run(SG!, ['label', 'show', batch])).answer.error.code).toBe('USAGE');
    const { items } = succeed(await run(SG!, ['label', 'list']));
    expect(items).toMatchObject([{ record: { content: 'TRANSFERS' } }]);
  });
});

it('a batch whose manifest is not here is shown as far as the ledger goes', async () => {
  const { manifest } = succeed(await run(SG!, ['flow', 'show', batch])).batch.record;
  const file = join(journey.directory, 'data', 'gateway', 'labels', `${manifest}.ndjson`);
  await rename(file, at('away'));
  try {
    const { exit, answer } = await run(SG!, ['flow', 'show', batch]);
    expect([exit, answer.standing]).toEqual([12, 'ABSENT']);
    expect(answer.batch.record).toMatchObject({ content: 'TRANSFERS', size: 2, manifest });
    expect(answer.responses).toEqual([]);
    expect(answer).not.toHaveProperty('transfers');
  } finally {
    await rename(at('away'), file);
  }
  succeed(await run(SG!, ['flow', 'show', batch]));
});

describe('following', () => {
  beforeAll(async () => {
    const words = [sampleAddress(3), '--network', 'ETH', '--category', 'exchange'];
    const said = ['--label', 'Hot wallet', '--actor', 'harbour|x', '--source', 'own records'];
    succeed(await run(CN!, ['label', 'add', ...words, ...said, ...BASIS]));
  });

  it('ends at the exchange, and drafts an order from what was traced', async () => {
    const files = ['--csv', at('flow-out.csv'), '-o', at('flow-out.json')];
    const answer = await followUntil(
      [sampleAddress(1)],
      [
        { end: null },
        { end: 'UNSPENT', pools: [{ observed: '600', tainted: '600' }] },
        { end: 'EXCHANGE', pools: [{ tainted: '400' }] },
      ],
    );
    expect(answer.transfers[1].observations).toMatchObject([{ batch, index: 1 }]);
    const drafted = ['--draft-orders', journey.directory];
    const written = succeed(await follow([sampleAddress(1), ...files, ...drafted]));
    expect(written.written).toHaveLength(6);
    const draft = await readFile(at('freeze-1.draft.md'), 'utf8');
    expect(draft).toContain('DRAFT');
    expect(draft).toContain('**It is no');
    expect(draft).toContain(`| ${sampleAddress(3)} | native | 400 | 400 |`);
    expect(draft).toContain('harbour\\|x');
    expect(draft).toContain(`${batch}:1`);
    expect(draft).toContain(`ACQUISITION:${acquisition}`);
    const rows = (await readFile(at('flow-out.csv'), 'utf8')).trim().split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[2]).toContain(`${batch}:1`);
    const kept = JSON.parse(await readFile(at('flow-out.json'), 'utf8'));
    expect(kept.receipt.entry).toBeDefined();
  });

  it('is issued as an order once what the draft leaves open is filled in', async () => {
    const draft = async (name: string) => {
      const file = at(`freeze-1.${name}.json`);
      return { file, content: JSON.parse(await readFile(file, 'utf8')) };
    };
    const complete = async (name: string, changes: object) => {
      const { file, content } = await draft(name);
      await writeFile(file, JSON.stringify({ ...content, ...changes }));
      return file;
    };
    const { file, content } = await draft('order');
    const issue = ['order', 'issue', '--input', file];
    const texts = ['addressee', 'enforcing'].flatMap((name) => [
      `--${name}`,
      at(`freeze-1.${name}.json`),
    ]);
    expect((await run(JUDGE!, [...issue, ...texts])).answer.error.code).toBe('BAD_INPUT');
    const first = (id: string) => ({ id, version: 1 });
    const seen = { authority: 'court of DE', law: 'StGB 263' };
    await complete('addressee', seen);
    await complete('enforcing', { ...seen, facts: 'many were defrauded' });
    const input = await complete('order', {
      ...{ case: 'CASE-2026-1', addressee: 'ExchangeMSP', enforcing: 'SgAgencyMSP' },
      calendars: {
        ...{ ISSUER: first('germany'), ADDRESSEE: first('singapore') },
        ENFORCING: first('singapore'),
      },
      stated: [{ ...content.stated[0], days: 14 }],
      legalBasis: first('de-stpo-94'),
    });
    expect(input).toBe(file);
    const { id } = succeed(await run(JUDGE!, [...issue, ...texts]));
    const words = ['order', 'read', id, 'ADDRESSEE'];
    const shown = await vi.waitFor(async () => succeed(await run(COUNSEL!, words)), 20_000);
    const textOf = (field: string) =>
      shown.fields.find((each: { id: string }) => each.id === field).text;
    expect(textOf('assets')).toContain(`${sampleAddress(3)}: native, up to 400`);
    expect(textOf('flow')).toContain(`ACQUISITION:${acquisition}`);
  });

  it('reads the address from standard input, and tells people what it means', async () => {
    const words = ['flow', 'follow', '-', '--network', 'ETH', ...PURPOSE];
    const home = journey.homeOf(SG!);
    const { exit, stdout } = await runCli(words, { home, stdin: `${sampleAddress(1)}\n` });
    expect(exit).toBe(0);
    expect(stdout).toContain('NOT_OBSERVED says that no member observed more');
    expect(stdout).toMatch(/EXCHANGE +0x\S+ +400 native +exchange “Hot wallet” PROPOSED/);
  });

  it('drafts nothing where nothing traced ends at an exchange', async () => {
    const args = [sampleAddress(9), '--draft-orders', journey.directory];
    const { exit, answer } = await follow(args);
    expect([exit, answer.nodes[0].end]).toEqual([3, 'NOT_OBSERVED']);
    expect((await readdir(journey.directory)).filter((name) => name.endsWith('.md'))).toHaveLength(
      1,
    );
  });

  it.each([
    ['without a purpose', [sampleAddress(1)], false],
    ['from an address and a transaction', [sampleAddress(1), '--transaction', hash(1)], true],
    ['back with a draft', [sampleAddress(1), '--back', '--draft-orders', '.'], true],
  ])('is not done %s', async (_, words, isWithPurpose) => {
    const args = ['flow', 'follow', ...words, '--network', 'ETH'];
    const { exit } = await run(SG!, [...args, ...(isWithPurpose ? PURPOSE : [])]);
    expect(exit).toBe(2);
  });
});
