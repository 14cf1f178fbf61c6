/** Everything that a gateway answers from its projection, byte for byte, as several principals see it. */

import { createHash } from 'node:crypto';
import { LIFE_LISTS } from '../../gateway/src/custody/life.ts';
import { CN, DE, SG, type TestGateway } from '../../gateway/src/http/testing.ts';
import type { Written } from './every-record.ts';

/**
 * Routes that tell of the process, of the journal, in which every look leaves an entry, of a member's own
 * files, or of what is attested anew each time.
 */
const NOT_PROJECTED = new Set([
  '/v1/openapi.json',
  '/v1/health/live',
  '/v1/health/ready',
  '/metrics',
  '/v1/journal',
  '/v1/journal/:position/proof',
  '/v1/evidence/receipts/:id',
  '/v1/custody/items/:id/proof',
  '/v1/disclosure/sets/:root',
  '/v1/disclosure/grants/:id/views',
  '/v1/label/manifests/:digest',
  '/v1/label/private',
  '/v1/label/private/tables/:table/buckets/:bucket',
  '/v1/label/missing',
  '/v1/label/feed',
  '/v1/watch/sets',
  '/v1/watch/sets/:id',
  '/v1/watch/sets/:id/addresses',
  '/v1/watch/alerts',
  '/v1/watch/alerts/:id',
  '/v1/watch/alerts/:id/labels',
  '/v1/watch/events',
  '/v1/watch/oversight',
  '/v1/order/deputies',
  '/v1/webhook/endpoints',
  '/v1/webhook/oversight',
  '/v1/webhook/endpoints/:id',
  '/v1/webhook/endpoints/:id/messages',
  '/v1/label/batches/:digest/proofs/:index',
  '/v1/order/orders/:id/contents/:party',
  '/v1/order/orders/:id/proof',
]);

const PRINCIPALS = [
  [CN, 'investigator', 'li'],
  [CN, 'auditor', 'wang'],
  [SG, 'auditor', 'lim'],
  [DE, 'liaisonAuthority', 'schmidt'],
  ['ExchangeMSP', 'delegate', 'exchange'],
] as const;

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/v1/evidence/acquisitions': [
    '?limit=7',
    ...['OBJECTION', 'CROSS_BORDER', 'NOTICE_DELAYED', 'FULL_COPY_UNSEGREGATED', 'LATE'].map(
      (flag) => `?flag=${flag}`,
    ),
    ...['?touched=DE', '?touched=SG', '?crossBorder=YES', '?crossBorder=NO'],
    ...['?route=MUTUAL_ASSISTANCE', '?member=CnAgencyMSP', '?case=CN-2026-1'],
  ],
  '/v1/custody/items': [
    '?limit=1',
    ...['?holder=CnAgencyMSP', '?holder=SgAgencyMSP', '?offeredTo=SgAgencyMSP'],
    ...['?status=HELD', '?status=OFFERED', '?status=RETURNED', '?status=DISPOSED'],
    ...['?origin=ANCHORED', '?origin=EXHIBIT', '?origin=DERIVED'],
    ...['?mirror=DENIED', '?mirror=UNCONFIRMED', '?case=CN-2026-1'],
    ...['SEAL_BROKEN', 'CONTENT_DIFFERS', 'CORRECTED', 'OBJECTION', 'EXCLUDED'].map(
      (flag) => `?flag=${flag}`,
    ),
  ],
  '/v1/custody/inbox': ['?limit=1'],
  '/v1/order/orders': [
    ...['?limit=1', '?scope=AWAITED', '?side=ISSUER', '?side=ADDRESSEE', '?side=ENFORCING'],
    ...['?kind=PRESERVE', '?status=CLOSED', '?status=RECEIVED&kind=PRODUCE'],
  ],
  '/v1/order/statistics': ['?year=2026', `?year=${new Date().getUTCFullYear()}&issuer=DeAgencyMSP`],
  '/v1/order/due': ['?within=8784', '?within=8784&obliges=ADDRESSEE', '?state=OVERDUE'],
  '/v1/ledger/blocks': ['?from=0&limit=1000'],
  '/v1/member/proposals': ['?limit=1'],
};

/** By request: status, height, type, and the body or its digest. */
export type Answers = ReadonlyMap<string, string>;

export async function readEveryAnswer(gateway: TestGateway, written: Written): Promise<Answers> {
  const answers = new Map<string, string>();
  for (const [member, role, subject] of PRINCIPALS) {
    const token = await gateway.signIn(member, role, subject, '1h');
    const get = async (path: string) => {
      const response = await gateway.request('GET', path, { token });
      const type = response.headers.get('content-type') ?? '';
      const body = type.startsWith('text/event-stream')
        ? await readEvents(response)
        : Buffer.from(await response.arrayBuffer());
      const facts = [response.status, response.headers.get('tabellion-height'), type];
      const digest = createHash('sha256').update(body).digest('hex');
      answers.set(`${subject} ${path}`, [...facts, digest].join(' '));
      return body;
    };
    for (const path of listPaths(gateway, written)) {
      let next: string | null = path;
      while (next !== null) next = followingPage(path, await get(next));
    }
  }
  return answers;
}

/** @throws where a route has a parameter that this does not know: it would go unlooked at. */
function listPaths({ gateway, deps }: TestGateway, written: Written): string[] {
  const { database } = deps.projection;
  const batches = database.prepare('SELECT digest, manifest FROM batch').all();
  const listIds = (word: string) =>
    database
      .prepare(`SELECT key FROM state WHERE key > ? AND key < ? ORDER BY key`)
      .all(`${word}/`, `${word}0`)
      .map(({ key }) => (key as string).slice(word.length + 1));
  const values: Readonly<Record<string, readonly string[]>> = {
    '/v1/member/members/:mspId': ['CnAgencyMSP', 'DeAgencyMSP', 'NobodyMSP'],
    '/v1/member/proposals/:id': written.proposals,
    '/v1/member/reference/:register': [
      ...['legalBasis', 'method', 'standard', 'taxonomy', 'scoring', 'presumption'],
      ...['calendar', 'treaty', 'orderProfile'],
    ],
    '/v1/acts/:txId': written.transactions,
    '/v1/evidence/acquisitions/:id': written.acquisitions,
    '/v1/evidence/acquisitions/:id/batches': written.acquisitions,
    '/v1/evidence/acquisitions/:id/items': written.acquisitions,
    '/v1/custody/items/:id': written.items,
    '/v1/custody/items/:id/steps': written.items,
    ...Object.fromEntries(
      LIFE_LISTS.map((name) => [`/v1/custody/items/:id/${name}`, written.items]),
    ),
    '/v1/review/objections/:id': listIds('objection'),
    '/v1/review/subjects/:id': [...written.items, ...written.acquisitions],
    '/v1/disclosure/grants/:id': listIds('grant'),
    '/v1/disclosure/grants/:id/lookup/:leaf': listIds('grant'),
    '/v1/label/batches/:digest': listIds('label-batch'),
    '/v1/label/batches/:digest/responses': listIds('label-batch'),
    '/v1/label/disputes/:id': listIds('dispute'),
    '/v1/order/orders/:id': listIds('order'),
    '/v1/order/orders/:id/steps': listIds('order'),
    '/v1/evidence/batches/:digest': batches.map(({ digest }) => digest as string),
    '/v1/evidence/manifests/:digest': batches.map(({ manifest }) => manifest as string),
    '/v1/evidence/batches/:digest/proofs/:index': batches.map(({ digest }) => `${digest}`),
  };
  return gateway.endpoints
    .filter(({ method, path, access }) => {
      const isSignedIn = access !== 'grant' && access !== 'gateway';
      return method === 'get' && isSignedIn && !NOT_PROJECTED.has(path);
    })
    .flatMap(({ path }) => {
      if (!path.includes(':')) return [path, ...(QUERIES[path] ?? []).map((query) => path + query)];
      const known = values[path];
      if (known === undefined) throw new Error(`what to ask ${path} for?`);
      return known.map((value) =>
        path.replace(':index', '1').replace(':leaf', 'a'.repeat(64)).replace(/:\w+/, value),
      );
    });
}

function followingPage(path: string, body: Buffer): string | null {
  if (body[0] !== 0x7b) return null;
  const { next } = parseOrNothing(body) as { next?: string | null };
  return next ? `${path}${path.includes('?') ? '&' : '?'}cursor=${next}` : null;
}

function parseOrNothing(body: Buffer): object {
  try {
    return JSON.parse(body.toString());
  } catch {
    // Lines of JSON, not one document.
    return {};
  }
}

/** Until nothing more happens. */
async function readEvents({ body }: Response): Promise<Buffer> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(': still here')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return Buffer.from(text.slice(0, text.indexOf(': still here')));
}
