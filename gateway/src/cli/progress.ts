/** Progress of long work: a bar on a terminal, JSON lines on stderr when asked, else nothing. */
import cliProgress from 'cli-progress';
import type { Context, GlobalOptions } from './context.ts';
import { formatBytes } from './table.ts';

export interface ProgressState {
  readonly filesDone?: number;
  /** Of a ledger that is read. */
  readonly blocksDone?: number;
  /** Of a list that is screened. */
  readonly linesDone?: number;
  readonly bytesDone: number;
  readonly filesTotal?: number | undefined;
  readonly bytesTotal?: number | undefined;
  /** Bytes a second. */
  readonly rate?: number | undefined;
  /** Seconds left. */
  readonly eta?: number | undefined;
}

export interface Progress {
  report(state: ProgressState): void;
  /** Ends the bar; the last state is always shown. */
  stop(): void;
}

const INTERVAL_MS = 200;

export function createProgress(
  { stderr, now }: Pick<Context, 'stderr' | 'now'>,
  { json, progress }: Pick<GlobalOptions, 'json' | 'progress'>,
): Progress {
  if (progress === 'json') {
    return limitRate(now, (state) => stderr.write(`${JSON.stringify({ progress: state })}\n`));
  }
  if (progress === 'auto' && json !== true && stderr.isTTY === true) return createBar(stderr, now);
  return { report: () => undefined, stop: () => undefined };
}

function createBar(stream: NodeJS.WritableStream, now: () => number): Progress {
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    format: '{bar} {percent}  {files}  {bytes}  {speed}  {left}',
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 24,
  });
  bar.start(1, 0, { percent: '', files: '', bytes: '', speed: '', left: '' });
  const shown = limitRate(now, (state) => {
    const total = state.bytesTotal;
    bar.setTotal(Math.max(total ?? state.bytesDone, 1));
    bar.update(state.bytesDone, {
      percent:
        total === undefined ? '' : `${Math.floor((100 * state.bytesDone) / Math.max(total, 1))}%`,
      files: describeCount(state),
      bytes: formatBytes(state.bytesDone),
      speed: state.rate === undefined ? '' : `${formatBytes(Math.round(state.rate))}/s`,
      left: state.eta === undefined ? '' : `${formatDuration(state.eta)} left`,
    });
  });
  return {
    report: shown.report,
    stop: () => {
      shown.stop();
      bar.stop();
    },
  };
}

function describeCount({ filesDone, filesTotal, blocksDone, linesDone }: ProgressState): string {
  if (blocksDone !== undefined) return `${blocksDone} blocks`;
  if (linesDone !== undefined) return `${linesDone} addresses`;
  return `${filesDone ?? 0}${filesTotal === undefined ? '' : `/${filesTotal}`} files`;
}

/** At most one state each 200 ms, and the last one at the end. */
function limitRate(now: () => number, show: (state: ProgressState) => void): Progress {
  let shownAt = Number.NEGATIVE_INFINITY;
  let waiting: ProgressState | undefined;
  const flush = () => {
    if (waiting === undefined) return;
    show(waiting);
    waiting = undefined;
    shownAt = now();
  };
  return {
    report: (state) => {
      waiting = state;
      if (now() - shownAt >= INTERVAL_MS) flush();
    },
    stop: flush,
  };
}

/** `1:02:03`, `2:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':');
}
