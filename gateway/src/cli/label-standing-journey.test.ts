/** `label show` of a batch whose manifest is not here, over a real gateway; and what others said, to MISP and back. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const [CN, SG] = ['analyst.cn', 'analyst.sg'];
const REASON = ['--reason', 'met again'];
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'traced in our own case'];
const SEEN = '2026-03-01T10:00:00Z';

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
let batch: string;

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const show = (...args: string[]) => run(CN!, ['label', 'show', batch, ...args]);

beforeAll(async () => {
  journey = await Journey.open('label-standing');
  ({ at, run } = journey);
  for (const user of [CN, SG]) succeed(await journey.signIn(user!, ['init']));
  const label = ['--network', 'ETH', '--category', 'mixer', '--label', 'Pool 3', '--source', 'x'];
  const added = await run(CN!, ['label', 'add', sampleAddress(1), ...label, ...BASIS]);
  ({ batch } = succeed(added));
  const sight = ['label', 'sight', `${batch}:0`, '--as', 'SEEN', '--happened', SEEN, ...REASON];
  succeed(await run(SG!, sight));
  succeed(await run(SG!, ['label', 'opine', `${batch}:0`, '--opinion', '80', ...REASON]));
}, 120_000);
afterAll(() => journey?.close());

describe('an event of MISP', () => {
  const IMPORT = () => ['label', 'import', at('event.json'), '--format', 'misp', ...BASIS];

  it('says who met the address and what members think, without their reasons', async () => {
    const args = ['label', 'export', '--format', 'misp', '-o', at('event.json')];
    succeed(await run(SG!, args));
    const text = await readFile(at('event.json'), 'utf8');
    const { Event } = JSON.parse(text);
    const [address] = Event.Object[0].Attribute;
    const seconds = `${Date.parse(SEEN) / 1000}`;
    expect(address.Sighting).toMatchObject([
      { type: '0', date_sighting: seconds, source: 'SgAgencyMSP' },
    ]);
    expect(address.Opinion).toMatchObject([
      { opinion: '80', authors: 'SgAgencyMSP', object_uuid: address.uuid },
    ]);
    expect(text).not.toContain(REASON[1]);
  });

  it('is taken without what others said, and every bit of that is told', async () => {
    const args = [...IMPORT(), '--report', at('fate.ndjson')];
    const { counts, sighted } = succeed(await run(SG!, args));
    expect(counts).toMatchObject({ taken: 1, sightings: 1, recordable: 1, opinions: 1 });
    expect(sighted).toBeUndefined();
    const [line] = (await readFile(at('fate.ndjson'), 'utf8')).trim().split('\n');
    const { remarks } = JSON.parse(line!);
    expect(remarks).toEqual([
      {
        ...{ remark: 'SIGHTING', of: 'ADDRESS', kind: 'SEEN', at: Date.parse(SEEN) },
        source: 'SgAgencyMSP',
      },
      {
        ...{ remark: 'OPINION', of: 'ADDRESS', value: 80, author: 'SgAgencyMSP' },
        ...{ at: expect.any(Number), left: 'nobody gives an opinion on its own label' },
      },
    ]);
  });

  it('has its sighting on record once that is asked for, and once only', async () => {
    const args = [...IMPORT(), '--sightings'];
    const first = succeed(await run(SG!, args));
    expect(first).toMatchObject({ resumed: true, sighted: { recorded: 1, before: 0 } });
    expect(first.batches).toMatchObject([{ before: true }]);
    const again = succeed(await run(SG!, args));
    expect(again.sighted).toEqual({ recorded: 0, before: 1 });
    const own = ['label', 'show', first.batches[0].batch, '--index', '0'];
    const { label } = succeed(await run(SG!, own));
    expect(label.responses.map(({ record }: { record: object }) => record)).toMatchObject([
      {
        ...{ type: 'tabellion.sighting', sighting: 'SEEN', happenedAt: Date.parse(SEEN) },
        ...{ reason: BASIS[3], act: { member: 'SgAgencyMSP' } },
      },
    ]);
    // Whoever asserts a label and met its address does not support itself.
    expect(label.supporters).toEqual([]);
  });

  it('is told of before anything is asserted, and alone has sightings', async () => {
    const dry = succeed(await run(CN!, [...IMPORT(), '--dry-run', '--sightings']));
    expect(dry).toMatchObject({ counts: { recordable: 1 }, batches: [] });
    expect(dry).not.toHaveProperty('sighted');
    await writeFile(at('list.csv'), 'address\n');
    const csv = ['label', 'import', at('list.csv'), '--format', 'csv', '--sightings', ...BASIS];
    const { exit, answer } = await run(CN!, csv);
    expect([exit, answer.error.code]).toEqual([2, 'USAGE']);
  });
});

describe('a batch whose manifest is not here', () => {
  let manifest: string;
  let file: string;

  beforeAll(async () => {
    const shown = succeed(await show());
    expect(shown.standing).toBe('COUNTS');
    ({ manifest } = shown.batch.record);
    file = join(journey.directory, 'data', 'gateway', 'labels', `${manifest}.ndjson`);
    await stat(file);
    await rename(file, at('away'));
  });
  afterAll(() => rename(at('away'), file));

  it('is shown as far as the ledger goes, and is neither found nor void', async () => {
    for (const more of [[], ['--index', '0']]) {
      const { exit, answer } = await show(...more);
      expect([exit, answer.standing]).toEqual([12, 'ABSENT']);
      expect(answer).not.toHaveProperty('labels');
      expect(answer.batch.record).toMatchObject({ size: 1, manifest });
      expect(answer.responses).toHaveLength(2);
    }
    const words = ['label', 'show', batch];
    const { exit, stdout } = await runCli(words, { home: journey.homeOf(CN!) });
    expect(exit).toBe(12);
    expect(stdout).toContain('this gateway has not got the manifest');
    expect(stdout).toContain('80 of 100');
  });

  it('is no batch that there is none of', async () => {
    const { exit, answer } = await run(CN!, ['label', 'show', 'ab'.repeat(32)]);
    expect([exit, answer.error.code]).toEqual([1, 'NOT_FOUND']);
  });

  it('keeps what needs its labels from going on, and says why', async () => {
    const commands = [
      ['label', 'sight', `${batch}:0`, '--as', 'SEEN', ...REASON],
      ['label', 'export', '--format', 'csv', '-o', at('export.csv')],
    ];
    for (const command of commands) {
      const { exit, answer } = await run(SG!, command);
      expect([exit, answer.error.code]).toEqual([1, 'MANIFEST_MISSING']);
    }
  });
});
