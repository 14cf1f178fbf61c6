/** `./scripts/start --demo --once --json`, as a new user runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('anchors the checkout, hands items over, proves file and custody offline and names a flipped byte', {
  timeout: 600_000,
}, async () => {
  const { stdout } = await promisify(execFile)(
    join(root, 'scripts', 'start'),
    ['--demo', '--once', '--json'],
    { cwd: root, maxBuffer: 1 << 24 },
  );
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  const result = JSON.parse(lines[0]!);
  expect(Object.keys(result)).toEqual(['items', 'batches', 'seconds', 'verdicts']);
  expect(result.items).toBeGreaterThan(10_000);
  expect(result.batches).toBe(Math.ceil(result.items / 65_536));
  expect(result.verdicts).toEqual({
    intact: 'INTACT',
    custody: 'INTACT',
    altered: 'FILE_DIGEST_MISMATCH',
  });
});
