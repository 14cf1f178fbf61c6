/** The custody report of an item, by command line over a real gateway, for the giver and the receiver. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';

const CN = 'investigator.cn';
const SG = 'investigator.sg';

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
let item: string;

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const refusal = async (user: string, ...words: string[]) => {
  const { exit, answer } = await run(user, ['report', ...words]);
  return [exit, answer.error?.code];
};

beforeAll(async () => {
  journey = await Journey.open('report');
  ({ at, run } = journey);
  for (const user of [CN, SG]) succeed(await journey.signIn(user, ['init']));
  const { id } = succeed(await run(CN, [...ACQUIRE, '--system', 'CN']));
  await mkdir(at('seized'));
  await writeFile(at('seized/照片 <1>.jpg'), 'a photograph');
  await writeFile(at('seized/other.txt'), 'another');
  succeed(await run(CN, ['anchor', '--acquisition', id, at('seized')]));
  const open = ['custody', 'open', at('seized/照片 <1>.jpg'), '--reason', 'request 44'];
  const opened = [...open, '-o', at('photo.json')];
  // The attestation is collected because the batch committed.
  item = (await vi.waitFor(async () => succeed(await run(CN, opened)), 20_000)).item;
  succeed(
    await run(CN, ['custody', 'offer', item, '--to', 'SgAgencyMSP', '--reason', 'request 44']),
  );
}, 120_000);
afterAll(() => journey?.close());

describe('report', () => {
  it('is written as HTML with the proofs of content and custody, which verify', async () => {
    const out = at('item.html');
    const answer = succeed(await run(CN, ['report', item, '--out', out]));
    expect(answer).toMatchObject({ file: out, item, format: 'html', language: 'en' });
    expect(answer.attached).toEqual([
      `${item.slice(0, 16)}.proof.json`,
      `${item.slice(0, 16)}.custody.json`,
    ]);
    const html = await readFile(out, 'utf8');
    expect(html).toContain('照片 &lt;1&gt;.jpg');
    expect(html).toContain('Hand-over offered');
    expect(html).toContain('one operator holds the keys of all members');
    succeed(await run(CN, ['trust', 'export', '-o', at('trust.json')]));
    const links = [...html.matchAll(/download="([^"]+)" href="data:[^;]+;base64,([^"]+)"/g)];
    expect(links).toHaveLength(2);
    for (const [, name, data] of links) {
      await writeFile(at(name!), Buffer.from(data!, 'base64'));
      const verify = ['verify', at(name!), '--trust', at('trust.json')];
      expect(succeed(await run(CN, verify))).toMatchObject({ outcome: 'INTACT' });
    }
  });

  it('is written as PDF in Chinese, with chosen sections, the same bytes each time', async () => {
    const words = ['report', item, '--lang', 'zh', '--sections', 'timeline,verify'];
    const answer = succeed(await run(CN, [...words, '--out', at('item.pdf')]));
    expect(answer).toMatchObject({ format: 'pdf', sections: ['timeline', 'verify'] });
    const pdf = await readFile(at('item.pdf'));
    expect(pdf.subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(pdf.length).toBe(answer.bytes);
    // Each asking gives an attestation of its own, so one is kept for both.
    succeed(await run(CN, ['proof', 'custody', item, '--output', at('chain.json')]));
    const bundles = ['--bundle', at('photo.json'), '--bundle', at('chain.json')];
    succeed(await run(CN, [...words, ...bundles, '--out', at('one.pdf')]));
    succeed(await run(CN, [...words, ...bundles, '--out', at('two.pdf')]));
    expect((await readFile(at('one.pdf'))).equals(await readFile(at('two.pdf')))).toBe(true);
    const handed = ['--bundle', at('photo.json'), '--out', at('three.pdf')];
    expect(succeed(await run(CN, [...words, ...handed])).attached).toHaveLength(2);
  });

  it('has exports beside it that take a proof of custody without a commitment', async () => {
    const content = createHash('sha256').update('a photograph').digest('hex');
    const exportAs = async (user: string, word: string) => {
      const output = at(`chain.${user}.${word}`);
      succeed(await run(user, ['export', word, '--item', at('chain.json'), '-o', output]));
      return readFile(output, 'utf8');
    };
    // The own member's gateway has the commitment; another's does not, and its export says no digest.
    expect(await exportAs(CN, 'case')).toContain(content);
    const others = await exportAs(SG, 'case');
    expect(others).toContain(item);
    expect(others).not.toContain(content);
    expect(await exportAs(SG, 'csv')).toContain(item);
    const prove = ['disclosure', 'prove', 'a'.repeat(32), '--item', at('chain.json')];
    const { exit, answer } = await run(CN, [...prove, '-o', at('p.json')]);
    expect([exit, answer.error?.code]).toEqual([1, 'COMMITMENT_MISSING']);
  });

  it('is the receiver’s too, who has the proof that was handed over, and what its member accepts', async () => {
    const out = at('sg.html');
    const answer = succeed(await run(SG, ['report', at('photo.json'), '--out', out]));
    expect(answer.item).toBe(item);
    expect(answer.attached).toHaveLength(2);
    const html = await readFile(out, 'utf8');
    expect(html).toContain('照片 &lt;1&gt;.jpg');
    expect(html).toContain('For SgAgencyMSP (SG)');
    const named = succeed(await run(SG, ['report', item, '--out', at('sg2.html')]));
    expect(named.attached).toEqual([`${item.slice(0, 16)}.custody.json`]);
    const bare = succeed(
      await run(SG, ['report', item, '--without-proof', '--out', at('sg3.html')]),
    );
    expect(bare.attached).toEqual([]);
    expect(await readFile(at('sg3.html'), 'utf8')).toContain('No proof came with this report');
  });

  it('is refused for what is no item, no proof of it, no section and no kind of file', async () => {
    const out = ['--out', at('x.html')];
    expect(await refusal(CN, 'aa'.repeat(32), ...out)).toEqual([1, 'NOT_FOUND']);
    expect(await refusal(CN, 'photo', ...out)).toEqual([2, 'USAGE']);
    expect(await refusal(CN, item, '--out', at('x.doc'))).toEqual([2, 'USAGE']);
    expect(await refusal(CN, item, '--sections', 'parties,x', ...out)).toEqual([2, 'USAGE']);
    expect(await refusal(CN, item, '--lang', 'fr', ...out)).toEqual([2, 'USAGE']);
    expect(await refusal(CN, item, '--bundle', at('trust.json'), ...out)).toEqual([
      1,
      'BUNDLE_MALFORMED',
    ]);
    const proof = ['proof', 'export', at('seized/other.txt'), '-o', at('other.json')];
    succeed(await run(CN, proof));
    expect(await refusal(CN, item, '--bundle', at('other.json'), ...out)).toEqual([
      10,
      'BUNDLE_OF_ANOTHER_ITEM',
    ]);
    expect(await refusal(CN, item, '--out', at('item.html'))).toEqual([1, 'FILE_EXISTS']);
  });
});
