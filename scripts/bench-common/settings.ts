/** What every benchmark takes on its command line. */
import process from 'node:process';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Fewer and shorter measurements, to see that everything works. */
  readonly quick: boolean;
  /** One JSON document instead of a table. */
  readonly json: boolean;
  /** Where CPU profiles of every process and thread are written, if they are wanted. */
  readonly profile: string | undefined;
}

const usage = (name: string) => `usage: scripts/bench ${name} [--quick] [--json] [--profile DIR]\n`;

/** Ends the process with a usage text where something else is asked. */
export function readBenchOptions(name: string): BenchOptions {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
      },
    });
    return { quick: values.quick, json: values.json, profile: values.profile };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage(name)}`);
    process.exit(2);
  }
}
