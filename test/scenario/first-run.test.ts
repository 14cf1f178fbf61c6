/** The first run in a fresh clone of what is committed, where a path may be odd and npm runs no scripts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'first-run');

it('leads a new user to a proof, says in words that a port is taken, and changes nothing', {
  timeout: 900_000,
}, async () => {
  // How long it took is for people to look at, and no reason to fail here.
  const { stdout } = await promisify(execFile)(script, ['--json', 'odd-path']).catch(
    (failure: { stdout: string }) => failure,
  );
  const [result] = JSON.parse(stdout);
  expect(result.checks).toEqual({
    demo: true,
    'demo without network': true,
    'port taken': true,
    'checkout unchanged': true,
  });
});
