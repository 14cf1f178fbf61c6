/** `label missing`: what keeps the library of this gateway from answering. */
import { mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import type { Invocation } from '../context.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

const missing = z.looseObject({
  items: z.array(
    z.looseObject({
      batch: z.string(),
      member: mspId,
      assertedAt: timestamp,
      declareFrom: timestamp.nullable(),
      declaredBy: z.array(mspId),
      asked: z.array(z.looseObject({ member: mspId, tries: z.int(), code: z.string() })),
      from: mspId.nullable(),
    }),
  ),
  count: z.int(),
  gateways: z.int(),
});

export async function listMissing(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { body } = await client.get('/v1/label/missing');
  const document = expectShape(missing, body);
  const { items, count, gateways } = document;
  if (count === 0) return { document, text: 'every label batch is here' };
  const rows = items.map(({ batch, member, assertedAt, declareFrom, declaredBy, asked, from }) => [
    ...[batch, member, formatTime(assertedAt)],
    declareFrom === null ? '' : formatTime(declareFrom),
    declaredBy.join(', '),
    from === null
      ? asked.map(({ member, tries, code }) => `${member} ${code} (${tries})`).join(', ')
      : `${from} sends it`,
  ]);
  const heading = ['BATCH', 'BY', 'SINCE', 'DECLARE FROM', 'DECLARED BY', 'ASKED'];
  const more = count > items.length ? `\n\nand ${count - items.length} more` : '';
  const source =
    gateways === 0
      ? '\n\nno other gateway is known here: see --gateways of scripts/start, or hand the manifest in'
      : '';
  return { document, text: formatTable(heading, rows) + more + source };
}
