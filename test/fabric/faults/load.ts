/**
 * A steady writer of items over a gateway's HTTP API, as a member's system is one: every request has
 * an `Idempotency-Key` and is sent again, unchanged, until it has its answer. What was acknowledged is
 * kept, to be held against the ledger.
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';

/** Where an item is, as the gateway acknowledged it. */
export interface Place {
  readonly batch: string;
  readonly index: number;
  readonly leaf: string;
  readonly txId: string;
}

export interface LoadOptions {
  readonly gateway: Gateway;
  readonly acquisition: string;
  /** Input of an acquisition under a new ID: acts are written among the items. */
  readonly draftAct: () => AcquireInput;
  /** Of every seven, six hand in 26 items. None: nothing but what `repeat` is given. */
  readonly requestsPerSecond?: number;
  /** Between two times that the same is asked, milliseconds; it grows up to this. */
  readonly longestPauseMs?: number;
}

export interface Gateway {
  readonly address: string;
  /** Of the member's system. */
  token(): Promise<string>;
}

/** One item waits for its commit; several do; several are taken against a receipt; an act is done. */
const KINDS = ['item', 'stream', 'receipt', 'item', 'stream', 'receipt', 'act'] as const;
const ITEMS = { item: 1, stream: 8, receipt: 4, act: 0 };

export interface Request {
  readonly kind: (typeof KINDS)[number];
  readonly key: string;
  readonly sentAt: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** SHA-256 of its items, which no other request has; the ID of what an act makes. */
  readonly names: readonly string[];
}

const REQUESTS_PER_SECOND = 7;
/** Requests without an answer at one time: more wait their turn, as a system's outbox does. */
const MOST_OPEN = 60;
/** Somewhat longer than the gateway tries: one that is gone does not answer at all. */
const ANSWER_MS = 30_000;
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;

export class Load {
  readonly acquisition: string;
  /** By SHA-256: items that are said to be on the ledger. */
  readonly acknowledged = new Map<string, Place>();
  /** By ID of the acquisition that they made. */
  readonly acts = new Map<string, string>();
  /** All that was asked for, in order. */
  readonly requests: Request[] = [];
  /** Receipts with the SHA-256 of their items: taken, and to be on the ledger some time. */
  readonly receipts = new Map<string, readonly string[]>();
  /** Answers that contradict one another, and refusals of items. */
  readonly wrongs: string[] = [];
  /** Refused acts, which must not be on the ledger. */
  readonly refused = new Map<string, string>();
  /** Answers that made a request be sent again, by code. */
  readonly repeats = new Map<string, number>();
  /** When commits were told, milliseconds since 1970, in order; and when their request was sent. */
  readonly #commits: { readonly at: number; readonly sentAt: number }[] = [];
  readonly #options: LoadOptions;
  readonly #seed = randomBytes(4).toString('hex');
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout | undefined;
  #abandoned = false;
  #items = 0;
  #acts = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.acquisition = options.acquisition;
    const { requestsPerSecond = REQUESTS_PER_SECOND } = options;
    if (requestsPerSecond > 0) {
      this.#timer = setInterval(() => this.#launchNext(), 1000 / requestsPerSecond);
    }
  }

  get sent(): { readonly items: number; readonly acts: number } {
    return { items: this.#items, acts: this.#acts };
  }

  get #longestPause(): number {
    return this.#options.longestPauseMs ?? LONGEST_PAUSE_MS;
  }

  /** Requests that have no lasting answer yet. */
  get open(): number {
    return this.#open.size;
  }

  /** Whether something that was asked for after `since` is said to be committed. */
  hasCommitted(since: number): boolean {
    return this.#commits.some(({ sentAt }) => sentAt >= since);
  }

  /** Resolves once something that was asked for after `since` is committed. */
  async awaitCommit(since: number, patience: number): Promise<void> {
    const deadline = Date.now() + patience;
    while (!this.hasCommitted(since)) {
      if (Date.now() > deadline) throw new Error(`no commit within ${patience} ms`);
      await sleep(50);
    }
  }

  /** Commits told between two points in time. */
  countCommits(from: number, to: number): number {
    return this.#commits.filter(({ at }) => at >= from && at <= to).length;
  }

  /** Longest time without a commit being told, milliseconds. */
  longestPause(from: number, to: number): number {
    const times = this.#commits.map(({ at }) => at).filter((at) => at > from && at < to);
    return Math.max(...[...times, to].map((at, index) => at - (times[index - 1] ?? from)));
  }

  /** Sends nothing new; resolves once everything sent has its answer. */
  async stop(patience: number): Promise<void> {
    clearInterval(this.#timer);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${this.open} requests have no answer after ${patience} ms`)),
      patience,
    );
    try {
      await Promise.race([Promise.all(this.#open), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** For the end of a test: whatever is open is given up. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#abandoned = true;
  }

  /** Asks for what another load asked for, under the same keys; resolves once all have an answer. */
  async repeat(requests: readonly Request[]): Promise<void> {
    for (const request of requests) {
      while (this.open >= MOST_OPEN) await Promise.race(this.#open);
      if (request.kind === 'act') this.#acts += 1;
      else this.#items += request.names.length;
      this.#launch(request);
    }
    await Promise.all(this.#open);
  }

  #launchNext(): void {
    if (this.open < MOST_OPEN) this.#launch(this.#draft());
  }

  #launch(request: Request): void {
    this.requests.push(request);
    const work = this.#carry(request).finally(() => this.#open.delete(work));
    this.#open.add(work);
  }

  #draft(): Request {
    const kind = KINDS[this.requests.length % KINDS.length]!;
    const key = `${this.#seed}-${this.requests.length}`;
    const common = { kind, key, sentAt: Date.now() };
    if (kind === 'act') {
      const input = this.#options.draftAct();
      this.#acts += 1;
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ input });
      return { ...common, path: '/v1/evidence/acquire', headers, body, names: [input.id] };
    }
    const items = Array.from({ length: ITEMS[kind] }, () => this.#draftItem());
    return {
      ...common,
      path: `/v1/evidence/acquisitions/${this.acquisition}/items`,
      headers: {
        'content-type': kind === 'item' ? 'application/json' : 'application/x-ndjson',
        ...(kind === 'receipt' && { prefer: 'respond-async' }),
      },
      body: items.map((item) => JSON.stringify(item)).join('\n'),
      names: items.map(({ sha256 }) => sha256),
    };
  }

  #draftItem() {
    const path = `${this.#seed}/${this.#items}`;
    const size = this.#items;
    this.#items += 1;
    return { sha256: createHash('sha256').update(path).digest('hex'), size, path };
  }

  /** Asks until there is an answer that stands. */
  async #carry(request: Request): Promise<void> {
    for (let pause = PAUSE_MS; ; pause = Math.min(2 * pause, this.#longestPause)) {
      const again = await this.#ask(request).catch((error: Error) => describeLoss(error));
      if (again === undefined || this.#abandoned) return;
      this.repeats.set(again, (this.repeats.get(again) ?? 0) + 1);
      await sleep(pause);
    }
  }

  /** The code for which to ask again; undefined when there is nothing more to ask. */
  async #ask(request: Request): Promise<string | undefined> {
    const { path, body, key } = request;
    const headers = { ...request.headers, 'idempotency-key': key };
    const response = await this.#call(path, { method: 'POST', headers, body });
    if (!response.ok) return this.#judge(request, (await readJson(response)).code, response.status);
    if (response.status === 200) return this.#readLines(request, response);
    const answer = await readJson(response);
    if (answer.receipt) return this.#follow(request, answer.receipt);
    if (response.status === 202) return answer.code;
    if (request.kind === 'act') this.#acknowledgeAct(request, answer.txId);
    else this.#acknowledge(request, 0, answer);
    return undefined;
  }

  /** The lines of an answer count as they come, whatever becomes of the rest of it. */
  async #readLines(request: Request, { body }: Response): Promise<string | undefined> {
    let text = '';
    let done = 0;
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        const { code, ...answer } = JSON.parse(line);
        if (code) return this.#judge(request, code, isFinal(code) ? 422 : 503);
        this.#acknowledge(request, done, answer);
        done += 1;
      }
    }
    return done === request.names.length ? undefined : 'CUT_OFF';
  }

  async #follow(request: Request, receipt: string): Promise<string | undefined> {
    const known = this.receipts.get(receipt);
    if (known && known !== request.names) this.wrongs.push(`one receipt for two: ${receipt}`);
    this.receipts.set(receipt, request.names);
    while (!this.#abandoned) {
      await sleep(this.#longestPause);
      const response = await this.#call(`/v1/evidence/receipts/${receipt}`, {}).catch(() => null);
      if (!response) continue;
      const { state, code, items } = await readJson(response);
      if (response.ok && state === 'ANCHORED') {
        for (const [index, place] of items.entries()) this.#acknowledge(request, index, place);
        return undefined;
      }
      if (state === 'FAILED' || response.status === 404) {
        return this.#judge(request, code, response.status);
      }
    }
    return undefined;
  }

  #call(path: string, init: RequestInit): Promise<Response> {
    return callGateway(this.#options.gateway, path, init);
  }

  /** Whether an error is to be met by asking again. */
  #judge(request: Request, code: string, status: number): string | undefined {
    // A token may end between sign-in and request: the next one is newer.
    const isPassing = ['IDEMPOTENCY_IN_FLIGHT', 'TOKEN_EXPIRED'].includes(code);
    if (status >= 500 || status === 429 || isPassing) return code;
    if (request.kind === 'act') this.refused.set(request.names[0]!, code);
    else this.wrongs.push(`${request.kind} ${request.key} refused: ${code}`);
    return undefined;
  }

  #acknowledge({ names, sentAt, key }: Request, at: number, { batch, index, leaf, txId }: Place) {
    const name = names[at]!;
    const place = { batch, index, leaf, txId };
    const known = this.acknowledged.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(place)) {
      this.wrongs.push(`${key} is at ${known.batch}/${known.index} and at ${batch}/${index}`);
    }
    this.acknowledged.set(name, place);
    this.#commits.push({ at: Date.now(), sentAt });
  }

  #acknowledgeAct({ names, sentAt, key }: Request, txId: string): void {
    const known = this.acts.get(names[0]!);
    if (known && known !== txId) this.wrongs.push(`${key} is ${known} and ${txId}`);
    this.acts.set(names[0]!, txId);
    this.#commits.push({ at: Date.now(), sentAt });
  }
}

export async function callGateway(
  gateway: Gateway,
  path: string,
  { headers, ...init }: RequestInit = {},
  patience = ANSWER_MS,
): Promise<Response> {
  const authorization = `Bearer ${await gateway.token()}`;
  return fetch(gateway.address + path, {
    ...init,
    headers: { ...headers, authorization },
    signal: AbortSignal.timeout(patience),
  });
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the gateway answers.
const readJson = (response: Response): Promise<any> => response.json();

/** Codes in a stream's last line that no repetition cures. */
const PASSING = ['UNKNOWN', 'UNAVAILABLE', 'STOPPED', 'INTERNAL', 'DISK_FULL', 'CLOCK_WRONG'];
const isFinal = (code: string) => !PASSING.includes(code);

/** No answer came: the gateway is away, slow, or went in the middle of one. */
function describeLoss(error: Error): string {
  if (error.name === 'TimeoutError') return 'NO_ANSWER_YET';
  if (error instanceof TypeError || error instanceof SyntaxError) return 'NO_CONNECTION';
  throw error;
}
