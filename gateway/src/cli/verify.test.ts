import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseCanonical } from '@tabellion/proof';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildBundle, FILE } from '../../../proof/test-support/bundle.ts';
import {
  createConsortium,
  NOW,
  type TestConsortium,
  trustBytes,
} from '../../../proof/test-support/consortium.ts';
import { buildCustodyBundle } from '../../../proof/test-support/custody.ts';
import { buildOrderBundle } from '../../../proof/test-support/order.ts';
import { makeTestDirectory, runCli } from './testing.ts';

const AT = new Date(NOW).toISOString();
const MAIN = join(import.meta.dirname, 'main.ts');

let consortium: TestConsortium;
let other: TestConsortium;
let bundle: Uint8Array;
beforeAll(async () => {
  [consortium, other] = await Promise.all([
    createConsortium('embedded'),
    createConsortium('embedded'),
  ]);
  bundle = buildBundle(consortium);
});

interface Given {
  readonly bundle?: Uint8Array | string;
  readonly trust?: Uint8Array | string;
  readonly file?: Uint8Array;
}

async function writeGiven(given: Given = {}) {
  const directory = await makeTestDirectory();
  const at = (name: string) => join(directory, name);
  await writeFile(at('proof.json'), given.bundle ?? bundle);
  await writeFile(at('trust.json'), given.trust ?? trustBytes(consortium.trust));
  await writeFile(at('file'), given.file ?? FILE);
  return {
    home: directory,
    args: [
      'verify',
      at('proof.json'),
      '--trust',
      at('trust.json'),
      '--at',
      AT,
      '--file',
      at('file'),
    ],
  };
}

async function verify(given: Given = {}) {
  const { home, args } = await writeGiven(given);
  const { exit, stdout } = await runCli([...args, '--json'], { home });
  return { exit, answer: JSON.parse(stdout) };
}

describe('verify', () => {
  it('says what an intact file shows, and what it does not (EVD-16)', async () => {
    const { exit, answer } = await verify();
    expect(exit).toBe(0);
    expect(answer).toMatchObject({
      outcome: 'INTACT',
      code: 'INTACT',
      claims: { fileChecked: true },
    });
    expect(answer.shows).toContain('unchanged since it was anchored');
    expect(answer.doesNotShow).toContain('whether the content is true');
    expect(JSON.stringify(answer)).not.toMatch(/authentic/i);
  });

  it('tells people the steps, the claims and the limits', async () => {
    const { home, args } = await writeGiven();
    const { exit, stdout } = await runCli(args, { home });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^INTACT: /);
    for (const part of ['ok      endorsers', 'SHA-256', 'Does not show: ', 'one operator']) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toMatch(/authentic/i);
  });

  it('tells the whole chain of custody, both times of each step, and its limits', async () => {
    const { exit, answer } = await verify({ bundle: buildCustodyBundle(consortium) });
    expect(exit).toBe(0);
    expect(answer).toMatchObject({ custody: { fileChecked: true, steps: { length: 4 } } });
    expect(answer.shows).toMatch(/^the whole chain of custody as it stood/);
    const { home, args } = await writeGiven({ bundle: buildCustodyBundle(consortium) });
    const { stdout } = await runCli(args, { home });
    expect(stdout).toMatch(
      /2 +ACCEPT +2026-06-01T06:00:00.000Z +2026-06-01T07:00:00.000Z .*TRANSIT_GAP/,
    );
  });

  it('says nothing against an order whose records it cannot judge by their rules', async () => {
    const { home, args } = await writeGiven({ bundle: buildOrderBundle(consortium) });
    const { exit, stdout } = await runCli([...args.slice(0, -2), '--json'], { home });
    expect([exit, JSON.parse(stdout).outcome, JSON.parse(stdout).code]).toEqual([
      ...[1, 'UNREADABLE', 'RECORD_MALFORMED'],
    ]);
  });

  it('without the file says that no file was compared', async () => {
    const { home, args } = await writeGiven();
    const { exit, stdout } = await runCli([...args.slice(0, -2), '--json'], { home });
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).shows).toContain('no file was compared');
  });

  it('ends in 10 where the file was altered', async () => {
    const file = FILE.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    const { exit, answer } = await verify({ file });
    expect({ exit, code: answer.code }).toEqual({ exit: 10, code: 'FILE_DIGEST_MISMATCH' });
    expect(answer.shows).not.toContain('unchanged');
  });

  it('ends in 11 where the trust file is of others', async () => {
    const { exit, answer } = await verify({ trust: trustBytes(other.trust) });
    expect({ exit, code: answer.code }).toEqual({ exit: 11, code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('ends in 11 once the certificates have expired', async () => {
    const { home, args } = await writeGiven();
    const later = args.map((word) => (word === AT ? '2040-01-01T00:00:00Z' : word));
    expect((await runCli(later, { home })).exit).toBe(11);
  });

  it('ends in 1 where nothing can be said', async () => {
    expect(await verify({ bundle: 'no proof' })).toMatchObject({
      exit: 1,
      answer: { outcome: 'UNREADABLE', code: 'MALFORMED' },
    });
    const newer = { ...(parseCanonical(bundle) as object), v: 2 };
    expect(await verify({ bundle: JSON.stringify(newer) })).toMatchObject({
      exit: 1,
      answer: { code: 'UNSUPPORTED_VERSION' },
    });
    expect(await verify({ trust: '{}' })).toMatchObject({
      exit: 1,
      answer: { error: { code: 'TRUST_MALFORMED' } },
    });
  });

  it('ends in 1 where the file is missing: that is no mismatch', async () => {
    const { home, args } = await writeGiven();
    const missing = [...args.slice(0, -1), join(home, 'not-there'), '--json'];
    const { exit, stdout } = await runCli(missing, { home });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('FILE_UNREADABLE');
  });
});

/** Every way to a socket that Node offers, made to throw. */
const FORBID = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const forbid = (name, ...functions) => {
  const module = require(name);
  for (const each of functions) module[each] = () => { throw new Error('the network was used: ' + name); };
};
forbid('node:net', 'connect', 'createConnection', 'createServer');
require('node:net').Socket.prototype.connect = () => { throw new Error('the network was used: socket'); };
forbid('node:tls', 'connect');
forbid('node:http', 'request', 'get', 'createServer');
forbid('node:https', 'request', 'get');
forbid('node:http2', 'connect');
forbid('node:dns', 'lookup', 'resolve');
forbid('node:dgram', 'createSocket');
globalThis.fetch = () => { throw new Error('the network was used: fetch'); };
`;
const LOADED = `
process.on('exit', () => {
  const net = process.moduleLoadList.filter((name) => /NativeModule (http|https|http2|tls|_http_client)$/.test(name));
  require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify(net));
});
`;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe('verify offline', () => {
  it('works with every way to a socket forbidden', async () => {
    const { home, args } = await writeGiven();
    const preload = join(home, 'forbid.mjs');
    await writeFile(preload, FORBID);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', preload, MAIN, ...args, '--json'],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).code).toBe('INTACT');
  });

  // net and dgram come with child_process, which the parser of options imports for subprograms.
  it('loads no module of Node that speaks to others', async () => {
    const { home, args } = await writeGiven();
    const preload = join(home, 'loaded.cjs');
    const loaded = join(home, 'loaded.json');
    await writeFile(preload, LOADED);
    const { status } = spawnSync(process.execPath, ['--require', preload, MAIN, ...args], {
      env: { ...process.env, LOADED: loaded },
    });
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(loaded, 'utf8'))).toEqual([]);
  });

  it.skipIf(!hasStrace)('asks the system for no network socket (needs strace)', async () => {
    const { home, args } = await writeGiven();
    const trace = join(home, 'trace');
    const { status } = spawnSync('strace', [
      ...['-f', '-e', 'trace=socket,connect', '-o', trace],
      ...[process.execPath, MAIN, ...args],
    ]);
    expect(status).toBe(0);
    expect(readFileSync(trace, 'utf8')).not.toMatch(/AF_INET|AF_UNIX/);
  });

  it('imports nothing of ours that talks to a network', () => {
    const root = join(import.meta.dirname, '../..');
    const reached = new Set<string>();
    const foreign = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const text = readFileSync(file, 'utf8');
      for (const [, typeOnly, specifier] of text.matchAll(
        /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/g,
      )) {
        if (typeOnly !== undefined) continue;
        if (specifier!.startsWith('.')) visit(resolve(dirname(file), specifier!));
        else foreign.add(specifier!);
      }
    };
    visit(MAIN);
    visit(join(import.meta.dirname, 'actions/verify.ts'));
    expect([...reached].map((file) => relative(root, file))).toContain(
      'src/cli/commands/verify.ts',
    );
    expect([...foreign].filter((name) => /http|net|tls|dns|dgram|openid|jose/.test(name))).toEqual(
      [],
    );
    // Actions are loaded when they run: no command of the tree brings one along.
    for (const file of globSync(join(import.meta.dirname, 'commands/*.ts'))) {
      expect(readFileSync(file, 'utf8')).not.toMatch(/^import[^(]*from '\.\.\/actions/m);
    }
  });
});
