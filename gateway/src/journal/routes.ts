/** `/v1/journal`: the own member's refusals and reads, for those who supervise it. */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { toBase64url, toHex } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { base64urlText, integerText, limitText, pageOf } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { journalEntry } from './entry.ts';

/** Who supervises the reads and refusals of the own member. */
export const SUPERVISORS = ['auditor', 'delegate'] as const;
const tag = 'journal';

export function journalEndpoints({ journal, projection }: GatewayDeps): AnyEndpoint[] {
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/journal',
      id: 'listJournal',
      tag,
      summary: 'Refusals and reads of evidence at this gateway by the caller’s own member',
      access: SUPERVISORS,
      query: z.strictObject({
        cursor: cursorOf([z.int().min(0)]).optional(),
        limit: limitText,
      }),
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'A page, oldest first',
          schema: pageOf(
            z.strictObject({
              position: z.int(),
              entry: journalEntry,
              batch: digestHex.nullable().meta({
                description: 'Journal record on the ledger that covers the entry; null until then',
              }),
            }),
          ),
        },
      },
      handle: async ({ query: { cursor: [last] = [0], limit }, principal }) => ({
        status: 200,
        body: {
          ...toPage(
            journal.list(principal.member, last + 1, limit + 1),
            limit,
            (row) => [row.position],
            (row) => row,
          ),
          height: projection.height,
        },
        disclosed: ['journal'],
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/journal/:position/proof',
      id: 'proveJournalEntry',
      tag,
      summary: 'Shows that a journal entry is under a root on the ledger (RFC 6962 path)',
      access: SUPERVISORS,
      params: z.strictObject({ position: integerText(1, Number.MAX_SAFE_INTEGER) }),
      logged: true,
      answers: {
        200: {
          description: 'The path',
          schema: z.strictObject({
            entry: base64urlText,
            batch: digestHex,
            index: z.int(),
            size: z.int(),
            hashes: z.array(digestHex),
          }),
        },
      },
      handle: async ({ params: { position }, principal }) => {
        const proof = journal.prove(principal.member, position);
        if (!proof) throw new Problem('NOT_FOUND', 'no such entry, or it is not anchored yet');
        const { entry, hashes, ...place } = proof;
        return {
          status: 200,
          body: { ...place, entry: toBase64url(entry), hashes: hashes.map(toHex) },
          disclosed: [`journal/${position}`],
        };
      },
    }),
  ];
}
