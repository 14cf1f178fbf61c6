/** `member revoke`: takes a certificate back, one's own or, as delegate, one of one's member. */
import { z } from 'zod';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface RevokeOptions {
  readonly reason: string;
}

const answer = z.object({ ledger: z.enum(['IN_FORCE', 'PENDING']) });

export async function revoke(invocation: Invocation<RevokeOptions>): Promise<Outcome> {
  const { reason } = invocation.options;
  const serial = (invocation.args[0] ?? '').toLowerCase();
  if (!/^[0-9a-f]{1,40}$/.test(serial)) {
    throw new CliError('USAGE', 'a certificate is named by its serial number, as whoami shows it');
  }
  const { client, settings } = await openSession(invocation);
  const { body } = await client.post('/v1/member/revoke', { json: { serial, reason } });
  const { ledger } = expectShape(answer, body);
  const member = settings?.mspId ?? 'MSPID';
  return {
    document: { serial, reason, revoked: true, ledger },
    text: [
      `revoked: ${serial} (${reason}); acts recorded before stay valid`,
      ...(ledger === 'IN_FORCE'
        ? []
        : [
            'This gateway refuses it from now on. The peers of the members accept it until the channel has',
            "the member's new revocation list. Next, its administrator runs:",
            `  scripts/network publish-crl ${member}`,
          ]),
    ].join('\n'),
  };
}
