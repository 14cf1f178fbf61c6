/** Ends a gateway that must not go on, and says why. */
import process from 'node:process';
import { pino } from 'pino';
import {
  EXIT_DISK,
  findVitalFailure,
  type VitalFailure,
} from '../gateway/src/node/failure-watch.ts';
import type { LogFile } from './log-file.ts';

/** For the person who looks after the machine. */
export function describeFailure({ kind, cause }: VitalFailure, directory: string): string {
  const what =
    kind === 'DISK_FAILED' ? 'the disk failed' : 'the ledger could not write its next block';
  return `tabellion: stopped, because ${what}: ${cause.message} (data in ${directory}). What was acknowledged is kept. See to the disk (free space, the system's log), then start again.\n`;
}

/** At once, without closing anything: what this process thinks is on the disk may not be there. */
export function failStop(failure: VitalFailure, directory: string, log: LogFile): never {
  writeLast(log, failure.kind, failure.cause);
  process.stderr.write(describeFailure(failure, directory));
  process.exit(EXIT_DISK);
}

/** What nobody caught ends the process too, and is said like any other end. */
export function endOnUncaught(directory: string, log: LogFile): void {
  process.on('uncaughtException', (error) => {
    const failure = findVitalFailure(error);
    if (failure) failStop(failure, directory, log);
    writeLast(log, 'INTERNAL', error);
    process.stderr.write(`tabellion: stopped by an error of its own: ${error.stack}\n`);
    process.exit(1);
  });
}

function writeLast(log: LogFile, code: string, { name, message }: Error): void {
  try {
    pino({}, { write: (line) => log.writeLast(line) }).fatal(
      { code, reason: { name, message } },
      'stopped',
    );
  } catch {
    // The log may be on the same disk.
  }
}
