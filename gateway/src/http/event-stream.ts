/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { utf8 } from '@tabellion/proof';
import type { Principal } from './deps.ts';
import type { Reply } from './endpoint.ts';
import type { Standing } from './standing.ts';

export const EVENT_STREAM = 'text/event-stream';

export interface StreamedEvent {
  /** From which a reader that was cut off goes on. */
  readonly id: string;
  readonly name: string;
  /** JSON value. */
  readonly data: unknown;
}

export function replyWithEvents(events: AsyncIterable<StreamedEvent | 'heartbeat'>): Reply {
  return {
    status: 200,
    mediaType: EVENT_STREAM,
    headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    body: encodeEvents(events),
  };
}

async function* encodeEvents(events: AsyncIterable<StreamedEvent | 'heartbeat'>) {
  yield utf8(': open\n\n');
  for await (const event of events) {
    if (event === 'heartbeat') {
      yield utf8(': still here\n\n');
      continue;
    }
    const { id, name, data } = event;
    yield utf8(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** A stream outlives the check at its beginning: it ends, visibly cut off, with the member's standing. */
export async function* whileActive<T>(
  standing: Standing,
  principal: Principal,
  pieces: AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const piece of pieces) {
    standing.assertActive(principal);
    yield piece;
  }
}
