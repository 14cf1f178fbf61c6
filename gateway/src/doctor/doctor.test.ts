/** Every fault that the doctor names is made real here. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveTest } from '../cli/testing.ts';
import { foundCa } from '../identity/ca-root.ts';
import {
  canBeNobody,
  diagnose,
  findPort,
  hold,
  makeCheckout,
  makeData,
  makePath,
  makeTestDirectory,
  mountSmall,
  pretendNode,
  read,
  run,
} from './testing.ts';

const DAY_MS = 86_400_000;
const isLinux = process.platform === 'linux';

it('finds nothing on a sound machine, and says so a line a check', async () => {
  const data = makeData();
  const { exit, results, of } = await diagnose({ data });
  expect(results.filter(({ state }) => state === 'FAIL')).toEqual([]);
  expect(exit).toBe(0);
  for (const check of ['node', 'clock', 'data', 'disk of data', 'disk of tmp', 'npm'])
    expect(of(check)?.state, check).toMatch(/ok|WARN/);
  expect(of('data')?.cause).toContain(data);
});

describe('port', () => {
  it('is told as taken, and by whom', async () => {
    const program = `require('net').createServer().listen(+process.argv[1], '127.0.0.1', () => console.log('up'))`;
    const port = await findPort();
    const { pid } = await hold(program, String(port));
    const { exit, of } = await diagnose({ port });
    expect(exit).toBe(1);
    expect(of(`port ${port}`)).toMatchObject({ state: 'FAIL' });
    expect(of(`port ${port}`)?.fix).toContain('--port');
    if (isLinux) expect(of(`port ${port}`)?.cause).toContain(`process ${pid}`);
  });

  it('of a gateway is no fault', async () => {
    const gateway = await serveTest((request, response) => {
      expect(request.url).toBe('/v1/health/live');
      response.end('{"status":"live"}');
    });
    const port = Number(gateway.port);
    const { exit, of } = await diagnose({ port });
    expect(of(`port ${port}`)).toMatchObject({ state: 'WARN' });
    expect(of(`port ${port}`)?.cause).toContain('Tabellion gateway');
    expect(exit).toBe(0);
  });
});

const reason = canBeNobody ? '' : ' (skipped: the tests run as root, and setpriv cannot be used)';
describe.skipIf(!canBeNobody)(`data that this user cannot use${reason}`, () => {
  it.each([
    ['the directory', (data: string) => data],
    ['a file in it', (data: string) => join(data, 'ledger', 'ledger.sqlite')],
    ['the directory where it would be made', (data: string) => join(data, '..')],
  ])('is told with %s, its mode and the fix', async (name, choose) => {
    const data = makeData();
    const path = choose(data);
    // Everything else is open, so that this is the first thing in the way.
    for (const part of [data, join(data, 'ledger')]) chmodSync(part, 0o777);
    chmodSync(join(data, 'ledger', 'ledger.sqlite'), 0o666);
    chmodSync(path, 0);
    const isParent = name.startsWith('the directory where');
    if (isParent) chmodSync(path, 0o555);
    const wanted = isParent ? join(path, 'other') : data;
    const { exit, of } = await diagnose({ data: wanted, asNobody: true });
    chmodSync(path, 0o700);
    expect(exit).toBe(1);
    expect(of('data')).toMatchObject({ state: 'FAIL' });
    expect(of('data')?.cause).toContain('EACCES');
    expect(of('data')?.fix).toMatch(/chown .* or choose another/);
  });
});

describe('data', () => {
  it('that is a file is told', async () => {
    const data = join(makeTestDirectory(), 'data');
    writeFileSync(data, '');
    const { exit, of } = await diagnose({ data });
    expect(of('data')?.cause).toContain('is no directory');
    expect(exit).toBe(1);
  });

  it.skipIf(!isLinux)('in use is told with the process (skipped: needs /proc)', async () => {
    const data = makeData();
    const { pid } = await hold(
      `require('fs').openSync(process.argv[1], 'r'); console.log('open'); setInterval(() => {}, 1e6)`,
      join(data, 'ledger', 'ledger.sqlite'),
    );
    const { of } = await diagnose({ data });
    expect(of('data')).toMatchObject({ state: 'WARN' });
    expect(of('data')?.cause).toContain(`process ${pid}`);
  });

  it('with keys that is open to others is told', async () => {
    const data = makeData();
    chmodSync(data, 0o755);
    const { exit, of } = await diagnose({ data });
    expect(of('data')?.fix).toContain('chmod 700');
    expect(exit).toBe(0);
  });
});

const canMount = (() => {
  const place = mkdtempSync(join(tmpdir(), 'tabellion-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
  if (status === 0) spawnSync('umount', [place]);
  rmdirSync(place);
  return status === 0;
})();
describe.skipIf(!canMount)('a full disk (skipped: where tmpfs cannot be mounted)', () => {
  it.each([
    ['space', 'size=1m'],
    ['inodes', 'size=4g,nr_inodes=64'],
  ])('is told by its %s, of data and of tmp', async (_name, options) => {
    const disk = join(makeTestDirectory(), 'disk');
    expect(mountSmall(disk, options)).toBe(true);
    const data = join(disk, 'data');
    const { exit, of } = await diagnose({ data, environment: { TMPDIR: disk } });
    expect(exit).toBe(1);
    for (const check of ['disk of data', 'disk of tmp']) {
      expect(of(check)).toMatchObject({ state: 'FAIL' });
      expect(of(check)?.cause).toContain(disk);
    }
  });
});

describe('clock', () => {
  /** The program with its clock put back or on. */
  function shiftClock(byMs: number): NodeJS.ProcessEnv {
    const preload = join(makeTestDirectory(), 'clock.cjs');
    writeFileSync(preload, `const now = Date.now; Date.now = () => now() + ${byMs};`);
    return { NODE_OPTIONS: `--require ${preload}` };
  }

  it('that was put back is told by what was written since', async () => {
    const { exit, of } = await diagnose({ data: makeData(), environment: shiftClock(-2 * DAY_MS) });
    expect(exit).toBe(1);
    expect(of('clock')).toMatchObject({ state: 'FAIL' });
    expect(of('clock')?.cause).toContain('2 days after');
  });

  it.each([
    ['before an authority begins', -20 * DAY_MS, 'begins'],
    ['after an authority has ended', 20 * 366 * DAY_MS, 'ended'],
  ])('%s is told', async (_name, shift, word) => {
    const checkout = makeCheckout();
    const data = makeData();
    const authority = join(data, 'ca', 'CnAgencyMSP');
    mkdirSync(authority, { recursive: true });
    await foundCa({ directory: authority, mspId: 'CnAgencyMSP', embedded: true });
    // Only the certificates speak: every file was written long ago.
    const long = new Date(Date.now() - 300 * DAY_MS);
    const files = ['', 'ledger', 'ledger/ledger.sqlite', 'ca', 'ca/CnAgencyMSP'];
    const keys = ['key.pem', 'crl.pem', 'root.pem'].map((name) => join('ca/CnAgencyMSP', name));
    for (const path of [...files, ...keys]) utimesSync(join(data, path), long, long);
    utimesSync(join(checkout, 'package.json'), long, long);
    const program = join(checkout, 'gateway/src/doctor/main.mjs');
    const words = ['--json', '--data', data, '--port', String(await findPort())];
    const environment = { ...process.env, ...shiftClock(shift) };
    const { of } = read(await run([process.execPath, program, ...words], environment));
    expect(of('clock')).toMatchObject({ state: 'FAIL' });
    expect(of('clock')?.cause).toContain(word);
  });

  it('that is far ahead of the last write is asked about', async () => {
    const environment = shiftClock(500 * DAY_MS);
    const { of } = await diagnose({ data: makeData(), environment });
    expect(of('clock')).toMatchObject({ state: 'WARN' });
  });
});

describe('before anything is installed, scripts/doctor', () => {
  /** On a machine whose PATH has only this. */
  async function examine(path: string, ...words: string[]) {
    const script = join(makeCheckout(), 'scripts', 'doctor');
    const data = join(makeTestDirectory(), 'data');
    const port = String(await findPort());
    const environment = { PATH: path, HOME: data };
    return run(['/bin/sh', script, '--data', data, '--port', port, ...words], environment);
  }

  it('says that there is no Node.js', async () => {
    const { exit, stdout } = await examine(makePath(['dirname']));
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}node: no node on PATH\. Fix: install Node\.js 24/);
    const told = read(await examine(makePath(['dirname']), '--json'));
    expect(told.of('node')?.state).toBe('FAIL');
  });

  it('says that Node.js is too old', async () => {
    const path = makePath(['dirname'], { node: pretendNode('16.20.2') });
    const { exit, stdout } = await examine(path);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}node: v16\.20\.2 \(.*\); 20 is the least\. Fix:/);
  });

  it('says that npm is missing, which alone could bring a newer Node.js', async () => {
    const path = makePath(['dirname', 'cksum'], { node: pretendNode('22.1.0') });
    const { exit, of } = read(await examine(path, '--json'));
    expect(exit).toBe(1);
    expect(of('node')?.cause).toContain('no npm to bring 24');
    expect(of('npm')).toMatchObject({ state: 'FAIL' });
    expect(of('packages')).toMatchObject({ state: 'WARN' });
    expect(of('docker')).toMatchObject({ state: 'none' });
  });

  it('is content with an older Node.js and npm', async () => {
    const path = makePath(['dirname', 'cksum', 'npm'], { node: pretendNode('22.1.0') });
    const { exit, of } = read(await examine(path, '--json'));
    expect(of('node')).toMatchObject({ state: 'ok' });
    expect(of('npm')).toMatchObject({ state: 'ok' });
    expect(exit).toBe(0);
  });
});

describe('optional tools', () => {
  it('are told as such, and Fabric by its directory', async () => {
    const fabric = makePath([], { peer: 'exit 0', orderer: 'exit 0', configtxgen: 'exit 0' });
    const some = await diagnose({ environment: { FABRIC_BIN: fabric } });
    expect(some.of('fabric')).toMatchObject({ state: 'none' });
    expect(some.of('fabric')?.cause).toContain('no osnadmin');
    expect(existsSync(join(fabric, 'osnadmin'))).toBe(false);
    symlinkSync(join(fabric, 'peer'), join(fabric, 'osnadmin'));
    const all = await diagnose({ environment: { FABRIC_BIN: fabric } });
    expect(all.of('fabric')).toMatchObject({ state: 'ok' });
  });
});
