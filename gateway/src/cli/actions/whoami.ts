/** `whoami`: whom the gateway takes the caller for, and what acts are signed with. */
import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Invocation } from '../context.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { readKept } from '../profile.ts';
import { openSession } from '../session.ts';
import { formatFields } from '../table.ts';

const principal = z.looseObject({ member: z.string(), role: z.string() });

export async function whoami(invocation: Invocation): Promise<Outcome> {
  const { client, paths } = await openSession(invocation);
  const { body } = await client.get('/v1/whoami');
  const { member, role } = expectShape(principal, body);
  const certificate = describeCertificate(await readKept(paths.certificate));
  return {
    document: { gateway: client.gateway.href, member, role, certificate },
    text: formatFields([
      ['Gateway', client.gateway.href],
      ['Member', member],
      ['Role', role],
      [
        'Known on the ledger as',
        certificate?.person ?? 'no key on this machine: run tabellion init',
      ],
      ['Certificate', certificate?.fingerprint],
      ['Serial', certificate?.serial],
      ['Valid until', certificate?.notAfter],
    ]),
  };
}

/** The pseudonym that stands in records, and until when the certificate holds. */
function describeCertificate(pem: string | undefined) {
  if (pem === undefined) return null;
  const certificate = new X509Certificate(pem);
  return {
    person: /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1] ?? '',
    /** Hex SHA-256 of the DER bytes. */
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    serial: certificate.serialNumber.toLowerCase(),
    notAfter: certificate.validToDate.toISOString(),
  };
}
