/** Alerts as they are raised, for a reader who stays. */
import type { StreamedEvent } from '../http/event-stream.ts';
import { showAlert } from './shape.ts';
import type { Viewer } from './store.ts';
import type { Watches } from './watches.ts';

const PAGE = 100;

export interface Following {
  /** Sequence number of the last alert that the reader has. */
  readonly after: number;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** Those that the viewer may see, for ever; holds one page however slowly it is read. */
export async function* followAlerts(
  watches: Pick<Watches, 'listAlerts' | 'onMore'>,
  viewer: Viewer,
  { after, heartbeatMs, signal }: Following,
): AsyncGenerator<StreamedEvent | 'heartbeat'> {
  let last = after;
  while (!signal.aborted) {
    // Listened for before it is looked: what comes between is not missed.
    const more = waitForMore(watches, heartbeatMs, signal);
    const alerts = watches.listAlerts(viewer, {}, last, PAGE);
    for (const alert of alerts) {
      if (signal.aborted) return;
      last = alert.sequence;
      yield { id: String(last), name: 'watch.alert', data: showAlert(alert) };
    }
    if (alerts.length > 0) continue;
    if (!(await more) && !signal.aborted) yield 'heartbeat';
  }
}

function waitForMore(
  watches: Pick<Watches, 'onMore'>,
  heartbeatMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(heartbeatMs)]);
    const stop = watches.onMore(() => end(true));
    const end = (isMore: boolean) => {
      stop();
      resolve(isMore);
    };
    patience.addEventListener('abort', () => end(false), { once: true });
    if (patience.aborted) end(false);
  });
}
