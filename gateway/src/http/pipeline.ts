/** What happens around every endpoint: who, how much, what, once, remembered, answered. */
import { createHash } from 'node:crypto';
import { grantKey } from '@tabellion/chaincode/disclosure/key';
import type { GrantRecord } from '@tabellion/chaincode/disclosure/record';
import { memberKey } from '@tabellion/chaincode/member/key';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { JournalFact } from '../journal/entry.ts';
import { authenticate } from './authenticate.ts';
import { authenticateGateway, type GatewayPrincipal } from './authenticate-gateway.ts';
import { mediaTypeOf, parseBody, readBody, streamBody } from './body.ts';
import type { GatewayDeps, Guest, Principal } from './deps.ts';
import type { AnyEndpoint, Call, Reply } from './endpoint.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { type GatewayLimits, limitByPrincipal } from './limits.ts';
import { fieldProblem, Problem, toProblem } from './problem.ts';
import { pseudonymOf } from './pseudonym.ts';
import { readPurpose } from './purpose.ts';
import { answerOnce, type Digested, type Memory } from './replay.ts';
import { encodeBody, isStream, PIECE, sendProblem, sendReply } from './reply.ts';
import { createShares } from './shares.ts';
import { createStanding } from './standing.ts';

/** A height further away is not reached while anybody waits. */
const FAR_BLOCKS = 10_000;

/** Made once: an error with its stack for each request that ends costs more than the rest of its end. */
const GONE = new DOMException('the answer is out, or its reader gone', 'AbortError');

export interface PipelineContext {
  readonly deps: GatewayDeps;
  readonly limits: GatewayLimits;
  readonly idempotency: IdempotencyStore;
  /** Fires when the gateway closes. */
  readonly closing: AbortSignal;
}

/** What is known of a request so far, for the journal. */
interface Facts {
  principal?: Principal;
  gateway?: GatewayPrincipal;
  guest?: Guest;
  /** The grant that was tried, whether or not its secret fitted. */
  tried?: GrantRecord;
  verb?: string;
  certificate?: string;
}

export function createPipeline(context: PipelineContext) {
  const { deps, limits, closing } = context;
  const limit = limitByPrincipal(limits.perPrincipal);
  const requests = createShares(limits.maxInFlight);
  const streams = createShares(limits.maxStreams);
  const heldBytes = createShares(limits.maxHeldBytes);

  const standing = createStanding(deps);
  const memory: Memory = {
    store: context.idempotency,
    onLost: (error) => {
      deps.onFailure?.(error);
      deps.logger.error({ code: toProblem(error).code }, 'an answer was not kept');
    },
  };

  /** Who calls; resolves with the name under which limits and shares know them. */
  const identify = async (
    { access }: AnyEndpoint,
    request: Request,
    response: Response,
    facts: Facts,
  ): Promise<string> => {
    if (access === 'public') return `address ${request.ip}`;
    if (access === 'grant') {
      facts.guest = await deps.disclosures.access.open(request.headers, (grant) => {
        facts.tried = grant;
      });
    } else if (access === 'gateway') {
      facts.gateway = await authenticateGateway(request, deps);
    } else facts.principal = await authenticate(request.headers, deps.tokens);
    const name = callerOf(facts)!.who;
    await limit(request, response, name);
    return name;
  };

  const answer = async (
    endpoint: AnyEndpoint,
    request: Request,
    response: Response,
    facts: Facts,
    signal: AbortSignal,
    keep: (giveBack: () => void) => void,
  ): Promise<Reply> => {
    const owner = await identify(endpoint, request, response, facts);
    const { guest } = facts;
    const principal = facts.principal ?? facts.gateway?.principal;
    keep((endpoint.open ? streams : requests).take(owner));
    const hold = (bytes: number) => keep(heldBytes.take(owner, bytes));
    if (principal && !endpoint.own) standing.assertActive(principal);
    assertRole(endpoint, principal);
    const params = parsePart(endpoint.params, request.params, 'params');
    const query = parsePart(endpoint.query, request.query, 'query');
    const body = await readInput(endpoint, request, limits, hold);
    const call: Call = {
      principal: principal as Principal,
      guest,
      params,
      query,
      body: body.value,
      stream: body.stream,
      headers: request.headers,
      signal,
      note: (fact) => void Object.assign(facts, fact),
      refused: (problem) => {
        deps.onFailure?.(problem);
        return journalRefusal(endpoint, facts, problem);
      },
      name: undefined,
      remember: () => undefined,
    };
    if (endpoint.projected) await awaitHeight(request);
    const reply = endpoint.act
      ? await answerOnce(endpoint, call, body, request.baseUrl + request.path, memory)
      : holdBody(await endpoint.handle(call), hold);
    return endpoint.projected
      ? {
          ...reply,
          headers: { ...reply.headers, 'tabellion-height': String(deps.projection.height) },
        }
      : reply;
  };

  const awaitHeight = async ({ headers }: Request) => {
    const wanted = headers['tabellion-min-height'];
    if (wanted === undefined) return;
    if (!/^\d{1,16}$/.test(String(wanted)) || !Number.isSafeInteger(Number(wanted)))
      throw new Problem('BAD_REQUEST', 'Tabellion-Min-Height is not a whole number');
    if (Number(wanted) > deps.projection.height + FAR_BLOCKS)
      throw new Problem('HEIGHT_NOT_REACHED');
    const reached = await deps.projection.waitForHeight(
      Number(wanted),
      AbortSignal.any([closing, AbortSignal.timeout(limits.minHeightMs)]),
    );
    if (!reached) throw new Problem('HEIGHT_NOT_REACHED');
  };

  const journalRead = async (endpoint: AnyEndpoint, call: Request, facts: Facts, reply: Reply) => {
    if (!endpoint.logged) return;
    const caller = callerOf(facts);
    if (!caller || !reply.disclosed) throw new Error(`${endpoint.id} does not say what it shows`);
    const purpose = readPurpose(call.headers);
    await deps.journal.record({
      kind: 'READ',
      ...caller,
      operation: endpoint.id,
      objects: [...reply.disclosed],
      ...(purpose !== undefined && { purpose }),
    });
  };

  const journalRefusal = async (endpoint: AnyEndpoint, facts: Facts, problem: Problem) => {
    if (!isJournalled(endpoint, problem)) return;
    const { verb, certificate } = facts;
    const fact: JournalFact = {
      kind: 'REFUSAL',
      ...(callerOf(facts) ?? { member: deps.operator, who: null, role: null }),
      operation: endpoint.id,
      code: problem.code,
      ...(verb !== undefined && { verb }),
      ...(certificate !== undefined && { certificate }),
    };
    await deps.journal.record(fact);
  };

  return async (endpoint: AnyEndpoint, request: Request, response: Response): Promise<void> => {
    const facts: Facts = {};
    const gone = new AbortController();
    const held = new DisposableStack();
    /** What was taken is given back when the answer is out, or its reader gone. */
    const keep = (giveBack: () => void) => (held.disposed ? giveBack() : void held.defer(giveBack));
    response.once('close', () => {
      gone.abort(GONE);
      held.dispose();
    });
    const signal = endpoint.open ? AbortSignal.any([closing, gone.signal]) : gone.signal;
    try {
      const reply = await answer(endpoint, request, response, facts, signal, keep);
      await journalRead(endpoint, request, facts, reply);
      await sendReply(response, reply, limits.stallMs);
    } catch (error) {
      // What was given up with its reader has not failed, and there is nobody to tell.
      if (error === GONE) return;
      deps.onFailure?.(error);
      const problem = toProblem(error);
      if (problem.status >= 500) logFailure(deps, endpoint, problem);
      if (response.headersSent) return;
      await journalRefusal(endpoint, facts, problem).catch((cause: unknown) => {
        deps.onFailure?.(cause);
        logFailure(deps, endpoint, toProblem(cause));
      });
      if (!response.destroyed) sendProblem(response, problem, limits.stallMs);
    }
  };
}

/** How the journal and the limits name whoever calls; of a grant, also whoever merely tries it. */
function callerOf({ principal, gateway, guest, tried }: Facts) {
  // Whose journal it is: what another member's gateway was given stands in that of who gave it.
  if (gateway)
    return { member: gateway.asked, who: memberKey(gateway.principal.member), role: 'system' };
  if (principal) {
    const { member, role } = principal;
    return { member, who: pseudonymOf(principal), role };
  }
  const grant = guest?.grant.record ?? tried;
  return grant && { member: grant.act.member, who: grantKey(grant.id), role: null };
}

function assertRole({ access, id }: AnyEndpoint, principal: Principal | undefined): void {
  if (typeof access === 'string' || !principal) return;
  if (!access.includes(principal.role))
    throw new Problem('ROLE_NOT_ALLOWED', `${principal.role} may not ${id}`);
}

function parsePart(schema: z.ZodType | undefined, value: unknown, name: string): unknown {
  if (!schema) {
    const [extra] = Object.keys((value ?? {}) as object);
    if (name === 'query' && extra !== undefined) throw new Problem('BAD_INPUT', 'query: not taken');
    return undefined;
  }
  const parsed = schema.safeParse({ ...(value as object) });
  if (!parsed.success) throw fieldProblem(parsed.error.issues, name);
  return parsed.data;
}

/** A large answer takes memory until its reader has it. What an act has done is told in any case. */
function holdBody(reply: Reply, hold: (bytes: number) => void): Reply {
  if (reply.body === undefined || isStream(reply.body)) return reply;
  const body = encodeBody(reply.body);
  if (body.length > PIECE) hold(body.length);
  return { ...reply, body };
}

/** The body: parsed JSON, or the raw stream where the endpoint takes its media type. */
async function readInput(
  endpoint: AnyEndpoint,
  request: Request,
  limits: GatewayLimits,
  hold: (bytes: number) => void,
): Promise<Digested> {
  const { body: schema, streams = [] } = endpoint;
  if (!schema && streams.length === 0) return { value: undefined, digest: () => '' };
  const type = mediaTypeOf(request);
  if (streams.includes(type)) {
    const hash = createHash('sha256');
    let digest: string | undefined;
    const hashed = async function* () {
      for await (const chunk of streamBody(request, limits.body.idleMs)) {
        hash.update(chunk);
        yield chunk;
      }
      digest = hash.digest('hex');
    };
    return { value: undefined, stream: hashed(), digest: () => digest };
  }
  if (!schema || type !== 'application/json') {
    const taken = [...(schema ? ['application/json'] : []), ...streams].join(', ');
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', `taken: ${taken}`, { headers: { accept: taken } });
  }
  const bytes = await readBody(request, limits.body, hold);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { value: parseBody(bytes, schema, limits.body), digest: () => digest };
}

/** @throws Problem `BAD_REQUEST` for a purpose that is too long or not printable ASCII. */
/**
 * Every refusal of an act, and every attempt that identity or role stopped. A request without any
 * token is nobody's attempt; requests that are merely malformed are not refusals.
 */
function isJournalled({ act }: AnyEndpoint, { code, status, cause }: Problem): boolean {
  if (code === 'UNAUTHENTICATED') return false;
  if (status === 401 || status === 403) return true;
  const byContract = cause instanceof Error && 'contractCode' in cause && !!cause.contractCode;
  return act === true && (byContract || status === 404 || status === 409 || status === 422);
}

function logFailure({ logger }: GatewayDeps, { id }: AnyEndpoint, { code, cause }: Problem): void {
  const reason = cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
  logger.error({ operation: id, code, reason }, 'request failed');
}
