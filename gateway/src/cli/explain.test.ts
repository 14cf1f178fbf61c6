import { describe, expect, it } from 'vitest';
import { makeTestDirectory, runCli } from './testing.ts';

async function explain(words: readonly string[], environment: Record<string, string> = {}) {
  return runCli(['explain', ...words], { home: await makeTestDirectory(), environment });
}

describe('explain', () => {
  it('says what a code means, what to do and what is certain, with its status', async () => {
    const { exit, stdout } = await explain(['CHAIN_CONFLICT']);
    expect(exit).toBe(0);
    expect(stdout).toContain('CHAIN_CONFLICT: The chain is elsewhere');
    expect(stdout).toContain('HTTP 409, exit code 1');
    expect(stdout).toContain('Run the same command again');
    expect(stdout).toContain('was not written to the ledger');
  });

  it.each([
    [{ LC_ALL: 'zh_CN.UTF-8', LANG: 'en_GB.UTF-8' }, true],
    [{ LANG: 'zh_CN.UTF-8' }, true],
    [{ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, false],
    [{}, false],
  ])('speaks the language of the environment %o', async (environment, isChinese) => {
    const { stdout } = await explain(['NOT_ALLOWED'], environment);
    expect(stdout.includes('处理办法')).toBe(isChinese);
    expect(stdout.includes('What to do')).toBe(!isChinese);
  });

  it('speaks the language that was asked for, or both', async () => {
    const chinese = await explain(['NOT_ALLOWED', '--lang', 'zh']);
    expect(chinese.stdout).not.toContain('What to do');
    const both = await explain(['NOT_ALLOWED', '--lang', 'both'], { LANG: 'zh_CN.UTF-8' });
    expect(both.stdout).toMatch(/What to do.*处理办法/s);
  });

  it('tells verdicts with the exit code of verify, and breaks with that of audit', async () => {
    const shown = async (code: string) =>
      JSON.parse((await explain([code, '--json'])).stdout).pages.map(
        ({ area, exit }: { area: string; exit?: number }) => `${area} ${exit}`,
      );
    expect(await shown('FILE_DIGEST_MISMATCH')).toEqual(['verdict 10']);
    expect(await shown('NOT_CANONICAL')).toEqual(['verdict 1']);
    expect(await shown('MARKER_MISSING')).toEqual(['break 10']);
    expect(await shown('SIGN_IN_REQUIRED')).toEqual(['cli 4']);
    expect(await shown('CERTIFICATE_EXPIRED')).toEqual(['input 4', 'verdict 11']);
  });

  it('refuses a code that does not exist, and names the nearest', async () => {
    const { exit, stdout, stderr } = await explain(['CHAIN_CONFLIKT']);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toContain('did you mean CHAIN_CONFLICT?');
  });

  it('lists every code', async () => {
    const { stdout } = await explain(['--list', '--json']);
    const { codes } = JSON.parse(stdout) as { codes: { code: string; zh: string }[] };
    expect(codes.length).toBeGreaterThan(250);
    expect((await explain(['--list'])).stdout).toContain('OBJECTION');
    expect((await explain([])).exit).toBe(2);
    expect((await explain(['--list', 'NOT_FOUND'])).exit).toBe(2);
  });
});

it('failures end with where to read on, without --json', async () => {
  const home = await makeTestDirectory();
  const told = await runCli(['whoami'], { home });
  expect(told.stderr).toMatch(
    /^tabellion: GATEWAY_NOT_SET: .*\n\(tabellion explain GATEWAY_NOT_SET /,
  );
  const usage = await runCli(['whoami', '--nonsense'], { home });
  expect(usage.stderr).not.toContain('tabellion explain');
  const { stdout } = await runCli(['whoami', '--json'], { home });
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'GATEWAY_NOT_SET', message: expect.not.stringContaining('explain') },
  });
});
