/** Evidence leaves in formats that others read, and comes in from them, with the commands as people type them. */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../exchange/testing.ts';
import { ACQUIRE, type Answered, Journey } from '../journey-testing.ts';
import { runCli } from '../testing.ts';

const USER = 'investigator.cn';
const VALIDATOR = findTool('CASE_VALIDATE', 'case_validate', '--help');
const ACQUIRE_IMAGE = findTool('EWFACQUIRESTREAM', 'ewfacquirestream', '-V');
const EWFINFO = findTool('EWFINFO', 'ewfinfo', '-V');

let journey: Journey;
let at: Journey['at'];
let run: (...words: string[]) => Promise<Answered>;
let acquisition: string;
beforeAll(async () => {
  journey = await Journey.open('exchange');
  at = journey.at;
  run = (...words) => journey.run(USER, words);
  expect((await journey.signIn(USER, ['init', '--trust-on-first-use'])).exit).toBe(0);
  await mkdir(at('disk'));
  await writeFile(at('disk/照片 "1", a.txt'), 'one');
  await writeFile(at('disk/=SUM(A1)'), 'two');
  await mkdir(at('disk/copies'));
  for (const name of ['a', 'b']) await writeFile(at(`disk/copies/${name}`), 'twin');
  acquisition = await acquire();
  const { exit, answer } = await run('anchor', '--acquisition', acquisition, at('disk'));
  expect(exit, JSON.stringify(answer)).toBe(0);
}, 60_000);
afterAll(() => journey.close());

async function acquire(...more: string[]): Promise<string> {
  const { exit, answer } = await run(...ACQUIRE, '--system', 'CN', ...more);
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer.id;
}
const readGraph = async (name: string) =>
  JSON.parse(await readFile(at(name), 'utf8'))['@graph'] as Record<string, unknown>[];

describe('export', () => {
  it('writes an acquisition as CASE, the same bytes each time, and as CSV', async () => {
    for (const name of ['one.jsonld', 'other.jsonld']) {
      const { exit, answer } = await run(
        'export',
        'case',
        '--acquisition',
        acquisition,
        '-o',
        at(name),
      );
      expect({ exit, answer }).toMatchObject({
        exit: 0,
        answer: { batches: 1, batchesWithoutItems: 0 },
      });
    }
    expect(await readFile(at('one.jsonld'))).toEqual(await readFile(at('other.jsonld')));
    const { answer } = await run(
      'export',
      'csv',
      '--acquisition',
      acquisition,
      '-o',
      at('items.csv'),
    );
    expect(answer).toMatchObject({ rows: 4 });
    const csv = await readFile(at('items.csv'), 'utf8');
    expect(csv).toContain('"disk/照片 ""1"", a.txt"');
    expect(csv).toContain(hash('sha256', 'two'));
    const times = await run(
      'export',
      'csv',
      '--acquisition',
      acquisition,
      '--time-line',
      '-o',
      at('t.csv'),
    );
    expect(times.answer).toMatchObject({ rows: 2 });
  });

  it('says that the items of another member are not in it', async () => {
    const analyst = 'analyst.exchange';
    expect((await journey.signIn(analyst, ['init', '--trust-on-first-use'])).exit).toBe(0);
    const words = ['export', 'csv', '--acquisition', acquisition, '-o', at('foreign.csv')];
    const { exit, answer } = await journey.run(analyst, words);
    expect({ exit, answer }).toMatchObject({
      exit: 3,
      answer: { rows: 0, batchesWithoutItems: 1 },
    });
  }, 30_000);

  it('writes the life of an item as CASE and CSV', async () => {
    const opened = await run(
      'custody',
      'open',
      at('disk/=SUM(A1)'),
      '--reason',
      'asked for',
      '-o',
      at('item.json'),
    );
    expect(opened.exit, JSON.stringify(opened.answer)).toBe(0);
    const { item } = opened.answer;
    const sealed = await run('custody', 'seal', item, '--seal', 'S-1', '--reason', 'to be stored');
    expect(sealed.exit, JSON.stringify(sealed.answer)).toBe(0);
    for (const what of [item, at('item.json')]) {
      const words = ['export', 'case', '--item', what, '-o', at('life.jsonld'), '--force'];
      const { answer } = await run(...words);
      expect(answer).toMatchObject({ steps: 1, content: true });
    }
    const names = (await readGraph('life.jsonld')).map((node) => node['core:name']);
    expect(names).toContain('custody step 1: SEAL');
    const { answer } = await run('export', 'csv', '--item', item, '-o', at('life.csv'));
    expect(answer).toMatchObject({ rows: 4 });
  }, 30_000);

  it.skipIf(VALIDATOR === undefined)(
    'gives CASE that case_validate has nothing to say of (PyPI case-utils, or CASE_VALIDATE)',
    () => {
      const { status, stdout } = spawnSync(VALIDATOR!, [at('one.jsonld'), at('life.jsonld')]);
      expect({ status, said: `${stdout}` }).toMatchObject({
        status: 0,
        said: expect.stringContaining('Conforms: True'),
      });
    },
    120_000,
  );

  it.each([
    'bag',
    'bag.zip',
    'bag.tar',
  ])('writes %s, which it reads again and verifies', async (name) => {
    const files = [at('disk/=SUM(A1)'), at('disk/照片 "1", a.txt')];
    const { exit, answer } = await run('export', 'bag', ...files, '-o', at(name));
    expect({ exit, answer }).toMatchObject({ exit: 0, answer: { items: 2, bytes: 6 } });
    const words = ['import', 'bag', at(name), '-o', at('bag.hashdeep'), '--force'];
    expect(await run(...words)).toMatchObject({
      exit: 0,
      answer: { files: 2, bytes: 6, weak: false },
    });
    expect((await run('export', 'bag', ...files, '-o', at(name))).answer).toMatchObject({
      error: { code: 'FILE_EXISTS' },
    });
  });

  it('puts proofs into a bag that its own trust file is right for', async () => {
    const [line] = (await readFile(at('bag/tabellion/items.ndjson'), 'utf8')).split('\n');
    const { payload, proof } = JSON.parse(line!);
    const trust = at('bag/tabellion/trust.json');
    const words = ['verify', at(`bag/${proof}`), '--trust', trust, '--file', at(`bag/${payload}`)];
    expect(await run(...words)).toMatchObject({ exit: 0, answer: { outcome: 'INTACT' } });
  });

  it('lets whoever was handed an item and its proof make a bag, with the chain of custody', async () => {
    const bundle = at('handed.proof.json');
    expect((await run('proof', 'export', at('disk/=SUM(A1)'), '-o', bundle)).exit).toBe(0);
    expect((await run('trust', 'export', '-o', at('bag-trust.json'))).exit).toBe(0);
    const analyst = (...words: string[]) => journey.run('analyst.exchange', words);
    const words = ['export', 'bag', at('disk/=SUM(A1)'), '-o', at('received.zip')];
    // Its member has no manifest of it.
    expect((await analyst(...words)).answer).toMatchObject({ error: { code: 'NOT_ANCHORED' } });
    const { exit, answer } = await analyst(...words, '--bundle', bundle);
    expect({ exit, answer }).toMatchObject({ exit: 0, answer: { items: 1, custody: 1 } });
    const check = ['import', 'bag', at('received.zip'), '--trust', at('bag-trust.json')];
    expect(await analyst(...check)).toMatchObject({
      exit: 0,
      answer: { files: 1, proofs: { verified: 2, custody: 1, refused: [], unproven: [] } },
    });
    const other = ['export', 'bag', at('disk/照片 "1", a.txt'), '--bundle', bundle];
    expect((await run(...other, '-o', at('spare'))).answer).toMatchObject({
      error: { code: 'USAGE' },
    });
  }, 60_000);

  it('makes a bag of the chain of custody alone, and says how to check it', async () => {
    const [opened] = (await run('custody', 'list')).answer.items;
    const { item } = opened.record;
    const chain = ['proof', 'custody', item, '--commitment', at('handed.proof.json')];
    expect((await run(...chain, '-o', at('chain.json'))).exit).toBe(0);
    const words = ['export', 'bag', at('disk/=SUM(A1)'), '--bundle', at('chain.json')];
    const made = await journey.run('analyst.exchange', [...words, '-o', at('chain-bag')]);
    expect(made).toMatchObject({ exit: 0, answer: { custody: 1 } });
    const [line] = (await readFile(at('chain-bag/tabellion/items.ndjson'), 'utf8')).split('\n');
    expect(Object.keys(JSON.parse(line!))).toEqual(['payload', 'path', 'sha256', 'custody']);
    const readme = await readFile(at('chain-bag/README.txt'), 'utf8');
    const [, command] = /^ {4}(tabellion verify .*)$/m.exec(readme)!;
    expect(command).toBe(
      `tabellion verify ${JSON.parse(line!).custody} --trust ../trust.json --file 'data/disk/=SUM(A1)'`,
    );
    const trust = ['--trust', at('bag-trust.json')];
    expect(await run('import', 'bag', at('chain-bag'), ...trust)).toMatchObject({
      exit: 0,
      answer: { proofs: { verified: 1, custody: 1 } },
    });
  }, 60_000);

  it('tells a bag whose proofs are another ledger’s from one that was altered', async () => {
    const trust = JSON.parse(await readFile(at('bag-trust.json'), 'utf8'));
    const strange = { ...trust, channel: 'elsewhere' };
    await writeFile(at('strange.json'), JSON.stringify(strange));
    const check = ['import', 'bag', at('received.zip'), '--trust', at('strange.json')];
    expect(await run(...check)).toMatchObject({
      exit: 11,
      answer: { proofs: { verified: 0, refused: [{ outcome: 'UNTRUSTED' }, {}] } },
    });
  });

  it('lets no bag pass whose proofs were taken out', async () => {
    await cp(at('bag'), at('stripped'), { recursive: true });
    const check = ['import', 'bag', at('stripped'), '--trust', at('bag-trust.json')];
    expect(await run(...check)).toMatchObject({
      exit: 0,
      answer: { proofs: { verified: 3, custody: 1, unproven: [] } },
    });
    const lines = at('stripped/tabellion/items.ndjson');
    const [first] = (await readFile(lines, 'utf8')).split('\n');
    for (const name of await readdir(at('stripped'))) {
      if (name.startsWith('tagmanifest')) await rm(at(`stripped/${name}`));
    }
    await writeFile(lines, `${first}\n`);
    const { payload } = JSON.parse(first!);
    const half = await run(...check);
    expect(half).toMatchObject({ exit: 3, answer: { proofs: { verified: 2, refused: [] } } });
    expect(half.answer.proofs.unproven).toHaveLength(1);
    expect(half.answer.proofs.unproven).not.toContain(payload);
    const told = await runCli(check, { home: journey.homeOf(USER) });
    expect(told.stdout).toContain('UNPROVEN  1 file without any proof in the bag');
    await rm(at('stripped/tabellion'), { recursive: true });
    expect(await run(...check)).toMatchObject({
      exit: 3,
      answer: { files: 2, proofs: { verified: 0, unproven: { length: 2 } } },
    });
    expect(await run(...check.slice(0, 3))).toMatchObject({ exit: 0 });
  });

  it('puts into a bag where its items come from, and no word of others', async () => {
    const text = await readFile(at(`bag/tabellion/acquisitions/${acquisition}.jsonld`), 'utf8');
    expect(text).toContain('search of the office');
    expect(text).not.toContain('observable:FileFacet"');
  });

  it('names each of several files with one content as it was anchored', async () => {
    const files = ['b', 'a'].map((name) => at(`disk/copies/${name}`));
    expect((await run('export', 'bag', ...files, '-o', at('twins'))).exit).toBe(0);
    expect((await readdir(at('twins/data/disk/copies'))).sort()).toEqual(['a', 'b']);
  });

  it('puts nothing into a bag that was not anchored, or has changed', async () => {
    await writeFile(at('other'), 'never anchored');
    expect((await run('export', 'bag', at('other'), '-o', at('none'))).answer).toMatchObject({
      error: { code: 'NOT_ANCHORED' },
    });
  });

  it('asks what is meant', async () => {
    for (const words of [[], ['--acquisition', acquisition, '--item', '0'.repeat(64)]]) {
      const { exit } = await run('export', 'case', ...words, '-o', at('nothing'));
      expect(exit).toBe(2);
    }
  });
});

describe('import', () => {
  it('makes a draft and a list of a CASE file that acquire and list import take', async () => {
    const { exit, answer } = await run('import', 'case', at('one.jsonld'), '-o', at('incoming'));
    expect({ exit, answer }).toMatchObject({ exit: 0, answer: { files: 4, omitted: 0 } });
    // Nothing of why and on what basis came with it.
    const alone = await run('acquire', '--input', answer.acquisition);
    expect(alone.answer).toMatchObject({ error: { code: 'BAD_INPUT' } });
    const target = await acquire('--input', answer.acquisition, '--tool', 'importer@1');
    const listed = await run(
      'list',
      'import',
      answer.list,
      '--acquisition',
      target,
      '--tool',
      'importer@1',
    );
    expect(listed, JSON.stringify(listed.answer)).toMatchObject({ exit: 0, answer: { listed: 4 } });
  }, 30_000);

  it('makes a list of DFXML that list import takes, and says what is not in it', async () => {
    const file = (inside: string) => `<fileobject>${inside}</fileobject>`;
    const sha256 = `<hashdigest type="sha256">${'ab'.repeat(32)}</hashdigest>`;
    const [whole, bare] = ['a', 'b'].map(
      (name) => `<filename>${name}</filename><filesize>3</filesize>`,
    );
    await writeFile(at('disk.dfxml'), `<dfxml>${file(whole + sha256)}${file(bare!)}</dfxml>`);
    const { exit, answer } = await run('import', 'dfxml', at('disk.dfxml'), '-o', at('d.hashdeep'));
    expect({ exit, answer }).toMatchObject({
      exit: 3,
      answer: { files: 1, omitted: { NO_SHA256: 1 } },
    });
    const target = await acquire('--tool', 'fiwalk@4');
    const listed = await run(
      'list',
      'import',
      at('d.hashdeep'),
      '--acquisition',
      target,
      '--tool',
      'fiwalk@4',
    );
    expect(listed).toMatchObject({ exit: 0, answer: { listed: 1 } });
    await writeFile(at('empty.dfxml'), `<dfxml>${file(bare!)}</dfxml>`);
    expect((await run('import', 'dfxml', at('empty.dfxml'), '-o', at('e'))).answer).toMatchObject({
      error: { code: 'NOTHING_TO_LIST' },
    });
  }, 30_000);

  it('takes no list of one name with several contents', async () => {
    const one = (digit: string) =>
      `<fileobject><filename>a</filename><filesize>1</filesize><hashdigest type="sha256">${digit.repeat(64)}</hashdigest></fileobject>`;
    await writeFile(at('twice.dfxml'), `<dfxml>${one('1')}${one('2')}</dfxml>`);
    expect(
      (await run('import', 'dfxml', at('twice.dfxml'), '-o', at('twice'))).answer,
    ).toMatchObject({
      error: { code: 'LIST_MALFORMED' },
    });
  });

  it('ends with 10 for a bag that is not what it says', async () => {
    const [file] = await readdir(at('bag/data/disk'));
    await writeFile(at(`bag/data/disk/${file}`), 'other');
    expect(await run('import', 'bag', at('bag'))).toMatchObject({
      exit: 10,
      answer: { error: { code: 'BAG_MISMATCH' } },
    });
  });
});

describe('anchor --images', () => {
  it.skipIf(ACQUIRE_IMAGE === undefined || EWFINFO === undefined)(
    'binds what an E01 image states to the digest of its file (ewf-tools on PATH, or EWFINFO and EWFACQUIRESTREAM)',
    async () => {
      const content = Buffer.alloc(64 * 512, 'disk');
      await mkdir(at('images'));
      const facts = ['-C', 'C', '-D', 'D', '-e', 'p', '-E', 'EX-1', '-N', 'n', '-q', '-d', 'sha1'];
      spawnSync(ACQUIRE_IMAGE!, [...facts, '-t', at('images/disk')], { input: content });
      const target = await acquire();
      const words = ['anchor', '--acquisition', target, '--images', at('images')];
      const { exit, answer } = await journey.run(USER, words, {
        environment: { EWFINFO: EWFINFO! },
      });
      expect(exit, JSON.stringify(answer)).toBe(0);
      const found = await run('evidence', 'find', at('images/disk.E01'));
      const file = await readFile(at('images/disk.E01'));
      expect(found.answer.items[0].commitment).toMatchObject({
        digest: { sha256: hash('sha256', file) },
        container: {
          format: 'EWF',
          size: content.length,
          sha1: hash('sha1', content),
          md5: hash('md5', content),
        },
      });
      const proof = ['proof', 'export', at('images/disk.E01'), '-o', at('image.proof.json')];
      expect((await run(...proof)).exit).toBe(0);
      expect((await run('trust', 'export', '-o', at('trust.json'))).exit).toBe(0);
      const verify = ['verify', at('image.proof.json'), '--trust', at('trust.json')];
      expect(await run(...verify)).toMatchObject({
        exit: 0,
        answer: { outcome: 'INTACT', claims: { container: { sha1: hash('sha1', content) } } },
      });
    },
    60_000,
  );

  it('anchors nothing where the tool is missing', async () => {
    const target = await acquire();
    await mkdir(at('fake'));
    await writeFile(at('fake/disk.E01'), 'EVF\x09\x0d\x0a\xff\x00', 'latin1');
    const words = ['anchor', '--acquisition', target, '--images', at('fake')];
    const { answer } = await journey.run(USER, words, { environment: { EWFINFO: at('missing') } });
    expect(answer).toMatchObject({ error: { code: 'CONTAINER_TOOL_MISSING' } });
    const shown = await run('evidence', 'show', target);
    expect(shown.answer.head.items).toBe(0);
  });
});
