/**
 * Talks to the gateway's `/v1`. Every answer that is not a success becomes a `ProblemError` here and
 * nowhere else; nothing that fails on the way reads as an answer.
 */
import { JsonError, parseStrict } from '@tabellion/proof';
import { z } from 'zod';
import { CliError, ProblemError } from './failure.ts';

const MAX_ANSWER_BYTES = 64 << 20;
const TIMEOUT_MS = 60_000;

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with its own media type. */
  readonly stream?: {
    readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
    readonly type: string;
  };
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds without an answer after which the request ends; 0 for no limit. */
  readonly timeoutMs?: number;
  /** Asked without a token where false. */
  readonly signedIn?: boolean;
}

export interface GatewayClientOptions {
  readonly gateway: URL;
  /** The bearer token; asked for anew once when the gateway refuses the one that it was given. */
  readonly token: (refused?: string) => Promise<string>;
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
}

export interface GatewayClient {
  readonly gateway: URL;
  get(path: string, options?: RequestOptions): Promise<GatewayAnswer>;
  post(path: string, options?: RequestOptions): Promise<GatewayAnswer>;
  put(path: string, options?: RequestOptions): Promise<GatewayAnswer>;
  /** The answer as it streams in. */
  open(path: string, options?: RequestOptions): Promise<AsyncIterable<Uint8Array>>;
  /** The exact bytes of an answer. */
  getBytes(path: string, options?: RequestOptions): Promise<Uint8Array>;
  /** The same of what is posted, with what stands above them. */
  postForBytes(
    path: string,
    options?: RequestOptions,
  ): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array }>;
}

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { gateway, token, signal, fetch: send = fetch } = options;

  const request = async (method: string, path: string, what: RequestOptions): Promise<Response> => {
    const url = resolveUrl(gateway, path, what.query);
    const attempt = async (bearer: string | undefined): Promise<Response> => {
      const timeoutMs = what.timeoutMs ?? TIMEOUT_MS;
      const limits = timeoutMs === 0 ? [signal] : [signal, AbortSignal.timeout(timeoutMs)];
      const init: RequestInit & { duplex?: 'half' } = {
        method,
        // A redirect could lead the token and the evidence's metadata somewhere else.
        redirect: 'error',
        headers: { accept: '*/*', ...what.headers, ...toHeaders(what, bearer) },
        signal: AbortSignal.any(limits),
      };
      if (what.json !== undefined) init.body = JSON.stringify(what.json);
      if (what.stream !== undefined) {
        init.body = ReadableStream.from(what.stream.body) as ReadableStream<
          Uint8Array<ArrayBuffer>
        >;
        init.duplex = 'half';
      }
      return send(url, init).catch((error: unknown) => refuseAnswer(gateway, signal, error));
    };
    if (what.signedIn === false) return attempt(undefined);
    const bearer = await token();
    const answer = await attempt(bearer);
    // A stream cannot be sent twice: its caller asks again.
    if (answer.status !== 401 || what.stream !== undefined) return answer;
    await answer.body?.cancel();
    return attempt(await token(bearer));
  };

  const ask = async (method: string, path: string, what: RequestOptions = {}) => {
    const response = await request(method, path, what);
    const bytes = await readBounded(response, signal);
    if (!response.ok) throw decodeProblem(response, bytes);
    return { status: response.status, headers: response.headers, body: decodeJson(bytes) };
  };

  const askForBytes = async (method: string, path: string, what: RequestOptions = {}) => {
    const response = await request(method, path, what);
    const bytes = await readBounded(response, signal);
    if (!response.ok) throw decodeProblem(response, bytes);
    return { headers: response.headers, bytes };
  };

  return {
    gateway,
    get: (path, what) => ask('GET', path, what),
    post: (path, what) => ask('POST', path, what),
    put: (path, what) => ask('PUT', path, what),
    open: async (path, what = {}) => {
      const response = await request('GET', path, { timeoutMs: 0, ...what });
      if (!response.ok) throw decodeProblem(response, await readBounded(response, signal));
      return response.body ?? ReadableStream.from([]);
    },
    getBytes: async (path, what) => (await askForBytes('GET', path, what)).bytes,
    postForBytes: (path, what) => askForBytes('POST', path, what),
  };
}

function resolveUrl(gateway: URL, path: string, query: RequestOptions['query'] = {}): URL {
  const url = new URL(`${gateway.pathname.replace(/\/$/, '')}${path}`, gateway);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function toHeaders(what: RequestOptions, bearer: string | undefined): Record<string, string> {
  return {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(what.json !== undefined && { 'content-type': 'application/json' }),
    ...(what.stream !== undefined && { 'content-type': what.stream.type }),
  };
}

function refuseAnswer(gateway: URL, signal: AbortSignal, error: unknown): never {
  if (signal.aborted) throw new CliError('INTERRUPTED', 'interrupted', error);
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    throw new CliError('TIMED_OUT', `${gateway.origin} did not answer in time`, error);
  }
  if (error instanceof CliError) throw error;
  throw new CliError('UNREACHABLE', `${gateway.origin} cannot be reached`, error);
}

async function readBounded(response: Response, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new CliError('BAD_ANSWER', 'the answer is too long');
      chunks.push(chunk);
    }
  } catch (error) {
    refuseAnswer(new URL(response.url), signal, error);
  }
  return Buffer.concat(chunks);
}

function decodeJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return parseStrict(bytes, { maxBytes: MAX_ANSWER_BYTES });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CliError('BAD_ANSWER', `the gateway's answer is not JSON: ${error.message}`, error);
  }
}

const problem = z.object({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

function decodeProblem({ status, statusText }: Response, bytes: Uint8Array): ProblemError {
  try {
    const { code, title, detail, errors } = problem.parse(parseStrict(bytes));
    return new ProblemError(status, code, detail ?? title ?? statusText, errors);
  } catch {
    return new ProblemError(
      status,
      `HTTP_${status}`,
      `the gateway answered ${status} ${statusText}`,
    );
  }
}

/** Holds a part of an answer to its shape. @throws CliError `BAD_ANSWER`. */
export function expectShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path }) => path.map(String).join('.')).join(', ');
  throw new CliError(
    'BAD_ANSWER',
    `the gateway's answer has another form than expected (${where})`,
  );
}
