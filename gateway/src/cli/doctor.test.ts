/** What `tabellion doctor` adds to the machine's checks: the profile, its gateway and their clocks. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPort } from '../doctor/testing.ts';
import { MemberCa } from '../identity/ca.ts';
import { createCsr, generatePrivateKey } from '../identity/key.ts';
import { keepPrivate, locateProfile, writeSettings } from './profile.ts';
import { makeTestDirectory, runCli, serveTest } from './testing.ts';

const DAY_MS = 86_400_000;

/** A profile whose certificate holds for `days` from `begin` on. */
async function makeProfile(home: string, gateway: string, days: number, begin = Date.now()) {
  const directory = join(home, 'ca');
  const options = { directory, mspId: 'CnAgencyMSP', embedded: true, now: () => begin };
  const ca = await MemberCa.open(options);
  const csr = await createCsr(generatePrivateKey());
  const role = { ou: 'client', role: 'investigator', keyCustody: 'person' } as const;
  const paths = locateProfile({ environment: { TABELLION_HOME: home } }, {});
  await writeSettings(paths, { gateway, mspId: 'CnAgencyMSP', as: 'person' });
  await keepPrivate(paths.certificate, await ca.issue(csr, { ...role, days }));
}

async function examine(home: string) {
  const port = String(await findPort());
  const words = ['doctor', '--data', join(home, 'none'), '--port', port, '--json'];
  const { exit, stdout } = await runCli(words, { home, environment: { PATH: process.env.PATH! } });
  const { checks } = JSON.parse(stdout) as {
    checks: { check: string; state: string; cause: string; fix?: string }[];
  };
  return { exit, of: (name: string) => checks.find(({ check }) => check === name) };
}

const serveReady = (status: number, date = new Date()) =>
  serveTest((_request, response) => {
    response.sendDate = false;
    response.writeHead(status, { date: date.toUTCString() }).end('{}');
  });

describe('doctor', () => {
  it('is content with a profile that holds and a gateway that is ready', async () => {
    const home = await makeTestDirectory();
    await makeProfile(home, (await serveReady(200)).href, 365);
    const { exit, of } = await examine(home);
    expect([of('certificate')?.state, of('gateway')?.state]).toEqual(['ok', 'ok']);
    expect(of('clock of gateway')).toBeUndefined();
    expect(exit).toBe(0);
  });

  it('says nothing of a profile where there is none', async () => {
    const { exit, of } = await examine(await makeTestDirectory());
    expect(of('node')).toBeDefined();
    expect([of('certificate'), of('gateway')]).toEqual([undefined, undefined]);
    expect(exit).toBe(0);
  });

  it.each([
    ['soon to end', 5, 0, 'WARN', 'init --renew'],
    ['ended', 1, -3 * DAY_MS, 'FAIL', 'init --renew'],
    ['not begun', 100, 3 * DAY_MS, 'FAIL', 'clock'],
  ])('tells a certificate that has %s', async (_name, days, shift, state, fix) => {
    const home = await makeTestDirectory();
    await makeProfile(home, (await serveReady(200)).href, days, Date.now() + shift);
    const { exit, of } = await examine(home);
    expect(of('certificate')).toMatchObject({ state });
    expect(of('certificate')?.fix).toContain(fix);
    expect(exit).toBe(state === 'FAIL' ? 1 : 0);
  });

  it('tells a gateway that does not answer, is not ready, or lives at another time', async () => {
    const home = await makeTestDirectory();
    await makeProfile(home, `http://127.0.0.1:${await findPort()}/`, 365);
    expect((await examine(home)).of('gateway')?.cause).toContain('ECONNREFUSED');
    await makeProfile(home, (await serveReady(503)).href, 365);
    expect((await examine(home)).of('gateway')?.cause).toContain('is not ready (503)');
    const hourAgo = new Date(Date.now() - 3_600_000);
    await makeProfile(home, (await serveReady(200, hourAgo)).href, 365);
    const { exit, of } = await examine(home);
    expect(of('clock of gateway')?.cause).toMatch(/differ by 3\d{3} s/);
    expect(exit).toBe(1);
  });
});
