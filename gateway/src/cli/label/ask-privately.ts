/** Carries private questions to a gateway, and holds the receipt of each to what was sent. */
import {
  canonicalBytes,
  fromBase64url,
  parseStrict,
  type Trust,
  toBase64url,
} from '@tabellion/proof';
import type { BlindingState, PrivateTransport } from '@tabellion/screening';
import type { PrivateQuestion } from '../../label/private/query-entry.ts';
import {
  evaluated,
  type PrivateReceipt,
  privateReceipt,
  RECEIPT_HEADER,
} from '../../label/private/shape.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { assertSealed, checkPrivate } from './receipt.ts';

export interface KeptPrivateReceipt extends PrivateReceipt {
  readonly question: PrivateQuestion;
  /** Of points: what each was made of. They show the addresses, and go nowhere. */
  readonly blinded?: readonly { readonly input: string; readonly blind: string }[];
}

/** One line of a file: canonical JSON. */
export const encodePrivateReceipt = (receipt: KeptPrivateReceipt): Uint8Array =>
  Buffer.concat([
    canonicalBytes({ type: 'tabellion.private-receipt', v: 1, ...receipt }),
    Uint8Array.of(0x0a),
  ]);

export interface PrivateCarrier extends PrivateTransport {
  readonly receipts: readonly KeptPrivateReceipt[];
}

/** @param trust the profile's own, where it has one: what is not signed by it is no receipt. */
export function createCarrier(
  client: GatewayClient,
  { purpose, trust }: { readonly purpose: string; readonly trust: Trust | undefined },
): PrivateCarrier {
  const headers = { 'tabellion-purpose': purpose };
  const receipts: KeptPrivateReceipt[] = [];
  const keep = (receipt: KeptPrivateReceipt) => {
    checkReceipt(receipt, purpose, trust);
    receipts.push(receipt);
  };
  return {
    receipts,
    async fetchBuckets(table, buckets) {
      const path = `/v1/label/private/tables/${table}/buckets`;
      const answer = await client.postForBytes(path, { json: { buckets }, headers });
      const receipt = readHeader(answer.headers.get(RECEIPT_HEADER));
      keep({ ...receipt, question: { table, buckets } });
      return answer.bytes;
    },
    async evaluate(request, { items }: BlindingState) {
      const { body } = await client.post('/v1/label/private/evaluations', {
        json: request,
        headers,
      });
      const { receipt, ...answer } = expectShape(evaluated, body);
      const blinded = items.map(({ input, blind }) => ({
        input: toBase64url(input),
        blind: toBase64url(blind),
      }));
      keep({ ...receipt, question: request, blinded });
      return answer;
    },
  };
}

function readHeader(text: string | null): PrivateReceipt {
  try {
    return expectShape(privateReceipt, parseStrict(fromBase64url(text ?? '')));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('BAD_ANSWER', 'the answer has no receipt', error);
  }
}

/** @throws CliError `RECEIPT_MISMATCH`, `FILE_MALFORMED`. */
function checkReceipt(
  receipt: KeptPrivateReceipt,
  purpose: string,
  trust: Trust | undefined,
): void {
  const entry = checkPrivate(receipt);
  if (entry.purpose !== purpose) {
    throw new CliError('RECEIPT_MISMATCH', 'the receipt is of another purpose');
  }
  if (trust !== undefined) assertSealed(receipt, entry, trust);
}
