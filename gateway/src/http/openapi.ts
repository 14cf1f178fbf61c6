/** The OpenAPI 3.1 document, made from the endpoints and nothing else. */

import { custodyRecord, itemHeadRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import { grantRecord, revocationRecord } from '@tabellion/chaincode/disclosure/record';
import {
  acquireInput,
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  headRecord,
  location,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { act } from '@tabellion/chaincode/kernel/schema';
import {
  memberRecord,
  parameterRecord,
  profile,
  proposalRecord,
  referenceRecord,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { commitment, trust } from '@tabellion/proof';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { GRANT_SCHEME } from '../disclosure/access.ts';
import { GATEWAY_SCHEME } from '../identity/gateway-request.ts';
import type { Answer, AnyEndpoint } from './endpoint.ts';
import { item } from './item-body.ts';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem.ts';

/** Schemas that the document names once. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Act: act,
  Member: memberRecord,
  MemberProfile: profile,
  Proposal: proposalRecord,
  Vote: voteRecord,
  Parameter: parameterRecord,
  Reference: referenceRecord,
  Acquisition: acquisitionRecord,
  Location: location,
  Batch: batchRecord,
  Head: headRecord,
  Closing: closingRecord,
  Answer: answerRecord,
  LocationRecord: locationRecord,
  Segregation: segregationRecord,
  CustodyItem: itemRecord,
  CustodyHead: itemHeadRecord,
  CustodyStep: custodyRecord,
  Objection: objectionRecord,
  Reply: replyRecord,
  Regularity: regularityRecord,
  Authenticity: authenticityRecord,
  Weight: weightRecord,
  Grant: grantRecord,
  Revocation: revocationRecord,
  Commitment: commitment,
  Trust: trust,
};
for (const [id, schema] of Object.entries(NAMED)) {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
}

/** Inputs of which exactly one of two fields is given. */
for (const [schema, ...fields] of [
  [acquireInput, 'location', 'delayedNotice'],
  [item, 'path', 'pathBase64url'],
] as const) {
  z.globalRegistry.add(schema, {
    ...z.globalRegistry.get(schema),
    override: ({ jsonSchema }: { jsonSchema: { oneOf?: unknown } }) => {
      jsonSchema.oneOf = fields.map((field) => ({ required: [field] }));
    },
  });
}

const TAGS = {
  member: 'Members, governance and the caller’s own identity',
  evidence: 'Acquisitions, batches, items and proofs',
  custody: 'Single items: where they are, and every step of their way',
  review: 'Objections, regularity, authenticity and weight',
  disclosure: 'What people outside the membership may see, and what was kept back',
  label: 'What the members say of addresses, and asking about them',
  order: 'Orders from one state to another or to a company, and their clocks',
  flow: 'Where what was observed to be transferred came from, and went',
  acts: 'Relaying an act that its person signs',
  ledger: 'Events, blocks and the trust file',
  watch: 'What members watch in the library of labels, and the alerts that come of it',
  webhook: 'Where systems are told that something waits for them',
  journal: 'Refusals and reads kept by the gateway',
  operations: 'Health and metrics',
};

const header = {
  idempotencyKey: z
    .string()
    .regex(/^[!-~]{1,255}$/)
    .optional(),
  minHeight: z.int().min(0).optional(),
  purpose: z
    .string()
    .regex(/^[!-~]([ -~]{0,198}[!-~])?$/)
    .optional(),
  lastEventId: z
    .string()
    .regex(/^[0-9]{1,15}[.][0-9]{1,9}$/)
    .optional(),
  lastAlert: z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .optional(),
};

/** Each way of saying no, by status: what the headers of it say. */
const REFUSALS = {
  400: ['Malformed, or not of the described form'],
  401: ['No bearer token, or one that does not hold', 'WWW-Authenticate'],
  403: ['Not for this caller'],
  404: ['Not there, or not to be seen by this caller'],
  408: ['The body did not come in time'],
  409: ['At odds with what is there'],
  413: ['The body is too large'],
  415: ['The body has another media type'],
  422: ['Well-formed, but refused for what it says'],
  429: ['Too many requests', 'Retry-After'],
  500: ['The gateway failed; nothing is known of why'],
  503: ['Not now: overloaded, not caught up, or the ledger is away', 'Retry-After'],
} as const satisfies Readonly<Record<number, readonly [description: string, header?: string]>>;
type RefusalStatus = keyof typeof REFUSALS;

export function buildOpenApi(endpoints: readonly AnyEndpoint[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method]: describe(endpoint) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Tabellion gateway',
      version,
      description:
        'Evidence and its custody on a ledger that several jurisdictions share. Anchoring proves that something is unchanged since, never that it is true.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        grant: {
          type: 'http',
          scheme: GRANT_SCHEME,
          description: 'The ID of a grant, a dot, and its secret: 32 bytes in base64url',
        },
        gateway: {
          type: 'http',
          scheme: GATEWAY_SCHEME,
          description: 'A request that names gateways, path and time, a dot, and its signature',
        },
      },
    },
    paths,
  });
}

function describe(endpoint: AnyEndpoint): ZodOpenApiOperationObject {
  const { id, tag, summary, access, params, query } = endpoint;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(typeof access !== 'string' && { description: `Roles: ${access.join(', ')}.` }),
    ...(access === 'public' && { security: [] }),
    ...(access === 'grant' && { security: [{ grant: [] }] }),
    ...(access === 'gateway' && { security: [{ gateway: [] }] }),
    requestParams: {
      ...(params instanceof z.ZodObject && { path: params }),
      ...(query instanceof z.ZodObject && { query }),
      ...describeHeaders(endpoint),
    },
    ...describeBody(endpoint),
    responses: {
      ...Object.fromEntries(
        Object.entries(endpoint.answers).map(([status, answer]) => [
          status,
          { ...describeAnswer(answer), ...(endpoint.projected && HEIGHT) },
        ]),
      ),
      ...Object.fromEntries(
        listRefusals(endpoint)
          .filter((status) => endpoint.answers[status] === undefined)
          .map((status) => [status, PROBLEM_ANSWERS[status]!]),
      ),
    },
  };
}

const PROBLEM_ANSWERS = Object.fromEntries(
  Object.entries(REFUSALS).map(
    ([status, [description, name]]): [string, ZodOpenApiResponseObject] => [
      status,
      {
        id: `Problem${status}`,
        description,
        ...(name && { headers: z.object({ [name]: z.string() }) }),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problemDocument } },
      },
    ],
  ),
);

/** Every status of a problem that the endpoint can answer. */
function listRefusals(endpoint: AnyEndpoint): readonly RefusalStatus[] {
  const { access, act, params, body, streams, refusals = [] } = endpoint;
  return [
    ...([400, 429, 500, 503] as const),
    ...(access === 'public' ? [] : ([401, 403] as const)),
    ...(params || act ? ([404] as const) : []),
    ...(body || streams ? ([408, 413, 415] as const) : []),
    ...(act ? ([409, 422] as const) : []),
    ...(refusals as readonly RefusalStatus[]),
  ];
}

/** How many blocks the answer rests on. */
const HEIGHT = { headers: z.object({ 'Tabellion-Height': z.string() }) };

function describeHeaders({ act, projected, logged, id }: AnyEndpoint) {
  const headers = {
    ...(act && { 'Idempotency-Key': header.idempotencyKey }),
    ...(projected && { 'Tabellion-Min-Height': header.minHeight }),
    ...(logged && { 'Tabellion-Purpose': header.purpose }),
    ...(id === 'followEvents' && { 'Last-Event-ID': header.lastEventId }),
    ...(id === 'followAlerts' && { 'Last-Event-ID': header.lastAlert }),
  };
  return Object.keys(headers).length > 0 ? { header: z.object(headers) } : {};
}

function describeBody({ body, streams = [] }: AnyEndpoint) {
  if (!body && streams.length === 0) return {};
  const content = {
    ...(body && { 'application/json': { schema: body } }),
    ...Object.fromEntries(streams.map((type) => [type, { schema: z.string() }])),
  };
  return { requestBody: { required: true, content } };
}

function describeAnswer({ description, schema, mediaType = 'application/json' }: Answer) {
  if (!schema && mediaType === 'application/json') return { description };
  return { description, content: { [mediaType]: { schema: schema ?? z.string() } } };
}
