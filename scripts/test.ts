/** Runs lint, format, types and all tests, and counts them: what `scripts/test` starts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const counts = { passed: 0, failed: 0, skipped: 0 };

/** One check that passes or fails as a whole. */
function runCheck(name: string, command: string, args: readonly string[]): void {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  counts[status === 0 ? 'passed' : 'failed'] += 1;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Every skip is told; those of one reason, which stands in the title, in one line. */
function printSkips({ testResults }: VitestReport): void {
  const reasons = new Map<string, number>();
  for (const { assertionResults } of testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status === 'passed' || status === 'failed') continue;
      const reason = /\((skipped[^)]*)\)/.exec(fullName)?.[1] ?? `skipped: ${fullName}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of reasons) process.stdout.write(`${count} ${reason}\n`);
}

function runVitest(filters: readonly string[]): void {
  process.stdout.write('\n== tests\n');
  const directory = mkdtempSync(join(tmpdir(), 'tabellion-test-'));
  const output = join(directory, 'report.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...filters], {
      cwd: root,
      stdio: 'inherit',
    });
    const report = JSON.parse(readFileSync(output, 'utf8')) as VitestReport;
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    counts.skipped += report.numPendingTests + report.numTodoTests;
    // A file that could not be loaded, or an error outside any test, has no failed test of its own.
    if (status !== 0 && report.numFailedTests === 0) counts.failed += 1;
    printSkips(report);
  } catch (error) {
    process.stderr.write(`the test run left no report: ${String(error)}\n`);
    counts.failed += 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const filters = process.argv.slice(2);
if (filters.length === 0) {
  runCheck('lint and format', bin('biome'), ['check', '--error-on-warnings', '.']);
  runCheck('types', bin('tsc'), ['--noEmit']);
}
runVitest(filters);
process.stdout.write(
  `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
