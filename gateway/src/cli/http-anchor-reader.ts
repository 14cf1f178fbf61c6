/** What anchoring must know of the ledger's state, asked of a gateway. */
import { acquisitionRecord, headRecord } from '@tabellion/chaincode/evidence/record';
import { memberRecord, parameterRecord } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { AnchorContext, AnchorReader } from '../evidence/anchor.ts';
import { EvidenceError } from '../evidence/error.ts';
import { ProblemError } from './failure.ts';
import { expectShape, type GatewayAnswer, type GatewayClient } from './gateway-client.ts';

const acquisition = z.object({
  record: acquisitionRecord,
  head: headRecord,
  touched: z.array(z.string()),
});
const member = z.object({ record: memberRecord });
const parameters = z.object({ items: z.array(z.object({ record: parameterRecord })) });

/** @param mspId the signer's member. */
export function createHttpAnchorReader(client: GatewayClient, mspId: string): AnchorReader {
  // Later answers must not rest on less of the ledger than earlier ones did.
  let height = 0;
  const read = async (path: string): Promise<GatewayAnswer> => {
    const answer = await client.get(path, { headers: { 'tabellion-min-height': `${height}` } });
    height = Math.max(height, Number(answer.headers.get('tabellion-height') ?? 0));
    return answer;
  };
  let fixed: Promise<Pick<AnchorContext, 'jurisdiction' | 'parameters'>> | undefined;

  return {
    async readContext(id, { fresh = false } = {}) {
      if (fresh || fixed === undefined) fixed = readFixed(read, mspId);
      const answer = await orAbsent(read(`/v1/evidence/acquisitions/${id}`));
      if (answer === undefined)
        throw new EvidenceError('ACQUISITION_UNKNOWN', 'no such acquisition');
      const { record, head, touched } = expectShape(acquisition, answer.body);
      return { acquisition: record, head, touched, ...(await fixed) };
    },
    async hasBatch(digest) {
      return (await orAbsent(read(`/v1/evidence/batches/${digest}`))) !== undefined;
    },
  };
}

async function readFixed(read: (path: string) => Promise<GatewayAnswer>, mspId: string) {
  const [own, inForce] = await Promise.all([
    read(`/v1/member/members/${mspId}`),
    read('/v1/member/parameters'),
  ]);
  const values = new Map(
    expectShape(parameters, inForce.body).items.map(({ record }) => [record.name, record.value]),
  );
  const value = (name: Parameters<typeof values.get>[0]) => expectShape(z.int(), values.get(name));
  return {
    jurisdiction: expectShape(member, own.body).record.jurisdiction,
    parameters: {
      batchMaxItems: value('batchMaxItems'),
      volatileGapSeconds: value('volatileGapSeconds'),
      timeWindowSeconds: value('timeWindowSeconds'),
    },
  };
}

async function orAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  });
}
