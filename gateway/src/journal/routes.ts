/** `/v1/journal`: the own member's refusals and reads, for those who supervise it; proofs of one's own. */
import { journalKey } from '@tabellion/chaincode/evidence/key';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { toBase64url, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { attestKey } from '../evidence/ledger-reader.ts';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { integerText, limitText, pageOf } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { journalEntry } from './entry.ts';
import type { JournalItem } from './journal.ts';
import { entryProof } from './shape.ts';

/** Who supervises the reads and refusals of the own member. */
export const SUPERVISORS = ['auditor', 'delegate'] as const;
const tag = 'journal';

export function journalEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { journal, projection, ledger } = deps;
  const attester = deps.serviceSigners.get(deps.operator)!;
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
      summary:
        'Shows that a journal entry is under a root on the ledger: a path, and that record attested',
      access: 'member',
      params: z.strictObject({ position: integerText(1, Number.MAX_SAFE_INTEGER) }),
      logged: true,
      answers: { 200: { description: 'The path and the attested record', schema: entryProof } },
      refusals: [404, 409],
      handle: async ({ params: { position }, principal }) => {
        const { member } = principal;
        const found = journal.find(member, position);
        if (!found || !maySee(principal, found)) throw new Problem('NOT_FOUND');
        const proof = journal.prove(member, position);
        if (!proof) throw new Problem('ENTRY_WAITING');
        const { entry, hashes, ...place } = proof;
        const attestation = await attestKey(ledger, attester, journalKey(place.batch));
        return {
          status: 200,
          body: {
            ...{ ...place, entry: toBase64url(entry), hashes: hashes.map(toHex) },
            attestation: toBase64url(attestation),
          },
          disclosed: [`journal/${position}`],
        };
      },
    }),
  ];
}

/** One's own entries, and all of the member's for those who supervise it. */
const maySee = (principal: Principal, { entry }: JournalItem): boolean =>
  SUPERVISORS.some((role) => role === principal.role) || entry.who === pseudonymOf(principal);
