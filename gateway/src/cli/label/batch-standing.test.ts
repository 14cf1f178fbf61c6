/** What a batch is found to be: void by declaration, void by itself, not here, or bent by the gateway. */
import { type LabelResponseRecord, missRecord } from '@tabellion/chaincode/label/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { makeLabels, sampleFacts } from '../../label/testing.ts';
import { createGatewayClient } from '../gateway-client.ts';
import { serveTest } from '../testing.ts';
import { describeStanding, readStandingBatch, STANDING_EXITS } from './batch-standing.ts';
import { expectWhole, readManifest } from './verified-batch.ts';

const basis = { id: 'cn-cpl-141', version: 1 };
const act = {
  ...{ txId: 'a'.repeat(64), at: 1_700_000_000_000, member: 'CnAgencyMSP', jurisdiction: 'CN' },
  ...{ role: 'analyst', person: 'p-1', certificate: 'b'.repeat(64), keyCustody: 'person' as const },
};
const [own, other] = [1, 2].map((number) => makeLabels([sampleFacts(number)]));
const place = { txId: act.txId, block: 1, position: 0, late: false };

/** A gateway with one batch on its ledger, and that file for its manifest. */
async function openBatch({ root = own!.root, file, said = [] }: Served) {
  const record = {
    ...{ type: 'tabellion.label-batch', v: 1, root, size: 1, manifest: own!.digest },
    ...{ taxonomy: { id: 'addresses', version: 1 }, tlp: 'AMBER', legalBasis: basis },
    ...{ reason: 'traced', flags: [], act },
  };
  const digest = toHex(sha256(canonicalBytes(record)));
  const page = (items: readonly object[]) => ({ items, next: null, height: 2, at: act.at + 5 });
  const miss = (each: object) => ({ ...place, key: `label-miss/${digest}/A/1`, record: each });
  const answers: Readonly<Record<string, unknown>> = {
    [`/v1/label/batches/${digest}`]: { ...place, key: `label-batch/${digest}`, record },
    [`/v1/label/batches/${digest}/responses`]: page(said.map(miss)),
    '/v1/member/reference/taxonomy': page([]),
    ...(file && { [`/v1/label/manifests/${own!.digest}`]: file }),
  };
  const gateway = await serveTest((request, response) => {
    const answer = answers[request.url!.split('?')[0]!];
    if (answer instanceof Uint8Array) response.end(answer);
    else {
      const body = answer ?? { code: 'NOT_FOUND', detail: 'there is no such thing' };
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(body));
    }
  });
  const { signal } = new AbortController();
  const client = createGatewayClient({ gateway, token: async () => 'token', signal });
  return { client, digest };
}
interface Served {
  readonly root?: string;
  readonly file?: Uint8Array | undefined;
  readonly said?: readonly LabelResponseRecord[];
}

const declare = (outcome: 'WAITING' | 'WITHHELD') =>
  missRecord.parse({
    ...{ type: 'tabellion.label-miss', v: 1, batch: 'c'.repeat(64), reason: 'asked for a day' },
    ...{ legalBasis: basis, labelFetchSeconds: 60, others: 3, missing: 2, outcome, flags: [], act },
  });

describe('a batch', () => {
  it.each<[string, Served, string, number, boolean]>([
    ['with its manifest counts', { file: own!.bytes }, 'COUNTS', 0, true],
    ['without it is not known here', {}, 'ABSENT', 12, false],
    [
      'that some declared to be kept back counts still',
      { file: own!.bytes, said: [declare('WAITING')] },
      ...(['COUNTS', 0, true] as const),
    ],
    [
      'that most declared so counts for nobody',
      { said: [declare('WAITING'), declare('WITHHELD')] },
      ...(['WITHHELD', 3, false] as const),
    ],
    [
      'of which the manifest came afterwards does not, either',
      { file: own!.bytes, said: [declare('WITHHELD')] },
      ...(['WITHHELD', 3, true] as const),
    ],
    [
      'whose manifest has another root counts for nobody',
      { root: other!.root, file: own!.bytes },
      ...(['VOID', 10, false] as const),
    ],
  ])('%s', async (_, served, standing, exit, hasLabels) => {
    const { client, digest } = await openBatch(served);
    const found = await readStandingBatch(client, digest);
    expect(found.standing).toBe(standing);
    expect(STANDING_EXITS[found.standing]).toBe(exit);
    expect(found.batch !== undefined).toBe(hasLabels);
    expect(found.shown.record.size).toBe(1);
    expect(found.responses).toHaveLength(served.said?.length ?? 0);
    expect(found.at).toBe(act.at + 5);
    expect(found.code).toBe(standing === 'VOID' ? 'ROOT_MISMATCH' : undefined);
    const told = describeStanding(found);
    expect(told.includes('for nobody')).toBe(['WITHHELD', 'VOID'].includes(standing));
  });

  it('is not called void for what the gateway made of its manifest', async () => {
    for (const file of [other!.bytes, Buffer.from('{}\n')]) {
      const { client, digest } = await openBatch({ file });
      await expect(readStandingBatch(client, digest)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
    }
  });

  it('gives its labels to nobody where it is void or not here', async () => {
    const code = async (served: Served) => {
      const { client, digest } = await openBatch(served);
      const { shown } = await readStandingBatch(client, digest);
      const reading = await readManifest(client, shown);
      try {
        return expectWhole(reading).lines.length;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(await code({ file: own!.bytes })).toBe(1);
    expect(await code({})).toBe('MANIFEST_MISSING');
    expect(await code({ root: other!.root, file: own!.bytes })).toBe('ROOT_MISMATCH');
  });
});
