import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packProgram, versionOf } from './chaincode-package.ts';
import { digestProgram, UnknownProgram } from './chaincode-program.ts';

const FILES = {
  'chaincode/package.json': '{}',
  'chaincode/src/server.ts': 'serve',
  'chaincode/src/member/rules.ts': 'rules',
  'package-lock.json': 'lock',
  'proof/package.json': '{}',
  'proof/src/index.ts': 'proof',
};

let release: string;
let server: string;
beforeEach(async () => {
  release = await mkdtemp(join(tmpdir(), 'tabellion-release-'));
  server = join(release, 'chaincode/src/server.ts');
  for (const [path, content] of Object.entries(FILES)) await put(path, content);
});
afterEach(() => rm(release, { recursive: true, force: true }));

async function put(path: string, content: string) {
  await mkdir(dirname(join(release, path)), { recursive: true });
  await writeFile(join(release, path), content);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('is what sha256sum gives of the sources, their manifests and the lock file', async () => {
  const lines = Object.entries(FILES)
    .map(([path, content]) => `${sha256(content)}  ${path}\n`)
    .sort((a, b) => (a.slice(64) < b.slice(64) ? -1 : 1));
  expect(await digestProgram(server)).toBe(sha256(lines.join('')));
});

it('changes with every file that runs, and with no other', async () => {
  const digest = await digestProgram(server);
  for (const [path, content] of Object.entries(FILES)) {
    await put(path, `${content} `);
    expect(await digestProgram(server), path).not.toBe(digest);
    await put(path, content);
  }
  await put('chaincode/src/member/rules.test.ts', 'a test');
  await put('gateway/src/index.ts', 'another part');
  expect(await digestProgram(server)).toBe(digest);
});

it('covers a program that stands elsewhere in the release', async () => {
  await put('test/server.ts', 'another');
  const other = join(release, 'test/server.ts');
  expect(await digestProgram(other)).not.toBe(await digestProgram(server));
});

it('names the definition and the package', async () => {
  const { version, label, id } = await packProgram('tabellion', server);
  expect(version).toBe(`sha256.${await digestProgram(server)}`);
  expect(id.startsWith(`${label}:`)).toBe(true);
  expect(versionOf('tabellion', id)).toBe(version);
  // What Fabric takes as a version and as a label.
  expect(version).toMatch(/^[A-Za-z0-9_.+-]+$/);
  expect(label).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.+-]*$/);
});

it('is not guessed', async () => {
  const missing = join(release, 'chaincode/src/nothing.ts');
  await expect(digestProgram(missing)).rejects.toThrow(UnknownProgram);
  await rm(join(release, 'package-lock.json'));
  await expect(digestProgram(server)).rejects.toThrow(UnknownProgram);
});
