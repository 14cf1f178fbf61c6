#!/usr/bin/env node
/** The program `tabellion`. */
import { runProgram } from './run.ts';

const interrupted = new AbortController();
// The first Ctrl-C ends the work in order; a second one falls to the system's default.
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

// Whoever reads the output may stop early (`| head`): there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runProgram(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  signal: interrupted.signal,
});
