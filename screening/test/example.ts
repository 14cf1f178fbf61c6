import '@tabellion/screening/node'; // OpenSSL's arithmetic; without it, everything works in a browser too
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseTrust } from '@tabellion/proof';
import { askPrivately, verifyAnnouncement } from '@tabellion/screening';

const { GATEWAY, TOKEN, TRUST } = process.env;
const call = async (path: string, body?: unknown) => {
  const response = await fetch(`${GATEWAY}/v1/label/private${path}`, {
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'tabellion-purpose': 'Onboarding check',
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response;
};

const trust = parseTrust(await readFile(TRUST!));
const announcement = verifyAnnouncement(await (await call('')).json(), trust, { now: Date.now() });
// Compare announcement.keys with those of your last question, and with what other platforms see.

const lines = (await text(process.stdin)).split('\n').filter((line) => line !== '');
const { answers, table } = await askPrivately(
  lines.map((address) => ({ address })),
  {
    announcement,
    kind: 'OPRF',
    now: Date.now,
    transport: {
      async fetchBuckets(id, buckets) {
        const answer = await call(`/tables/${id}/buckets`, { buckets });
        return new Uint8Array(await answer.arrayBuffer());
      },
      async evaluate(request) {
        const answered = await (await call('/evaluations', request)).json();
        const { receipt: _, ...answer } = answered as Record<string, unknown>;
        return answer;
      },
    },
  },
);
const told = answers.map(
  ({ submitted, verdict, code = '' }) => `${submitted} ${verdict} ${code}\n`,
);
process.stdout.write(`${told.join('')}as of ${table.height} blocks\n`);
