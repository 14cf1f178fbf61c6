/** The OpenAPI 3.1 document, made from the endpoints and nothing else. */

import {
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
import { commitment, trust } from '@tabellion/proof';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import type { Answer, AnyEndpoint } from './endpoint.ts';
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
  Commitment: commitment,
  Trust: trust,
};
for (const [id, schema] of Object.entries(NAMED)) {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
}

const TAGS = {
  member: 'Members, governance and the caller’s own identity',
  evidence: 'Acquisitions, batches, items and proofs',
  acts: 'Relaying an act that its person signs',
  ledger: 'Events, blocks and the trust file',
  journal: 'Refusals and reads kept by the gateway',
  operations: 'Health and metrics',
};

const header = {
  idempotencyKey: z.string().min(1).max(255).optional(),
  minHeight: z.int().min(0).optional(),
  purpose: z.string().max(200).optional(),
  lastEventId: z.string().optional(),
};

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
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
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
          describeAnswer(answer),
        ]),
      ),
      default: {
        description: 'A problem (RFC 9457)',
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problemDocument } },
      },
    },
  };
}

function describeHeaders({ act, projected, logged, id }: AnyEndpoint) {
  const headers = {
    ...(act && { 'Idempotency-Key': header.idempotencyKey }),
    ...(projected && { 'Tabellion-Min-Height': header.minHeight }),
    ...(logged && { 'Tabellion-Purpose': header.purpose }),
    ...(id === 'followEvents' && { 'Last-Event-ID': header.lastEventId }),
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
