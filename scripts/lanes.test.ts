import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { findGap, parseLanes } from './lanes.ts';

const report = (name: string, ...tests: [status: string, fullName: string][]) => ({
  testResults: [
    { name, assertionResults: tests.map(([status, fullName]) => ({ status, fullName })) },
  ],
});

describe('a required lane', () => {
  it('has no gap when everything of it ran', () => {
    const ran = report('/p/test/fabric/a.test.ts', ['passed', 'a'], ['failed', 'b']);
    expect(findGap(ran, 'fabric')).toBeUndefined();
  });

  it('has one where tests of it were skipped, and says why', () => {
    const title = 'a network (skipped: no peer on PATH) starts';
    const skipped = report('/p/test/fabric/a.test.ts', ['pending', title], ['passed', 'b']);
    expect(findGap(skipped, 'fabric')).toBe('1 of 2 tests: skipped: no peer on PATH');
    expect(findGap(skipped, 'docker')).toBe('no test of it ran');
  });

  it('is one that there is', () => {
    expect(parseLanes('fabric,docker')).toEqual(['fabric', 'docker']);
    expect(() => parseLanes('fabrik')).toThrow('the lanes are fabric and docker');
  });

  it('fails the run when it is skipped', () => {
    const script = join(import.meta.dirname, 'test.ts');
    const environment = { ...process.env, PATH: '/nowhere', FABRIC_BIN: '' };
    const args = [script, '--require', 'fabric', 'test/fabric/network.test.ts'];
    let output = '';
    try {
      execFileSync(process.execPath, args, { env: environment, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      output = (error as { stdout: string }).stdout;
    }
    expect(output).toMatch(/required fabric, but was not run: \d+ of \d+ tests: skipped: /);
    expect(output).toMatch(/\b0 passed, 1 failed, \d+ skipped\n$/);
  }, 60_000);
});
