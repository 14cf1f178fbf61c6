/** CPU profiles in few lines: which functions a thread spent its own time in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As V8 writes it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  readonly seconds: number;
}

const ROOT = join(import.meta.dirname, '..', '..');
const SHOWN = 15;
/** Waiting, which costs nothing. */
const IDLE = '(idle)';
/** Threads that did less than this are not worth a line, seconds. */
const LEAST = 1;

/** Functions by the time spent in themselves, most first; those of the same place are one. */
export function readSelfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id)!;
    spent.set(name, (spent.get(name) ?? 0) + timeDeltas[at]! / 1e6);
  }
  return [...spent]
    .map(([name, seconds]) => ({ name, seconds }))
    .filter(({ name }) => name !== IDLE)
    .sort((one, other) => other.seconds - one.seconds);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']) {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  return `${name} ${shortOf(url)}:${lineNumber + 1}`;
}

const shortOf = (url: string) =>
  url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url;

/** What stands on the call stack of everything: the file that the thread was started with. */
function entryOf({ nodes }: CpuProfile): string {
  const files = nodes.map(({ callFrame }) => shortOf(callFrame.url));
  const entry = files.find((file) => /^(scripts|gateway)\/.*(?<!-common.*)\.ts$/.test(file));
  return entry ?? 'unknown';
}

/** Every profile in a directory, one after the other. */
export function describeProfiles(directory: string): string {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort()
    .map((name) => describeProfile(name, readProfile(join(directory, name))))
    .join('');
}

const readProfile = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;

function describeProfile(file: string, profile: CpuProfile): string {
  const times = readSelfTimes(profile);
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  if (total < LEAST) return '';
  const lines = times
    .slice(0, SHOWN)
    .map(
      ({ name, seconds }) =>
        `  ${((100 * seconds) / total).toFixed(1).padStart(5)} % ${seconds.toFixed(2).padStart(8)} s  ${name}\n`,
    );
  return `\n${file} (${entryOf(profile)}): ${total.toFixed(1)} s of work\n${lines.join('')}`;
}
