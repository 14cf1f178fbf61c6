/** A tree with every odd name is anchored, listed for other tools, changed, audited, and imported. */
import { execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeOddTree, makeOddTree } from '../evidence/tree/odd-tree-testing.ts';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const USER = 'investigator.cn';
const hasHashdeep = spawnSync('hashdeep', ['-V']).status === 0;

let journey: Journey;
let at: Journey['at'];
let run: (...words: string[]) => Promise<Answered>;
let acquisition: string;
beforeAll(async () => {
  journey = await Journey.open('trees');
  at = journey.at;
  run = (...words) => journey.run(USER, words);
  expect((await journey.signIn(USER, ['init', '--trust-on-first-use'])).exit).toBe(0);
  await mkdir(at('evidence'));
  makeOddTree(at('evidence/disk1'));
  acquisition = await acquire();
  const anchored = await run('anchor', '--acquisition', acquisition, at('evidence/disk1'));
  expect(anchored.exit, JSON.stringify(anchored.answer)).toBe(0);
}, 60_000);
afterAll(() => journey.close());

async function acquire(...more: string[]): Promise<string> {
  const { exit, answer } = await run(...ACQUIRE, '--system', 'CN', ...more);
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer.id;
}

const inEvidence = { cwd: '', encoding: 'utf8' as const };
const check = (tool: string, ...args: string[]) =>
  spawnSync(tool, args, { ...inEvidence, cwd: at('evidence') });

describe('audit of a tree', () => {
  it('finds the anchored tree as it was, wherever it is mounted now', async () => {
    execFileSync('cp', ['-a', at('evidence/disk1'), at('mounted')]);
    const { exit, answer } = await run('audit', at('mounted'), '--acquisition', acquisition);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer).toMatchObject({
      base: { text: 'disk1' },
      against: [acquisition],
      counts: { moved: 0, new: 0, missing: 0, altered: 0, unread: 0 },
      findings: [],
      more: 0,
    });
    expect(answer.counts.matched).toBeGreaterThan(20);
  });

  it('names each difference, offline as well, and keeps all findings in a report', async () => {
    changeOddTree(at('mounted'));
    const manifests = at(`data/gateway/manifests/CnAgencyMSP/${acquisition}`);
    const words = ['audit', at('mounted'), '--manifest', manifests, '--report', at('findings')];
    const { exit, answer } = await run(...words);
    expect(exit).toBe(10);
    const told = answer.findings.map(({ code, text }: { code: string; text: string }) => [
      code,
      text,
    ]);
    expect(told).toEqual([
      ['altered', 'plain'],
      ['moved', 'elsewhere'],
      ['new', 'planted'],
      ['missing', '-dash'],
    ]);
    const lines = (await readFile(at('findings'), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(answer.counts.matched + 4);
    expect(await run(...words)).toMatchObject({
      exit: 1,
      answer: { error: { code: 'FILE_EXISTS' } },
    });
    const shown = await runCli(words.slice(0, 4), { home: journey.homeOf(USER) });
    expect(shown.stdout).toContain('altered: plain');
    expect(shown.stdout).toMatch(/missing +1\n/);
  });

  it('compares something, or says that it did not', async () => {
    await mkdir(at('unmounted'));
    const words = ['audit', at('unmounted'), '--acquisition', acquisition];
    for (const base of ['nosuch', 'disk', 'disk1/plain', '/']) {
      expect(await run(...words, '--base', base), base).toMatchObject({
        exit: 2,
        answer: { error: { code: 'USAGE', message: expect.stringContaining('--base') } },
      });
    }
    for (const base of ['.', './', '', './disk1/.', 'disk1/']) {
      const { exit, answer } = await run(...words, '--base', base);
      expect({ exit, outside: answer.outside }, base).toEqual({ exit: 10, outside: 0 });
      expect(answer.counts.missing, base).toBeGreaterThan(20);
    }
  });

  it('looks at everything beside the manifests that it read', async () => {
    execFileSync('cp', ['-a', at('evidence/disk1'), at('around')]);
    const manifests = at(`data/gateway/manifests/CnAgencyMSP/${acquisition}`);
    execFileSync('cp', ['-a', manifests, at('around/manifests')]);
    const words = ['audit', at('around'), '--manifest', at('around/manifests')];
    const before = await run(...words);
    expect(before, JSON.stringify(before.answer)).toMatchObject({ exit: 0 });
    expect(before.answer.notes.excluded).toBe(1);
    await writeFile(at('around/manifests/planted'), 'planted');
    const { exit, answer } = await run(...words);
    expect(exit).toBe(10);
    expect(answer.findings).toContainEqual(
      expect.objectContaining({ code: 'new', text: 'manifests/planted' }),
    );
  });

  it('says that a file is an earlier version of what was anchored', async () => {
    const target = await acquire();
    await mkdir(at('rolled'));
    for (const version of ['first', 'second']) {
      await writeFile(at('rolled/file'), version);
      expect((await run('anchor', '--acquisition', target, at('rolled'))).exit).toBe(0);
    }
    await writeFile(at('rolled/file'), 'first');
    const words = ['audit', at('rolled'), '--acquisition', target];
    const { exit, answer } = await run(...words);
    expect({ exit, more: answer.more }).toEqual({ exit: 0, more: 0 });
    expect(answer).toMatchObject({
      counts: { matched: 1 },
      notes: { 'earlier-version': 1 },
      findings: [{ code: 'matched', text: 'file', detail: 'earlier-version' }],
    });
    const manifests = at(`data/gateway/manifests/CnAgencyMSP/${target}`);
    const offline = ['audit', at('rolled'), '--manifest', manifests];
    // Manifests do not say in which order they were anchored.
    const shown = await runCli(offline, { home: journey.homeOf(USER) });
    expect(shown.stdout).toContain('matched: file (one-of-several-versions)\n');
    expect(shown.stdout).toMatch(/matched by one of several versions +1\n/);
    const listing = ['list', 'export', '--format', 'sha256sum', '-o', at('rolled.sha256')];
    expect(await run(...listing, '--manifest', manifests)).toMatchObject({ exit: 2 });
    expect((await run(...listing, '--acquisition', target)).exit).toBe(0);
    expect(await readFile(at('rolled.sha256'), 'utf8')).toContain(hash('sha256', 'second'));
  });

  it('takes no damaged manifest, no half of a question and nothing that is not there', async () => {
    const damaged = at(`${'e'.repeat(64)}.ndjson`);
    await writeFile(damaged, '{}\n');
    const refused = async (...words: string[]) => (await run('audit', ...words)).answer.error.code;
    expect(await refused(at('mounted'), '--manifest', damaged)).toBe('MANIFEST_INVALID');
    expect(await refused(at('mounted'))).toBe('USAGE');
    expect(await refused('--acquisition', acquisition)).toBe('USAGE');
    expect(await refused(at('mounted'), '--trust', 'trust.json')).toBe('USAGE');
    expect(await refused(at('nowhere'), '--acquisition', acquisition)).toBe('SOURCE_MISSING');
    const empty = await acquire();
    expect(await refused(at('mounted'), '--acquisition', empty)).toBe('NOT_ANCHORED');
  });

  it("answers nobody from another member's manifests", async () => {
    const other = 'investigator.sg';
    expect((await journey.signIn(other, ['init', '--trust-on-first-use'])).exit).toBe(0);
    for (const words of [
      ['audit', at('mounted')],
      ['list', 'export', '--format', 'sha256sum', '-o', at('others')],
    ]) {
      const refused = await journey.run(other, [...words, '--acquisition', acquisition]);
      expect(refused).toMatchObject({ exit: 1, answer: { error: { code: 'MANIFEST_MISSING' } } });
    }
  });
});

describe('export of lists', () => {
  it('writes a list that sha256sum checks', async () => {
    const args = ['--acquisition', acquisition, '--format', 'sha256sum', '-o', at('list.sha256')];
    const { exit, answer } = await run('list', 'export', ...args);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer.links).toBe(1);
    const { status, stdout } = check('sha256sum', '-c', '--strict', at('list.sha256'));
    expect(status, stdout).toBe(0);
    expect(stdout.match(/: OK$/gm)).toHaveLength(answer.files);
    const again = await run('list', 'export', ...args);
    expect(again.answer.error.code).toBe('FILE_EXISTS');
    const zero = [...args.slice(0, -1), at('list.sha256z'), '--zero'];
    expect((await run('list', 'export', ...zero)).exit).toBe(0);
    const audited = await run('audit', at('evidence/disk1'), '--list', at('list.sha256z'));
    expect(audited).toMatchObject({ exit: 0, answer: { counts: { matched: answer.files } } });
  });

  it('refuses names that hashdeep could not read back, and says what to use', async () => {
    const args = ['--acquisition', acquisition, '--format', 'hashdeep', '-o', at('list.hashdeep')];
    const { exit, answer } = await run('list', 'export', ...args);
    expect(exit).toBe(1);
    expect(answer.error.code).toBe('LIST_NAME_UNFIT');
    expect(answer.error.message).toContain('--format sha256sum');
    await expect(stat(at('list.hashdeep'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.skipIf(!hasHashdeep)(
  hasHashdeep ? 'with hashdeep' : 'with hashdeep: skipped, because hashdeep is not on PATH',
  () => {
    it('passes its audit with the exported list, and takes in its own', async () => {
      makeOddTree(at('evidence/disk2'), { forHashdeep: true });
      const tool = ['--tool', 'hashdeep@4.4'];
      const target = await acquire(...tool);
      await run('anchor', '--acquisition', target, '--md5', '--sha1', at('evidence/disk2'));
      const output = at('disk2.hashdeep');
      const exported = await run(
        ...['list', 'export', '--acquisition', target, '--format', 'hashdeep', '-o', output],
      );
      expect(exported.exit, JSON.stringify(exported.answer)).toBe(0);
      const options = ['-r', '-l', '-o', 'f'];
      const audit = check('hashdeep', ...options, '-a', '-vv', '-k', output, 'disk2');
      expect(audit.stdout).toContain('Audit passed');
      expect(audit.stdout).toMatch(new RegExp(`Files matched: ${exported.answer.files}\n`));

      const own = spawnSync('hashdeep', [...options, '-c', 'md5,sha1,sha256', 'disk2'], {
        cwd: at('evidence'),
      }).stdout;
      expect(own.length).toBeGreaterThan(0);
      await writeFile(at('own.hashdeep'), own);
      const imports = await acquire(...tool);
      const words = ['list', 'import', at('own.hashdeep'), '--acquisition', imports, ...tool];
      const imported = await run(...words);
      expect(imported.exit, JSON.stringify(imported.answer)).toBe(0);
      expect(imported.answer).toMatchObject({ added: exported.answer.files + 1, known: 0 });
      expect((await run(...words)).answer).toMatchObject({ added: 0, batches: [] });
      await rm(at('evidence/disk2/link'));
      const compared = await run(
        ...['audit', at('evidence'), '--base', '', '--acquisition', imports],
      );
      expect(compared.answer.counts).toMatchObject({ matched: exported.answer.files, altered: 0 });
    });
  },
);

describe('import of lists', () => {
  const TOOL = ['--tool', 'sha256sum@9.1'];

  it('takes in a list of sha256sum with the files that give the sizes, byte for byte', async () => {
    const listed = spawnSync('find', ['disk1', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], {
      cwd: at('evidence'),
    }).stdout;
    await writeFile(at('own.sha256'), listed);
    const target = await acquire(...TOOL);
    const words = ['list', 'import', at('own.sha256'), '--acquisition', target, ...TOOL];
    expect((await run(...words)).answer.error.code).toBe('LIST_WITHOUT_SIZES');
    const imported = await run(...words, '--files', at('evidence'));
    expect(imported.exit, JSON.stringify(imported.answer)).toBe(0);
    // The names and digests that come out are those that went in, and the list stands beside them.
    const output = at('again.sha256');
    await run('list', 'export', '--acquisition', target, '--format', 'sha256sum', '-o', output);
    const lines = (bytes: Buffer) => bytes.toString('latin1').trimEnd().split('\n').sort();
    const own = execFileSync('sha256sum', ['own.sha256'], { cwd: journey.directory });
    expect(lines(await readFile(output))).toEqual([...lines(listed), ...lines(own)].sort());
  });

  it('anchors nothing of a list that it cannot stand for', async () => {
    const target = await acquire(...TOOL);
    const refuse = async (text: string | Buffer, ...more: string[]) => {
      await writeFile(at('bad'), text);
      const words = ['list', 'import', at('bad'), '--acquisition', target, ...TOOL, ...more];
      const { exit, answer } = await run(...words);
      return { exit, ...answer.error };
    };
    const digest = 'a'.repeat(64);
    const header = '%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n';
    expect(await refuse(`${header}1,${digest},a\n1,${digest}\n`)).toMatchObject({
      code: 'LIST_MALFORMED',
      message: expect.stringContaining(`${at('bad')}:4: `),
    });
    expect(await refuse(`${header}1,${digest},a\n1,${'b'.repeat(64)},a\n`)).toMatchObject({
      code: 'LIST_MALFORMED',
    });
    const md5 = `%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n1,${'a'.repeat(32)},a\n`;
    expect(await refuse(md5)).toMatchObject({ code: 'LIST_WITHOUT_SHA256' });
    const wrong = `${digest}  disk1/plain\n`;
    expect(await refuse(wrong, '--files', at('evidence'))).toMatchObject({
      exit: 10,
      code: 'LIST_MISMATCH',
    });
    // SHA-256 and size are right, one of the others is not: all of them would be anchored.
    const content = 'measured';
    await writeFile(at('evidence/measured'), content);
    const digestOf = (algorithm: string) => hash(algorithm, content);
    const full = (size: number, md5: string, sha1: string, name = 'measured') =>
      `%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n${[size, md5, sha1, digestOf('sha256'), name].join(',')}\n`;
    const measured = ['--files', at('evidence')];
    const { length } = content;
    for (const [text, why] of [
      [full(length, 'a'.repeat(32), digestOf('sha1')), 'another md5'],
      [full(length, digestOf('md5'), 'a'.repeat(40)), 'another sha1'],
      [full(length + 1, digestOf('md5'), digestOf('sha1')), '9 bytes were listed, 8 found'],
    ] as const) {
      expect(await refuse(text, ...measured)).toMatchObject({
        exit: 10,
        code: 'LIST_MISMATCH',
        message: expect.stringContaining(`altered: measured ${why}`),
      });
    }
    const twice = `${full(length, digestOf('md5'), digestOf('sha1'))}${full(length, 'a'.repeat(32), digestOf('sha1')).split('\n')[2]}\n`;
    expect(await refuse(twice, ...measured)).toMatchObject({ code: 'LIST_MALFORMED' });
    const other = ['list', 'import', at('bad'), '--acquisition', target, '--tool', 'other@1'];
    await writeFile(at('bad'), `${header}1,${digest},a\n`);
    expect((await run(...other)).answer.error.code).toBe('TOOL_NOT_RECORDED');
    const shown = await run('evidence', 'show', target);
    expect(shown.answer.batches.items).toEqual([]);
    await writeFile(at('good'), full(length, digestOf('md5'), digestOf('sha1')));
    const good = ['list', 'import', at('good'), '--acquisition', target, ...TOOL, ...measured];
    expect(await run(...good)).toMatchObject({ exit: 0, answer: { listed: 1 } });
  });
});
