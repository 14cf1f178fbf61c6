/** Runs lint, format, types and all tests, and counts them: what `scripts/test` starts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findGap, isSkip, type Lane, type LaneReport, parseLanes, skipReason } from './lanes.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const counts = { passed: 0, failed: 0, skipped: 0 };

/** One check that passes or fails as a whole. */
function runCheck(name: string, command: string, args: readonly string[]): void {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  counts[status === 0 ? 'passed' : 'failed'] += 1;
}

interface VitestReport extends LaneReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

/** Every skip is told; those of one reason, which stands in the title, in one line. */
function printSkips({ testResults }: VitestReport): void {
  const reasons = new Map<string, number>();
  for (const { assertionResults } of testResults) {
    for (const { status, fullName } of assertionResults) {
      if (!isSkip(status)) continue;
      const reason = skipReason(fullName);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of reasons) process.stdout.write(`${count} ${reason}\n`);
}

/** That a lane did not run is a failure of who asked for it. */
function checkLanes(report: VitestReport, required: readonly Lane[]): void {
  for (const lane of required) {
    const gap = findGap(report, lane);
    counts[gap === undefined ? 'passed' : 'failed'] += 1;
    if (gap !== undefined) process.stdout.write(`required ${lane}, but was not run: ${gap}\n`);
  }
}

function runVitest(filters: readonly string[], required: readonly Lane[]): void {
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
    checkLanes(report, required);
  } catch (error) {
    process.stderr.write(`the test run left no report: ${String(error)}\n`);
    counts.failed += 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const USAGE = `usage: scripts/test [--require fabric[,docker]] [FILTER…]

Lint, format, types and all tests; with a filter, only the tests whose path holds it.

  --require LANES   a lane that is skipped because its programs are missing is a failure`;

function readArguments() {
  const options = {
    require: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const required = values.require === undefined ? [] : parseLanes(values.require);
    return { filters: positionals, required };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

const { filters, required } = readArguments();
if (filters.length === 0) {
  runCheck('lint and format', bin('biome'), ['check', '--error-on-warnings', '.']);
  runCheck('types', bin('tsc'), ['--noEmit']);
}
runVitest(filters, required);
process.stdout.write(
  `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
