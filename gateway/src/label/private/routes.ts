/**
 * `/v1/label/private`: asking without saying of which address. Nothing leaves before it is journalled and counted
 * against what its caller may ask for.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { canonicalText } from '@tabellion/proof';
import { evaluate } from '@tabellion/screening';
import { z } from 'zod';
import type { GatewayDeps, Principal } from '../../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../../http/endpoint.ts';
import { Problem } from '../../http/problem.ts';
import { pseudonymOf } from '../../http/pseudonym.ts';
import { requirePurpose } from '../../http/purpose.ts';
import { integerText } from '../../http/schema.ts';
import { assertSealed } from '../../journal/assert-sealed.ts';
import { showSealed } from '../../journal/shape.ts';
import { commitPrivate, type PrivateQuestion } from './query-entry.ts';
import {
  buckets,
  evaluated,
  evaluations,
  type PrivateReceipt,
  publication,
  RECEIPT_HEADER,
  tableId,
} from './shape.ts';
import type { OpenTable } from './table-files.ts';

const tag = 'label';
const BINARY = 'application/octet-stream';

export function privateEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { journal, labels, privateScreening, operator, now } = deps;

  /**
   * Who may ask, and that it is counted. @throws Problem `PURPOSE_MISSING`, `KEY_NOT_HELD`, `QUOTA_USED_UP`.
   */
  const admit = (principal: Principal, headers: IncomingHttpHeaders, of: PrivateQuestion) => {
    const purpose = requirePurpose(headers);
    assertSealed(deps, principal);
    const { member } = principal;
    const who = pseudonymOf(principal);
    const [kind, units] =
      'points' in of
        ? (['POINTS', of.points.length] as const)
        : (['BUCKETS', of.buckets.length] as const);
    privateScreening.quota.take({ who, member }, kind, units);
    return { purpose, who, units };
  };

  /** Resolves once the question is on disk. See {@link commitPrivate} for `answer`. */
  const record = async (
    operation: string,
    { member, role }: Principal,
    { purpose, who, units }: ReturnType<typeof admit>,
    question: PrivateQuestion,
    answer: string,
  ): Promise<PrivateReceipt> => {
    const { secret, opening, ...commitments } = commitPrivate(question, answer);
    const sealed = await journal.recordSealed(
      {
        kind: 'PRIVATE_SCREENING',
        ...{ member, who, role, operation, purpose },
        ...{ queries: units, ...commitments, ledger: labels.nameLedger() },
        ...('points' in question ? { keyId: question.keyId } : { table: question.table }),
      },
      opening,
    );
    return { ...showSealed(sealed), secret };
  };

  /** @throws Problem `TABLE_UNKNOWN`, `NOT_FOUND`, those of `admit`. */
  const handOut = async (
    operation: string,
    principal: Principal,
    headers: IncomingHttpHeaders,
    question: { readonly table: string; readonly buckets: readonly number[] },
  ) => {
    const table = privateScreening.findTable(question.table);
    if (table === undefined) throw new Problem('TABLE_UNKNOWN');
    const end = 2 ** table.document.prefixBits;
    if (question.buckets.some((bucket) => bucket >= end)) throw new Problem('NOT_FOUND');
    const admitted = admit(principal, headers, question);
    const receipt = await record(operation, principal, admitted, question, table.text);
    const shown = Buffer.from(JSON.stringify(receipt)).toString('base64url');
    return { table, receipt: { [RECEIPT_HEADER]: shown } };
  };

  const readPublished = () => {
    const { published } = privateScreening;
    if (published === undefined) throw new Problem('NOT_READY', 'the ledger is not read yet');
    return published;
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/label/private',
      id: 'showPrivateScreening',
      tag,
      summary: 'The keys and tables for asking privately, signed by the gateway',
      access: 'member',
      answers: { 200: { description: 'What can be asked now', schema: publication } },
      handle: async () => ({ status: 200, body: readPublished() }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/label/private/evaluations',
      id: 'evaluateBlinded',
      tag,
      summary:
        'Evaluates blinded points under the key of the private look-up (RFC 9497), with one proof',
      access: 'member',
      body: evaluations,
      answers: {
        200: {
          description: 'The points in their order, and the proof of the key',
          schema: evaluated,
        },
      },
      refusals: [422],
      handle: async ({ principal, body, headers }) => {
        const key = privateScreening.selectKey(body.keyId);
        const admitted = admit(principal, headers, body);
        // Points that are none are found before anything is put on record.
        const answer = await evaluate(body, key);
        const text = canonicalText(answer);
        const receipt = await record('evaluateBlinded', principal, admitted, body, text);
        return { status: 200, body: { ...answer, receipt } };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/private/tables/:table/buckets/:bucket',
      id: 'showPrivateBucket',
      tag,
      summary: 'One bucket of a table: of one length, whatever is in it',
      access: 'member',
      params: z.strictObject({ table: tableId, bucket: integerText(0, 2 ** 20 - 1) }),
      answers: {
        200: {
          description: `The slots, their flag and the path to the table’s root; the receipt is in \`${RECEIPT_HEADER}\``,
          mediaType: BINARY,
        },
        304: { description: 'The caller has it already' },
      },
      handle: async ({ principal, params, headers }) => {
        const question = { table: params.table, buckets: [params.bucket] };
        const { table, receipt } = await handOut('showPrivateBucket', principal, headers, question);
        const etag = `"${params.table}-${params.bucket}"`;
        const left = Math.max(0, Math.floor((table.document.validUntil - now()) / 1000));
        const unchanged = headers['if-none-match'] === etag;
        return {
          status: unchanged ? 304 : 200,
          ...(!unchanged && { body: await table.read(params.bucket), mediaType: BINARY }),
          headers: { ...receipt, etag, 'cache-control': `private, max-age=${left}, immutable` },
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/label/private/tables/:table/buckets',
      id: 'showPrivateBuckets',
      tag,
      summary: 'Several buckets of a table at once, with one receipt',
      access: 'member',
      params: z.strictObject({ table: tableId }),
      body: buckets,
      answers: {
        200: { description: 'As of `showPrivateBucket`, one after the other', mediaType: BINARY },
      },
      handle: async ({ principal, params, body, headers }) => {
        const question = { ...params, ...body };
        const { table, receipt } = await handOut(
          'showPrivateBuckets',
          principal,
          headers,
          question,
        );
        const length = body.buckets.length * table.length;
        return {
          status: 200,
          body: readAll(table, body.buckets),
          mediaType: BINARY,
          headers: { ...receipt, 'content-length': `${length}` },
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/label/private/keys',
      id: 'rotatePrivateKey',
      tag,
      summary: 'Makes a new key of the private look-up; by a delegate of the gateway’s operator',
      access: ['delegate'],
      logged: true,
      answers: { 201: { description: 'Both keys are named', schema: publication } },
      refusals: [409],
      handle: async ({ principal }) => {
        if (principal.member !== operator) throw new Problem('NOT_ALLOWED');
        readPublished();
        const { key, signed } = await privateScreening.rotateKey();
        return { status: 201, body: signed, disclosed: [`private-key/${key}`] };
      },
    }),
  ];
}

/** Reads each bucket while the one before is sent. */
async function* readAll(
  table: OpenTable,
  buckets: readonly number[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const read = (at: number) => {
    const reading = table.read(buckets[at]!);
    // Whoever asked may be gone before it is waited for.
    reading.catch(() => undefined);
    return reading;
  };
  let next = read(0);
  for (const at of buckets.keys()) {
    const bytes = await next;
    if (at + 1 < buckets.length) next = read(at + 1);
    yield bytes;
  }
}
