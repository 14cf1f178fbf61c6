/** `status`: whether the gateway is ready; with a transaction ID, what became of it. */
import { z } from 'zod';
import { EXIT } from '../../explain/exit-code.ts';
import { askStatus } from '../act-port.ts';
import type { Invocation } from '../context.ts';
import { CliError, ProblemError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { openSession, type Session } from '../session.ts';
import { formatFields } from '../table.ts';

const readiness = z.looseObject({
  status: z.string(),
  height: z.int().optional(),
  pendingRevocations: z.int().optional(),
  missingManifests: z.int().optional(),
});

export async function status(invocation: Invocation): Promise<Outcome> {
  const session = await openSession(invocation);
  const [txId] = invocation.args;
  return txId === undefined ? showGateway(session) : showTransaction(session, txId);
}

async function showTransaction({ client }: Session, txId: string): Promise<Outcome> {
  if (!/^[0-9a-f]{64}$/.test(txId)) {
    throw new CliError('USAGE', 'a transaction ID has 64 hexadecimal digits');
  }
  const found = await askStatus(client, txId);
  if (found === undefined) {
    return {
      document: { txId, code: 'UNKNOWN' },
      text: `${txId} is not on the ledger, or not yet`,
      exit: EXIT.unknown,
    };
  }
  return {
    document: found,
    text: formatFields([
      ['Transaction', found.txId],
      ['Code', found.code],
      ['Block', found.block],
      ['Position', found.position],
    ]),
    exit: found.code === 'VALID' ? EXIT.done : EXIT.error,
  };
}

async function showGateway({ client, settings }: Session): Promise<Outcome> {
  const ready = await askReadiness(client);
  const document = { gateway: client.gateway.href, member: settings?.mspId ?? null, ...ready };
  return {
    document,
    text: formatFields([
      ['Gateway', client.gateway.href],
      ['Ready', ready.ready],
      ['Height', ready.height],
      ['Revocations not on the channel', ready.pendingRevocations || undefined],
      ['Label manifests missing', ready.missingManifests || undefined],
      ['Member', settings?.mspId ?? 'none: run tabellion init'],
    ]),
    exit: ready.ready ? EXIT.done : EXIT.error,
  };
}

async function askReadiness(client: Session['client']) {
  try {
    const { body } = await client.get('/v1/health/ready', { signedIn: false });
    const { height, pendingRevocations, missingManifests } = expectShape(readiness, body);
    return { ready: true, height, pendingRevocations, missingManifests };
  } catch (error) {
    if (error instanceof ProblemError && error.status === 503) return { ready: false };
    throw error;
  }
}
