import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../evidence/error.ts';
import { EXIT } from '../explain/exit-code.ts';
import { IdentityError } from '../identity/error.ts';
import { LedgerError } from '../ledger/port.ts';
import { CliError, describeFailure, ProblemError } from './failure.ts';
import { makeTestDirectory, runCli } from './testing.ts';

const PROFILE = '{"gateway":"http://127.0.0.1:9/","mspId":"CnAgencyMSP","as":"person"}';

async function makeProfile(files: Readonly<Record<string, string>>, mode = 0o600): Promise<string> {
  const home = await makeTestDirectory();
  const directory = join(home, 'config', 'default');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), text);
    await chmod(join(directory, name), mode);
  }
  return home;
}

describe('exit codes', () => {
  it('are frozen: scripts build on them', () => {
    expect(EXIT).toEqual({
      done: 0,
      error: 1,
      usage: 2,
      incomplete: 3,
      signIn: 4,
      mismatch: 10,
      untrusted: 11,
      unknown: 12,
    });
  });

  it.each([
    [new CliError('USAGE', ''), 2],
    [new CliError('SIGN_IN_REQUIRED', ''), 4],
    [new CliError('TRUST_CHANGED', ''), 11],
    [new CliError('INTERRUPTED', ''), 12],
    [new CliError('UNREACHABLE', ''), 1],
    [new ProblemError(400, 'BAD_INPUT', ''), 2],
    [new ProblemError(401, 'TOKEN_EXPIRED', ''), 4],
    [new ProblemError(403, 'ROLE_NOT_ALLOWED', ''), 1],
    [new ProblemError(409, 'ATTESTATION_PENDING', ''), 12],
    [new IdentityError('SIGN_IN_REFUSED', ''), 4],
    [new IdentityError('KEY_EXPOSED', ''), 1],
    [new LedgerError('UNKNOWN', ''), 12],
    [new LedgerError('ENDORSEMENT_MISMATCH', ''), 10],
    [new EvidenceError('RECORD_MISMATCH', ''), 10],
    [new LedgerError('CONTRACT', '', { contractCode: 'NOT_FOUND' }), 1],
    [new Error('anything'), 1],
  ])('%s ends in %i', (error, exit) => {
    expect(describeFailure(error).exit).toBe(exit);
  });

  it("give the contract's own code, and none of an error without one", () => {
    const refused = new LedgerError('CONTRACT', '', { contractCode: 'NOT_FOUND' });
    expect(describeFailure(refused).code).toBe('NOT_FOUND');
    expect(describeFailure(new TypeError('x')).code).toBe('INTERNAL');
  });
});

describe('the program', () => {
  it.each([
    ['an unknown command', ['annchor']],
    ['an unknown option', ['status', '--frobnicate']],
    ['a missing argument', ['close']],
    ['a missing option', ['verify', 'proof.json']],
    ['a choice that there is not', ['answer', 'a', '--position', 'MAYBE']],
    ['no command at all', []],
    ['a profile that leads elsewhere', ['whoami', '--profile', '../other']],
    ['a secret in the address', ['status', '--gateway', 'https://me:secret@example.org']],
  ])('refuses %s as usage', async (_what, args) => {
    const home = await makeTestDirectory();
    const told = await runCli(args, { home });
    expect(told).toMatchObject({ exit: 2, stdout: '' });
    expect(told.stderr).toMatch(/^tabellion: USAGE: /);
    const json = await runCli([...args, '--json'], { home });
    expect(json).toMatchObject({ exit: 2, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual({
      error: { code: 'USAGE', message: expect.any(String) as string },
    });
    expect(json.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(json.stdout).not.toContain('secret@');
  });

  it('speaks in clear with this machine only', async () => {
    const home = await makeTestDirectory();
    for (const gateway of [
      'http://example.org',
      'http://127.0.0.1.example.org',
      'ftp://127.0.0.1',
    ]) {
      const { exit, stderr } = await runCli(['status', '--gateway', gateway], { home });
      expect(exit).toBe(2);
      expect(stderr).toContain('GATEWAY_NOT_SECURE');
    }
  });

  it('asks to sign in before anything is sent', async () => {
    const home = await makeProfile({ 'profile.json': PROFILE });
    const { exit, stderr } = await runCli(['whoami'], { home });
    expect(exit).toBe(4);
    expect(stderr).toContain('SIGN_IN_REQUIRED');
  });

  it('does not carry a token to another gateway', async () => {
    const token = JSON.stringify({
      gateway: 'http://127.0.0.1:9/',
      issuer: 'http://127.0.0.1:9/oidc',
      clientId: 'tabellion-cli',
      accessToken: 'abc',
      expiresAt: Date.now() + 600_000,
    });
    const home = await makeProfile({ 'profile.json': PROFILE, 'token.json': token });
    const elsewhere = await runCli(['whoami', '--gateway', 'http://127.0.0.1:8'], { home });
    expect(elsewhere.exit).toBe(4);
    const here = await runCli(['whoami'], { home });
    expect(here.exit).toBe(1);
    expect(here.stderr).toContain('UNREACHABLE');
  });

  it('does not use a key or token that others can read', async () => {
    const home = await makeProfile({ 'profile.json': PROFILE, 'token.json': '{}' }, 0o644);
    const { exit, stderr } = await runCli(['whoami'], { home });
    expect(exit).toBe(1);
    expect(stderr).toContain('KEY_EXPOSED');
  });

  it('takes secrets of systems from the environment only', async () => {
    const home = await makeTestDirectory();
    const args = ['login', '--as', 'system', '--gateway', 'http://127.0.0.1:9'];
    const { exit, stderr } = await runCli(args, { home });
    expect(exit).toBe(4);
    expect(stderr).toContain('TABELLION_CLIENT_SECRET');
  });

  it('names every field that does not fit, before anything is sent', async () => {
    const home = await makeProfile({ 'profile.json': PROFILE });
    const { exit, stdout } = await runCli(
      ['acquire', '--input', '-', '--legal-basis', 'cn-cpl-136@1', '--json'],
      { home, stdin: '{"case": "blanks are not allowed", "extra": 1}' },
    );
    expect(exit).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe('BAD_INPUT');
    for (const field of ['case', 'reason', 'route', 'method', 'extra']) {
      expect(error.message).toContain(field);
    }
  });

  it('refuses JSON that can be read in two ways', async () => {
    const home = await makeProfile({ 'profile.json': PROFILE });
    const { exit, stderr } = await runCli(['acquire', '--input', '-'], {
      home,
      stdin: '{"case": "A", "case": "B"}',
    });
    expect(exit).toBe(2);
    expect(stderr).toContain('BAD_INPUT');
  });
});
