/** The proof of an order by command line: from its issue to the custody of what it yielded, checked offline. */
import { readFile, writeFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import {
  canonicalBytes,
  fromBase64url,
  type ProvenOrder,
  parseStrict,
  parseTrust,
  sha256,
  toBase64url,
  toHex,
  utf8,
  verify,
} from '@tabellion/proof';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { draftAcquisition } from '../evidence/testing.ts';
import { repeatOrder } from '../order/repeat.ts';
import { AUTHORITY, COUNSEL, JUDGE, OrderJourney, succeed } from './order-testing.ts';
import { openSession } from './session.ts';

const COLLECTOR = 'system.exchange';
const ANALYST = 'analyst.exchange';
const STRANGER = 'investigator.cn';

let orders: OrderJourney;
let run: OrderJourney['run'];
let at: (name: string) => string;
let order: string;
let acquisition: string;

beforeAll(async () => {
  orders = await OrderJourney.open('order-proof', [ANALYST, STRANGER]);
  ({ run } = orders);
  ({ at } = orders.journey);
  order = await orders.issue();
  await orders.step(JUDGE, order, 'serve', { channel: 'by hand' });
  await orders.step(COUNSEL, order, 'receive', { receivedAt: Date.now() });
  await orders.step(COUNSEL, order, 'reportDefect', { defect: 'INCOMPLETE', preserved: true });
  await orders.step(JUDGE, order, 'clarify');
  acquisition = await collect();
  const whole = { extent: 'WHOLE', acquisitions: [acquisition] };
  await orders.step(COUNSEL, order, 'execute', whole);
  const legalBasis = { id: 'founding-agreement', version: 1 };
  await orders.step(AUTHORITY, order, 'clear', { gate: 'no-objection', legalBasis });
  await orders.step(COUNSEL, order, 'deliver', whole);
  succeed(await run(JUDGE, ['trust', 'export', '-o', at('trust.json')]));
}, 300_000);
afterAll(() => orders?.journey.close());

/** What the exchange's own service has of the account: one item, with a chain of custody. */
async function collect(): Promise<string> {
  const { people, address } = orders.journey.node;
  const { clientId, clientSecret } = people.systems.find((one) => one.clientId === COLLECTOR)!;
  const environment = { TABELLION_CLIENT_ID: clientId, TABELLION_CLIENT_SECRET: clientSecret };
  const login = ['login', '--as', 'system', '--gateway', address];
  succeed(await run(COLLECTOR, login, { environment }));
  const { client } = await openSession({
    context: {
      environment: { ...environment, TABELLION_HOME: orders.journey.homeOf(COLLECTOR) },
      stdin: Readable.from([]),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      now: Date.now,
      signal: new AbortController().signal,
    },
    options: { progress: 'none', gateway: address },
  });
  const grounds = [{ kind: 'ORDER' as const, reference: order }];
  const input = draftAcquisition('SG', 'sg-cpc-39', { case: 'DE-2026-1', grounds });
  await client.post('/v1/evidence/acquire', { json: { input } });
  const content = 'from,to\n';
  await writeFile(at('traffic.csv'), content);
  const item = { sha256: toHex(sha256(utf8(content))), size: content.length, path: 'traffic.csv' };
  await client.post(`/v1/evidence/acquisitions/${input.id}/items`, { json: item });
  const because = ['--reason', 'asked for', '-o', at('item.json')];
  const open = ['custody', 'open', at('traffic.csv'), ...because];
  const { item: name } = await vi.waitFor(async () => succeed(await run(ANALYST, open)), 30_000);
  await writeFile(at('sums.csv'), 'to,sum\n');
  const made = ['custody', 'derive', name, '--form', 'ANALYSIS', '--file', at('sums.csv')];
  succeed(await run(ANALYST, [...made, '--reason', 'added up', '-o', at('sums.json')]));
  return input.id;
}

const exportProof = async (user: string, name: string, ...options: string[]) =>
  run(user, ['proof', 'export', '--order', order, '-o', at(name), ...options]);
const check = (name: string) => run(STRANGER, ['verify', at(name), '--trust', at('trust.json')]);

it('joins the order, its clocks, what it yielded and its custody, and is checked offline', async () => {
  succeed(await exportProof(COUNSEL, 'order.proof.json'));
  const { order: found, ...verdict } = succeed(await check('order.proof.json'));
  expect([verdict.code, verdict.judgedAgain]).toEqual(['INTACT', true]);
  expect(found).toMatchObject({ order, status: 'DELIVERED', kind: 'PRODUCE', notified: true });
  expect(found.steps.map(({ event }: { event: string }) => event)).toEqual([
    'SERVED',
    'RECEIVED',
    'DEFECT_REPORTED',
    'CLARIFIED',
    'EXECUTED',
    'CLEARED',
    'DELIVERED',
  ]);
  const clock = found.clocks.find(
    ({ clock: name }: { clock: string }) => name === 'produce-notified',
  );
  expect(clock.state).toBe('STOPPED');
  const [suspension] = clock.suspensions;
  expect([suspension.from, suspension.to]).toEqual([
    found.steps[2].countsFrom,
    found.steps[3].countsFrom,
  ]);
  const rules = found.rules.map(
    ({ register, id }: { register: string; id: string }) => `${register} ${id}`,
  );
  expect(rules.sort()).toEqual([
    ...['calendar de', 'calendar sg', 'orderProfile epoc', 'treaty eu-2023-1543'],
  ]);
  expect(found.acquisitions).toMatchObject([
    { acquisition, items: 1, batches: 1, namesOrder: true, roots: [{ size: 1 }] },
  ]);
  const byOrigin = (origin: string) =>
    found.custody.find((chain: { origin: string }) => chain.origin === origin);
  const given = byOrigin('ANCHORED');
  expect(given).toMatchObject({ acquisition, case: 'DE-2026-1' });
  expect(byOrigin('DERIVED')).toMatchObject({ source: given.item, case: 'DE-2026-1' });
  expect(found.contents).toBeUndefined();
  const shown = await orders.text(STRANGER, [
    'verify',
    at('order.proof.json'),
    '--trust',
    at('trust.json'),
  ]);
  expect(shown).toMatch(/produce-notified +STOPPED/);
  expect(shown).toContain('calendar de@1');
  expect(shown).toContain('give the same steps and due instants');
}, 120_000);

it('holds what a party was given to read where it asks for that, and only its own', async () => {
  succeed(await exportProof(COUNSEL, 'with.json', '--contents', '--no-batches', '--no-custody'));
  const { order: found } = succeed(await check('with.json'));
  expect(found.contents).toMatchObject([{ for: 'ADDRESSEE', inForce: true }]);
  expect(found.acquisitions[0].roots).toBeUndefined();
  expect(found.custody).toBeUndefined();
  succeed(await exportProof(JUDGE, 'both.json', '--contents'));
  const both = succeed(await check('both.json')).order.contents;
  expect(both.map((each: { for: string }) => each.for)).toEqual(['ADDRESSEE', 'ENFORCING']);
  const altered = parseStrict(await readFile(at('both.json'))) as { contents: string[] };
  const copy = parseStrict(fromBase64url(altered.contents[1]!)) as { fields: { text: string }[] };
  copy.fields[0]!.text = 'court of SG';
  altered.contents[1] = toBase64url(canonicalBytes(copy));
  await writeFile(at('altered.json'), canonicalBytes(altered));
  const { exit, answer } = await check('altered.json');
  expect([exit, answer.code]).toEqual([10, 'ITEM_MISMATCH']);
}, 120_000);

it('is for the parties, and asks for one thing at a time', async () => {
  const refusal = async (user: string, ...words: string[]) => {
    const { exit, answer } = await run(user, ['proof', 'export', ...words, '-o', at('no.json')]);
    return [exit, answer.error.code];
  };
  expect(await refusal(STRANGER, '--order', order)).toEqual([1, 'NOT_A_PARTY']);
  expect(await refusal(JUDGE, '--order', '0'.repeat(32))).toEqual([1, 'NOT_FOUND']);
  expect(await refusal(JUDGE, at('traffic.csv'), '--order', order)).toEqual([2, 'USAGE']);
  expect(await refusal(JUDGE, at('traffic.csv'), '--contents')).toEqual([2, 'USAGE']);
}, 60_000);

it('is judged again by the rules that it brings', async () => {
  const bundle = await readFile(at('order.proof.json'));
  const trust = parseTrust(await readFile(at('trust.json')));
  const proven = verify(bundle, trust, { now: Date.now() }).order!;
  expect(repeatOrder(bundle, proven)).toBeUndefined();
  /** The same records under rules of which one says otherwise. */
  const under = (register: string, change: (body: Record<string, unknown>) => object) => {
    const rules = proven.rules.map((rule) =>
      rule.register === register ? { ...rule, body: { ...rule.body, ...change(rule.body) } } : rule,
    );
    return repeatOrder(bundle, { ...proven, rules } satisfies ProvenOrder);
  };
  const later = under('calendar', () => ({ offsets: [{ from: 0, minutes: -600 }] }));
  expect(later).toMatchObject({ code: 'STATE_MISMATCH', step: 2 });
  const party = { from: 0, until: 1, reservations: [] };
  const ended = under('treaty', () => ({ parties: [{ jurisdiction: 'DE', ...party }] }));
  expect(ended).toMatchObject({ code: 'STATE_MISMATCH', step: 0 });
  expect(under('orderProfile', () => ({ kind: 'PRESERVE' }))?.step).toBe(0);
  expect(under('orderProfile', () => ({ disabled: 'not in force' }))?.step).toBe(0);
  expect(under('calendar', () => ({ jurisdiction: 'CN' }))?.step).toBe(0);
  const others = proven.acquisitions.map((each) => ({ ...each, member: 'CnAgencyMSP' }));
  expect(repeatOrder(bundle, { ...proven, acquisitions: others })?.step).toBe(5);
});

it('shows order and acquisition each at the other', async () => {
  expect(await orders.text(COUNSEL, ['order', 'show', order])).toContain(acquisition);
  const shown = await orders.text(COUNSEL, ['evidence', 'show', acquisition]);
  expect(shown).toContain(`ORDER ${order}`);
}, 60_000);

it('is printed as each party may see it, the same each time', async () => {
  const print = async (user: string, name: string, ...options: string[]) => {
    const words = ['order', 'form', order, '--out', at(name), ...options];
    const { exit, answer } = await run(user, words);
    return exit === 0 ? readFile(at(name)) : answer.error.code;
  };
  const own = String(await print(COUNSEL, 'own.html'));
  expect(own).toContain('court of DE');
  expect(own).toContain('5(5)(a)');
  expect(own).not.toContain('defrauded');
  expect(own).not.toContain('5(5)(j)');
  expect(own).toContain('not read in its text');
  expect(own).toMatch(/<time[^>]*>\S+\+02:00<\/time>/);
  expect(String(await print(AUTHORITY, 'authority.html'))).toContain('many were defrauded');
  const all = String(await print(JUDGE, 'all.html'));
  expect(all).toContain('many were defrauded');
  expect(String(await print(JUDGE, 'theirs.html', '--party', 'addressee'))).toBe(own);
  expect(String(await print(JUDGE, 'zh.html', '--lang', 'zh'))).toContain('最后的及时时刻');
  const pdf = (await print(COUNSEL, 'own.pdf')) as Buffer;
  expect(String(pdf.subarray(0, 5))).toBe('%PDF-');
  expect(pdf.equals((await print(COUNSEL, 'again.pdf')) as Buffer)).toBe(true);
  expect(await print(COUNSEL, 'no.html', '--party', 'enforcing')).toBe('BAD_INPUT');
  expect(await print(STRANGER, 'no.html')).toBe('BAD_INPUT');
  expect(await print(COUNSEL, 'no.txt')).toBe('USAGE');
}, 120_000);

it('a letter on paper is fixed by its digest and its receipt, and begins a draft', async () => {
  await writeFile(at('letter.pdf'), '%PDF- a letter');
  const words = [
    ...['--reference', 'MLA/44', '--as', 'treaty', '--case', 'CN-2026-1', '--system', 'CN'],
    ...['--legal-basis', 'cn-cpl-141@1', '--method', 'voluntary-handover@1', '--route', 'DOMESTIC'],
    ...[
      '--standard',
      'iso-iec-27037@1',
      '--authorisation',
      'INTERNAL:INT-1',
      '--reason',
      'By post',
    ],
  ];
  const receive = ['order', 'letter', 'import', at('letter.pdf'), ...words, '--received'];
  const answer = succeed(await run(STRANGER, [...receive, '2026-11-02T09:00:00+08:00']));
  const sha256Of = toHex(sha256(await readFile(at('letter.pdf'))));
  expect(answer).toMatchObject({ sha256: sha256Of, anchored: { totals: { items: 1 } } });
  const shown = await vi.waitFor(
    async () => succeed(await run(STRANGER, ['evidence', 'show', answer.acquisition])),
    20_000,
  );
  expect(shown.record).toMatchObject({
    grounds: [{ kind: 'TREATY', reference: 'MLA/44', sha256: sha256Of }],
    startedAt: Date.UTC(2026, 10, 2, 1),
  });
  const letter = await orders.write('letter.json', { reference: 'MLA/44', contacts: 'desk 4' });
  const draft = ['order', 'letter', 'draft', letter, '-o', at('draft.json')];
  const more = ['--field', 'a=contacts', '--acquisition', answer.acquisition];
  expect((await run(STRANGER, [...draft, ...more])).answer.error.code).toBe('USAGE');
  const drafted = succeed(await run(STRANGER, [...draft, ...more, '--addressee', at('epoc.json')]));
  expect(drafted.unmapped).toEqual([]);
  expect(drafted.draft.reason).toContain(answer.letter);
  expect(await readFile(at('epoc.json'), 'utf8')).toBe('{"a":"desk 4"}');
  expect(await readFile(at('draft.json'), 'utf8')).not.toContain('desk');
}, 120_000);
