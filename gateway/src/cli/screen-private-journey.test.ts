/** `screen --private` over a real gateway: what is found, what is kept, and what is not believed. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64url } from '@tabellion/proof';
import { normaliseAddress } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { Journey } from './journey-testing.ts';

const CN = 'analyst.cn';
const SG = 'analyst.sg';
const PURPOSE = ['--purpose', 'Onboarding check'];
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'traced'];

let journey: Journey;
let run: Journey['run'];
let at: Journey['at'];

const screen = (args: readonly string[], stdin = '') =>
  run(SG, ['screen', ...args, ...PURPOSE], { stdin });

beforeAll(async () => {
  journey = await Journey.open('screen-private');
  ({ run, at } = journey);
  for (const user of [CN, SG]) expect((await journey.signIn(user, ['init'])).exit).toBe(0);
  const added = await run(
    CN,
    [
      ...['label', 'add', '-', '--network', 'eip155:1', '--category', 'mixer', '--label', 'Pool 3'],
      ...['--source', 'Case file', '--provenance', 'forensic', '--tlp', 'AMBER', '--pap', 'AMBER'],
      ...BASIS,
    ],
    { stdin: sampleAddress(1) },
  );
  expect(added.exit, JSON.stringify(added.answer)).toBe(0);
}, 120_000);
afterAll(() => journey?.close());

describe.each(['oprf', 'hash'])('asking with --private %s', (way) => {
  it('finds what is labelled, from standard input, and says how old that is', async () => {
    const lines = [sampleAddress(1), sampleAddress(2), 'no address', ''].join('\n');
    const { exit, answer } = await vi.waitFor(async () => {
      const answered = await screen(['-', '--private', way], lines);
      expect(answered.answer.counts?.LABELLED, JSON.stringify(answered.answer)).toBe(1);
      return answered;
    }, 60_000);
    expect(exit).toBe(10);
    const verdicts = answer.answers.map(({ verdict }: { verdict: string }) => verdict);
    expect(verdicts).toEqual(['LABELLED', 'NO_LABEL', 'INVALID']);
    expect(answer.answers[0].labels).toMatchObject([{ category: 'mixer', label: 'Pool 3' }]);
    expect(answer.table).toMatchObject({ kind: way.toUpperCase(), height: expect.any(Number) });
    expect(answer.asked.evaluations).toBe(way === 'oprf' ? 2 : 0);
  });

  it('keeps receipts that commit to what was sent, and hold the addresses for whoever asked only', async () => {
    const file = at(`asked-${way}.receipt`);
    const { exit } = await screen([sampleAddress(2), '--private', way, '--receipt', file]);
    expect(exit).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const kept = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(kept).toHaveLength(way === 'oprf' ? 2 : 1);
    const read = normaliseAddress(sampleAddress(2));
    const key = 'key' in read ? read.key : undefined;
    const inputs = kept.flatMap(({ blinded = [] }) =>
      blinded.map(({ input }: { input: string }) => input),
    );
    expect(inputs.map(fromBase64url)).toEqual(way === 'oprf' ? [new Uint8Array(key!)] : []);
    for (const { question } of kept) {
      expect(JSON.stringify(question)).not.toContain(sampleAddress(2));
    }
    const [{ address }] = kept.at(-1).queries;
    expect([address, kept.at(-1).answers[0].verdict]).toEqual([sampleAddress(2), 'NO_LABEL']);
    const trust = at(`${way}.trust.json`);
    expect((await run(SG, ['trust', 'export', '-o', trust])).exit).toBe(0);
    const verify = () => run('outsider', ['screen', 'verify-receipt', file, '--trust', trust]);
    expect((await verify()).answer).toMatchObject({ outcome: 'SIGNED' });
    const [{ secret }] = kept;
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(secret, 'A'.repeat(secret.length)));
    expect((await verify()).answer).toMatchObject({ outcome: 'MISMATCH', failed: 'receipt' });
  });
});

it('asks for several buckets under one receipt, which holds', async () => {
  const addresses = Array.from({ length: 200 }, (_, number) => sampleAddress(100 + number));
  const lines = addresses.map((address) => `${address},mixer,Pool 4\n`);
  await writeFile(at('list.csv'), `address,category,label\n${lines.join('')}`);
  const args = ['label', 'import', at('list.csv'), '--format', 'csv', '--source', 'Case file'];
  const added = await run(CN, [...args, ...BASIS]);
  expect(added.exit, JSON.stringify(added.answer)).toBe(0);
  const file = at('several.receipt');
  const { answer } = await vi.waitFor(async () => {
    const asked = ['-', '--private', 'hash', '--receipt', file, '--force'];
    const answered = await screen(asked, addresses.slice(0, 40).join('\n'));
    expect(answered.answer.counts?.LABELLED, JSON.stringify(answered.answer)).toBe(40);
    return answered;
  }, 60_000);
  expect(answer.asked.buckets).toBeGreaterThan(1);
  const trust = at('several.trust.json');
  expect((await run(SG, ['trust', 'export', '-o', trust])).exit).toBe(0);
  const verified = await run('outsider', ['screen', 'verify-receipt', file, '--trust', trust]);
  expect(verified.answer).toMatchObject({ outcome: 'SIGNED' });
}, 120_000);

describe('what is not believed or not taken', () => {
  const keyFile = () => join(journey.homeOf(SG), 'config', 'default', 'oprf-key.json');
  const ask = (...more: string[]) => screen([sampleAddress(2), '--private', 'oprf', ...more]);

  it('another key than before, unless a person says so', async () => {
    const kept = await readFile(keyFile(), 'utf8');
    const { member, key } = JSON.parse(kept);
    await writeFile(keyFile(), JSON.stringify({ member, key: 'f'.repeat(32) }));
    const refused = await ask();
    expect([refused.exit, refused.answer.error.code]).toEqual([11, 'OPRF_KEY_CHANGED']);
    const other = await ask('--accept-key', 'e'.repeat(32));
    expect(other.answer.error.code).toBe('OPRF_KEY_CHANGED');
    const taken = await ask('--accept-key', key);
    expect([taken.exit, taken.answer.remark]).toEqual([0, expect.stringContaining(key)]);
    expect(await readFile(keyFile(), 'utf8')).toBe(kept);
  });

  it('what a table does not have', async () => {
    for (const option of [['--as-of', '1'], ['--explain']]) {
      expect((await ask(...option)).answer.error.code).toBe('USAGE');
    }
    const { answer } = await run(SG, ['screen', sampleAddress(2), '--private', 'oprf']);
    expect(answer.error.code).toBe('USAGE');
  });
});
