/** `order deputies …`: colleagues who are told of one's orders and see them among their own. */
import type { z } from 'zod';
import { namedDeputies, personName } from '../../order/shape.ts';
import type { Invocation } from '../context.ts';
import { checkInput } from '../document.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { expectPurpose } from '../purpose.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

const PATH = '/v1/order/deputies';

function tell(document: z.infer<typeof namedDeputies>): Outcome {
  const rows = [
    ...document.named.map(({ person, as, since }) => ['is deputy of', person, as, since] as const),
    ...document.deputyOf.map(({ person, as, since }) => ['named', person, as, since] as const),
  ].map(([what, person, as, since]) => [person, what, as, formatTime(since)]);
  const text = rows.length === 0 ? 'no deputies' : formatTable(['WHO', '', 'YOU', 'SINCE'], rows);
  return { document, text };
}

export async function listDeputies(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  return tell(expectShape(namedDeputies, (await client.get(PATH)).body));
}

interface PurposeFlag {
  readonly purpose: string;
}

export async function nameDeputy(invocation: Invocation<PurposeFlag>): Promise<Outcome> {
  const person = checkInput(personName, invocation.args[0]);
  const headers = expectPurpose(invocation.options.purpose);
  const { client } = await openSession(invocation);
  const { body } = await client.post(PATH, { json: { person }, headers });
  return tell(expectShape(namedDeputies, body));
}

export async function endDeputy(invocation: Invocation<PurposeFlag>): Promise<Outcome> {
  const person = encodeURIComponent(checkInput(personName, invocation.args[0]));
  const headers = expectPurpose(invocation.options.purpose);
  const { client } = await openSession(invocation);
  const { body } = await client.post(`${PATH}/${person}/end`, { headers });
  return tell(expectShape(namedDeputies, body));
}
