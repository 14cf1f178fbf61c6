/** What a profile anchors with: its key, its gateway and the trust that it pinned. */
import type { DrainPorts } from '../evidence/drain.ts';
import { createActPort } from './act-port.ts';
import { createHttpAnchorReader } from './http-anchor-reader.ts';
import { openSigner, type Session } from './session.ts';
import { readPinnedTrust } from './trust-pin.ts';

/** @throws CliError `NOT_INITIALISED`. */
export async function openAnchorPorts(session: Session): Promise<DrainPorts> {
  const { client } = session;
  const signer = await openSigner(session);
  return {
    act: createActPort(client, signer.certificate),
    signer,
    reader: createHttpAnchorReader(client, signer.mspId),
    target: await readPinnedTrust(session.paths),
    putManifest: ({ digest, acquisition }, body) =>
      client.put(`/v1/evidence/manifests/${digest}`, {
        query: { acquisition },
        stream: { body, type: 'application/x-ndjson' },
        timeoutMs: 0,
      }),
  };
}
