/**
 * `POST /v1/label/screenings/open`: what others of the own member asked, for its auditors. Looking is an
 * entry of the same journal, on disk and signed before anything is shown (O-3).
 */
import { governed } from '@tabellion/chaincode/kernel/schema';
import { referencePrefix } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { assertSealed } from '../journal/assert-sealed.ts';
import { MAX_OPENED } from '../journal/entry.ts';
import { showSealed } from '../journal/shape.ts';
import { createRecords } from '../projection/records.ts';
import { openedScreenings } from './shape.ts';

type Deps = Pick<GatewayDeps, 'journal' | 'projection' | 'serviceSigners'>;
type Governed = z.output<typeof governed>;

export function openingEndpoint(deps: Deps): AnyEndpoint {
  const { journal, projection } = deps;
  const records = createRecords(projection.database);

  /** By the rule of the contracts. @throws Problem `REFERENCE_UNKNOWN`, `REFERENCE_SUPERSEDED`. */
  const assertBasis = ({ id, version }: Governed) => {
    const versions = records
      .list<ReferenceRecord>(referencePrefix('legalBasis', id).slice(0, -1))
      .map(({ record }) => record.entry.version);
    const name = `legalBasis ${id} ${version}`;
    if (!versions.includes(version)) throw new Problem('REFERENCE_UNKNOWN', name);
    if (versions.some((other) => other > version)) {
      throw new Problem('REFERENCE_SUPERSEDED', name);
    }
  };

  /** @throws Problem `NOT_FOUND` for what is no screening of the member. */
  const openOne = (member: string, position: number) => {
    const { entry, bytes } = journal.find(member, position) ?? {};
    if (entry === undefined || !('commitment' in entry)) {
      throw new Problem('NOT_FOUND', `no screening at ${position}`);
    }
    const opening = journal.open(member, position);
    return {
      ...{ position, entry: toBase64url(bytes!) },
      opening: opening === undefined ? null : toBase64url(opening),
    };
  };

  return defineEndpoint({
    method: 'post',
    path: '/v1/label/screenings/open',
    id: 'openScreenings',
    tag: 'label',
    summary:
      'What others of the own member asked of addresses; `Tabellion-Purpose` says why it is looked at',
    access: ['auditor'],
    body: z.strictObject({
      positions: z.array(z.int().min(1)).min(1).max(MAX_OPENED),
      legalBasis: governed,
    }),
    answers: {
      200: {
        description: 'The queries, as long as they are kept, and the entry about this look',
        schema: openedScreenings,
      },
    },
    refusals: [422],
    handle: async ({ principal, headers, body: { positions, legalBasis } }) => {
      const purpose = requirePurpose(headers);
      const { member, role } = principal;
      assertSealed(deps, principal);
      assertBasis(legalBasis);
      const opened = positions.map((position) => openOne(member, position));
      const sealed = await journal.recordSealed({
        ...{ kind: 'OPENING', member, who: pseudonymOf(principal), role },
        ...{ operation: 'openScreenings', purpose, legalBasis, opened: positions },
      });
      return { status: 200, body: { opened, receipt: showSealed(sealed) } };
    },
  });
}
