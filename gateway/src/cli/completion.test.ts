import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makeTestDirectory, runCli } from './testing.ts';

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

async function scriptFor(shell: string): Promise<string> {
  const { exit, stdout } = await runCli(['completion', shell], { home: await makeTestDirectory() });
  expect(exit).toBe(0);
  return stdout;
}

describe('completion', () => {
  it.skipIf(!has('bash'))('completes commands and options in bash (needs bash)', async () => {
    const script = await scriptFor('bash');
    const complete = (words: string[]) => {
      const line = words.map((word) => `'${word}'`).join(' ');
      const run = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _tabellion; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', run], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim().split('\n');
    };
    expect(complete(['tabellion', 'an'])).toEqual(
      ['answer', 'anchor'].sort((a) => (a === 'anchor' ? -1 : 1)),
    );
    expect(complete(['tabellion', 'evidence', ''])).toEqual(
      expect.arrayContaining(['list', 'show', 'find']),
    );
    expect(complete(['tabellion', 'verify', 'proof.json', '--tr'])).toEqual(['--trust']);
    expect(complete(['tabellion', 'member', 'vote', '--ch'])).toEqual(['--choice']);
  });

  it.each(['zsh', 'fish'])('names every command for %s', async (shell) => {
    const script = await scriptFor(shell);
    for (const word of ['init', 'anchor', 'evidence', 'find', '--trust-on-first-use']) {
      expect(script).toContain(word);
    }
    if (has(shell)) {
      const { status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('is one JSON document when asked', async () => {
    const { stdout } = await runCli(['completion', 'bash', '--json'], {
      home: await makeTestDirectory(),
    });
    expect(JSON.parse(stdout)).toMatchObject({ shell: 'bash' });
  });
});
