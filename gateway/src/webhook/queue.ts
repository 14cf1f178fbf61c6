/** Events of all sources on their way into the queue of each endpoint that may be told of them. */
import { createHash } from 'node:crypto';
import type { Endpoint, WebhookStore } from './store.ts';

/** Something that happened, by a source whose order nothing is inserted into. */
export interface SourceEvent {
  /** Ascending within the source. */
  readonly sequence: number;
  readonly id: string;
  /** As receivers see it, `<word>.<what>`. */
  readonly type: string;
  readonly at: number;
  /** Raised to try an integration. */
  readonly test?: true;
  /** MSP ID. */
  readonly member: string;
  /** Pseudonym of the one who may see it; null for the whole member. */
  readonly owner: string | null;
  /** What the message says beside that it waits; nothing that only its readers may see. */
  readonly outline?: Readonly<Record<string, string>>;
}

export interface WebhookSource {
  /** Names its position for good. */
  readonly name: string;
  /** Events after a sequence number. */
  list(after: number, limit: number): readonly SourceEvent[];
  /** Called whenever there may be more; returns how to stop that. */
  onMore(tell: () => void): () => void;
}

/** Messages that wait for one endpoint. */
export const MAX_QUEUED = 10_000;
/** Events taken at once from a source, and messages that come of them: then others have their turn. */
const PAGE = 200;
const PAGE_MESSAGES = 500;

export type WebhookQueue = ReturnType<typeof openQueue>;

export function openQueue(store: WebhookStore, now: () => number) {
  /** How many messages wait for an endpoint, where that was counted and nothing was delivered since. */
  const queued = new Map<string, number>();

  /** Undefined where there is no room; that is counted. */
  const add = (endpoint: Endpoint, event: Omit<SourceEvent, 'sequence'>, source: string) => {
    const waiting = queued.get(endpoint.id) ?? store.countQueued(endpoint.id);
    queued.set(endpoint.id, waiting);
    if (waiting >= MAX_QUEUED) return void store.addDropped(endpoint.id);
    const { type, at, test, outline } = event;
    const name = `tabellion webhook\n${endpoint.id}\n${source}\n${event.id}`;
    const id = `msg_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
    const payload = Buffer.from(
      JSON.stringify({
        type,
        timestamp: new Date(at).toISOString(),
        data: { id: event.id, ...outline, ...(test && { test }) },
      }),
    );
    const isNew = store.enqueue({ id, endpoint: endpoint.id, type, payload, at: now() });
    if (isNew) queued.set(endpoint.id, waiting + 1);
    return id;
  };

  /**
   * A page, into the queue and past it in one commit: a crash repeats all of it or nothing. Whether there may
   * be more.
   */
  const take = (source: WebhookSource): boolean => {
    const after = store.positionOf(source.name)?.position ?? 0;
    const events = source.list(after, PAGE);
    if (events.length === 0) return false;
    const enabled = new Map<string, readonly Endpoint[]>();
    let messages = 0;
    let last = after;
    try {
      store.atOnce(() => {
        for (const event of events) {
          if (messages >= PAGE_MESSAGES) break;
          const endpoints = enabled.get(event.member) ?? store.listEnabled(event.member);
          enabled.set(event.member, endpoints);
          for (const endpoint of endpoints) {
            if (event.owner !== null && event.owner !== endpoint.owner) continue;
            add(endpoint, event, source.name);
            messages += 1;
          }
          last = event.sequence;
        }
        store.setPosition(source.name, last);
      });
    } catch (error) {
      // What was counted up is not there.
      queued.clear();
      throw error;
    }
    return events.length === PAGE || last !== events.at(-1)!.sequence;
  };

  return {
    /** The message's ID. */
    add,
    take,
    /** What waits for an endpoint became less, or another. */
    recount: (endpoint: string): void => void queued.delete(endpoint),
  };
}
