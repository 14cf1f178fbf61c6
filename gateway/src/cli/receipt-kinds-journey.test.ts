/**
 * Receipts of flow and private questions by command line, over a real gateway: as those of screenings, they are
 * kept, proven, bent, and opened under audit.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';

const [CN, COLLECTOR, SG, AUDITOR] = ['analyst.cn', 'investigator.cn', 'analyst.sg', 'auditor.sg'];
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'traced in our own case'];
const PURPOSE = ['--purpose', 'CASE-2026-1'];
const LOOK = ['--purpose', 'AUDIT-2026-3', '--legal-basis', 'sg-cpc-39@1'];
const hash = (number: number) => `0x${number.toString(16).padStart(64, '0')}`;

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
// biome-ignore lint/suspicious/noExplicitAny: lines of several kinds, which the tests look into
const readLines = async (file: string): Promise<any[]> =>
  (await readFile(at(file), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const writeLines = (file: string, lines: readonly object[]) =>
  writeFile(
    at(file),
    lines.map((line) => `${Buffer.from(canonicalBytes(line))}\n`),
  );
const outside = (args: readonly string[]) =>
  run('outsider', ['screen', 'verify-receipt', ...args, '--trust', at('trust.json')]);

beforeAll(async () => {
  journey = await Journey.open('receipt-kinds');
  ({ at, run } = journey);
  for (const user of [CN, COLLECTOR, AUDITOR]) succeed(await journey.signIn(user!, ['init']));
  succeed(await journey.signIn(SG!, ['init', '--trust-on-first-use']));
  succeed(await run(SG!, ['trust', 'export', '-o', at('trust.json')]));
  const acquired = succeed(await run(COLLECTOR!, [...ACQUIRE, '--system', 'CN']));
  await writeFile(
    at('flow.csv'),
    `transaction,from,to,amount,at\n${hash(1)},${sampleAddress(1)},${sampleAddress(2)},9,2026-03-01T10:00:00Z\n`,
  );
  const link = ['--link', `ACQUISITION:${acquired.id ?? acquired.acquisition}`];
  const said = ['--network', 'ETH', '--provenance', 'ledger_immanent', '--source', 'own node'];
  succeed(await run(CN!, ['flow', 'import', at('flow.csv'), ...said, ...link, ...BASIS]));
  const label = ['--network', 'eip155:1', '--category', 'mixer', '--label', 'Pool 3'];
  const source = ['--source', 'Case file', ...BASIS];
  succeed(await run(CN!, ['label', 'add', sampleAddress(7), ...label, ...source]));
}, 120_000);
afterAll(() => journey?.close());

const follow = (args: readonly string[]) =>
  run(SG!, ['flow', 'follow', sampleAddress(1), '--network', 'ETH', ...PURPOSE, ...args]);
const screen = (way: string, file: string, addresses: readonly string[]) => {
  const kept = ['--receipt', at(file), '--force', '--private', way];
  return run(SG!, ['screen', ...addresses, ...kept, ...PURPOSE]);
};
const ASKED = [sampleAddress(7), sampleAddress(8), sampleAddress(7), 'no address'];

interface Kind {
  readonly name: string;
  /** Waits until what is asked about is there, and asks with a receipt kept in that file. */
  readonly ask: (file: string) => Promise<void>;
  /** One for each receipt. */
  readonly operations: readonly string[];
  readonly counts?: object;
  /** What an auditor sees of each. */
  readonly asked: readonly object[];
  /** Changes to the last receipt, none of which its entry commits to. */
  // biome-ignore lint/suspicious/noExplicitAny: as of `readLines`
  readonly bends: Readonly<Record<string, (receipt: any) => object>>;
}

const askPrivately = (way: string) => async (file: string) => {
  await vi.waitFor(async () => {
    const { answer } = await screen(way, file, ASKED);
    expect(answer.counts, JSON.stringify(answer)).toMatchObject({ LABELLED: 2, NO_LABEL: 1 });
  }, 60_000);
};
const flip = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
const BUCKET_BENDS: Kind['bends'] = {
  'another bucket': ({ answer }) => ({ answer: flip(answer) }),
  'another table': ({ table }) => ({ table: { ...table, height: table.height + 1 } }),
  'another question': ({ question }) => ({
    question: { ...question, buckets: question.buckets.map((each: number) => each + 1) },
  }),
  'another verdict': ({ answers: [first, ...rest] }) => ({
    answers: [{ ...first, verdict: 'NO_LABEL' }, ...rest],
  }),
  'a label left out': ({ answers: [first, ...rest] }) => ({
    answers: [{ ...first, labels: [] }, ...rest],
  }),
  'another address': ({ queries: [first, ...rest], answers: [one, ...others] }) => ({
    queries: [{ ...first, address: sampleAddress(9) }, ...rest],
    answers: [{ ...one, submitted: sampleAddress(9) }, ...others],
  }),
};
const COUNTS = { LABELLED: 2, NO_LABEL: 1, INVALID: 0 };

const KINDS: readonly Kind[] = [
  {
    name: 'flow',
    async ask(file) {
      await vi.waitFor(async () => {
        const { exit, answer } = await follow(['--hops', '3', '--receipt', at(file), '--force']);
        expect(exit, JSON.stringify(answer)).toBe(0);
        expect(answer.transfers).toHaveLength(1);
      }, 20_000);
    },
    operations: ['followFlow'],
    asked: [{ address: sampleAddress(1), network: 'eip155:1', direction: 'FORWARD', hops: 3 }],
    bends: {
      'another start': ({ answer }) => ({
        answer: { ...answer, query: { ...answer.query, address: sampleAddress(2) } },
      }),
      'fewer hops': ({ answer }) => ({
        answer: { ...answer, query: { ...answer.query, hops: 2 } },
      }),
      'a transfer left out': ({ answer }) => ({ answer: { ...answer, transfers: [] } }),
    },
  },
  {
    name: 'oprf',
    ask: askPrivately('oprf'),
    operations: ['evaluateBlinded', 'showPrivateBuckets'],
    counts: COUNTS,
    asked: [{ keyId: expect.any(String), point: expect.any(String) }, { bucket: 0 }],
    bends: BUCKET_BENDS,
  },
  {
    name: 'hash',
    ask: askPrivately('hash'),
    operations: ['showPrivateBuckets'],
    counts: COUNTS,
    asked: [{ bucket: 0, table: expect.any(String) }],
    bends: BUCKET_BENDS,
  },
];

describe.each(KINDS)('a receipt of the kind $name', (kind) => {
  const { name, operations } = kind;
  const file = `${name}.receipt`;
  const proof = () => ['--proof', at(`${name}.proof`)];

  beforeAll(() => kind.ask(file), 120_000);

  it('is kept for whoever asked, and signed at once', async () => {
    expect((await stat(at(file))).mode & 0o777).toBe(0o600);
    const { outcome, receipts } = succeed(await outside([at(file)]));
    expect(outcome).toBe('SIGNED');
    expect(receipts.map(({ operation }: { operation: string }) => operation)).toEqual(operations);
    expect(receipts.at(-1)).toMatchObject({
      ...{ purpose: 'CASE-2026-1', seal: { member: 'SgAgencyMSP' } },
      ...(kind.counts && { counts: kind.counts }),
    });
  });

  it('is proven to be on the ledger', async () => {
    await vi.waitFor(async () => {
      const prove = ['screen', 'prove-receipt', at(file), '-o', at(`${name}.proof`)];
      const { exit, answer } = await run(SG!, prove);
      if (exit !== 0) expect([exit, answer.error.code]).toEqual([12, 'ENTRY_WAITING']);
      expect(exit).toBe(0);
    }, 30_000);
    const { outcome, receipts } = succeed(await outside([at(file), ...proof()]));
    expect(outcome).toBe('ANCHORED');
    expect(receipts).toHaveLength(operations.length);
    for (const receipt of receipts) expect(receipt.anchor).toMatchObject({ member: 'SgAgencyMSP' });
  });

  it.each(Object.keys(kind.bends))('commits to nothing else: %s', async (bend) => {
    const lines = await readLines(file);
    const last = lines.pop();
    await writeLines('bent', [...lines, { ...last, ...kind.bends[bend]!(last) }]);
    const { exit, answer } = await outside([at('bent'), ...proof()]);
    expect([exit, answer.outcome, answer.failed]).toEqual([10, 'MISMATCH', 'receipt']);
    expect(answer.position).toBe(last.position);
  });

  it('is opened by an auditor, on record, and its opening fits the same entry', async () => {
    const lines = await readLines(file);
    const positions = lines.map(({ position }) => `${position}`);
    const words = ['screen', 'open', ...positions, ...LOOK, '-o', at(`${name}.opened`)];
    const { screenings, receipt } = succeed(await run(AUDITOR!, words));
    expect(screenings.map(({ operation }: { operation: string }) => operation)).toEqual(operations);
    expect(screenings.map(({ asked: [first] }: { asked: [object] }) => first)).toMatchObject(
      kind.asked,
    );
    expect(receipt.entry).toBeDefined();
    const opened = [at(`${name}.opened`), ...proof()];
    expect(succeed(await outside(opened))).toMatchObject({ outcome: 'ANCHORED' });
    const [first, ...rest] = await readLines(`${name}.opened`);
    const bent = Buffer.from(first.opening, 'base64url').toString().replace('"v":1', '"v":2');
    const changed = { ...first, opening: Buffer.from(bent).toString('base64url') };
    await writeLines('bent', [changed, ...rest]);
    const { exit, answer } = await outside([at('bent'), ...proof()]);
    expect([exit, answer.failed, answer.code]).toEqual([10, 'receipt', 'RECEIPT_MISMATCH']);
  });
});

describe('of blinded points', () => {
  const judge = async (lines: readonly object[]) => {
    await writeLines('bent', lines);
    const { exit, answer } = await outside([at('bent')]);
    return [exit, answer.failed, answer.message];
  };

  it('others than the addresses that they were made of show nothing', async () => {
    const [evaluation, ...buckets] = await readLines('oprf.receipt');
    const [first, ...rest] = evaluation.blinded;
    const bend = (changes: object) => ({
      ...evaluation,
      blinded: [{ ...first, ...changes }, ...rest],
    });
    const notMade = [10, 'receipt', expect.stringContaining('than its blinds show')];
    expect(await judge([bend({ blind: flip(first.blind) }), ...buckets])).toEqual(notMade);
    expect(await judge([bend({ input: rest[0].input }), ...buckets])).toEqual(notMade);
    expect(await judge([{ ...evaluation, blinded: rest }, ...buckets])).toEqual(notMade);
    const zero = Buffer.alloc(32).toString('base64url');
    expect(await judge([bend({ blind: zero }), ...buckets])).toEqual(notMade);
  });

  it('and buckets without the evaluation that opens them show nothing', async () => {
    const [, ...buckets] = await readLines('oprf.receipt');
    expect(await judge(buckets)).toEqual([10, 'receipt', expect.stringContaining('evaluated')]);
  });

  it('show nothing by the proof of another evaluation', async () => {
    await askPrivately('oprf')('other.receipt');
    const [evaluation, ...buckets] = await readLines('oprf.receipt');
    const [other] = await readLines('other.receipt');
    expect((await judge([{ ...evaluation, answer: other.answer }, ...buckets]))[0]).toBe(10);
  });
});

it('a question about flows is held to what was asked, and to the height that was asked for', async () => {
  expect((await follow(['--receipt', at('flow.receipt')])).answer.error.code).toBe('FILE_EXISTS');
  const { height } = succeed(await follow([]));
  const again = succeed(await follow(['--as-of', `${height}`]));
  expect(again.height).toBe(height);
  const mistyped = [`${sampleAddress(1).slice(0, -1)}0`, '--network', 'ETH', ...PURPOSE];
  const refused = await run(SG!, ['flow', 'follow', ...mistyped]);
  expect([refused.exit, refused.answer.error.code]).toEqual([2, 'BAD_INPUT']);
  expect(JSON.stringify(refused.answer)).not.toContain(mistyped[0]);
});
