/** `member revoke`: takes a certificate back, one's own or, as delegate, one of one's member. */
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface RevokeOptions {
  readonly reason: string;
}

export async function revoke(invocation: Invocation<RevokeOptions>): Promise<Outcome> {
  const { reason } = invocation.options;
  const serial = (invocation.args[0] ?? '').toLowerCase();
  if (!/^[0-9a-f]{1,40}$/.test(serial)) {
    throw new CliError('USAGE', 'a certificate is named by its serial number, as whoami shows it');
  }
  const { client } = await openSession(invocation);
  await client.post('/v1/member/revoke', { json: { serial, reason } });
  return {
    document: { serial, reason, revoked: true },
    text: `revoked: ${serial} (${reason}); acts recorded before stay valid`,
  };
}
