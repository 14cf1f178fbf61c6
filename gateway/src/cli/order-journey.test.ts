/** An order by command line, over a real gateway: published rules, issue, service, reading, execution, end. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { draftHttpOrder } from '../../../test/recovery/every-order.ts';
import {
  AUTHORITY,
  BASIS,
  COUNSEL,
  FIELDS,
  JUDGE,
  OrderJourney,
  succeed,
  WHY,
} from './order-testing.ts';

let orders: OrderJourney;
let run: OrderJourney['run'];
let write: OrderJourney['write'];
let text: OrderJourney['text'];

beforeAll(async () => {
  orders = await OrderJourney.open('order');
  ({ run, write, text } = orders);
}, 240_000);
afterAll(() => orders?.journey.close());

it('proposes an entry of a shipped file, which has to be named where there are several', async () => {
  const file = join(import.meta.dirname, '../../../node-config/orders/budapest.yaml');
  const publish = ['member', 'propose', '--publish', file, ...BASIS, '--reason', 'for later'];
  const unnamed = await run('delegate.de', publish);
  expect([unnamed.exit, unnamed.answer.error.code]).toEqual([2, 'USAGE']);
  expect(unnamed.answer.error.message).toContain('budapest-16, budapest-17, budapest-29');
  const both = await run('delegate.de', [...publish, '--entry', 'budapest-29', '--set', 'a=1']);
  expect(both.answer.error.code).toBe('USAGE');
  const { record } = succeed(await run('delegate.de', [...publish, '--entry', 'budapest-29']));
  expect(record.change).toMatchObject({
    kind: 'PUBLISH',
    entry: { id: 'budapest-29', version: 1 },
  });
});

it('goes from issue to end, each party by its own commands', async () => {
  const { id: _, contents: _contents, ...draft } = draftHttpOrder(['TRAFFIC']).input;
  const input = await write('order.json', draft);
  const addressee = await write('addressee.json', FIELDS);
  const copy = await write('copy.json', { ...FIELDS, i: 'needed', j: 'many were defrauded' });
  const issue = ['order', 'issue', '--input', input, '--addressee', addressee];
  const without = await run(JUDGE, issue);
  expect(without.answer.error.code).toBe('ENFORCING_MISMATCH');
  const { id } = succeed(await run(JUDGE, [...issue, '--enforcing', copy]));
  let taken = 0;
  // A gateway shows a step shortly after it was committed.
  const caughtUp = () =>
    vi.waitFor(
      async () => {
        const { answer } = await run(JUDGE, ['order', 'show', id]);
        expect(answer.head?.sequence).toBe(taken);
      },
      { timeout: 20_000 },
    );
  const step = async (user: string, verb: string, ...says: string[]) => {
    await caughtUp();
    const done = await run(user, ['order', 'step', id, verb, ...WHY, ...says]);
    if (done.exit === 0) taken += 1;
    return done;
  };
  succeed(await step(JUDGE, 'serve', '--channel', 'by hand', '--proof', input));
  succeed(await step(COUNSEL, 'receive'));
  succeed(await step(AUTHORITY, 'takeNotice', '--received', new Date().toISOString()));
  await caughtUp();
  const gate = /no-objection +SHUT +DELIVERED +ENFORCING +opens with produce-notified/;
  expect(await text(COUNSEL, ['order', 'show', id])).toMatch(gate);
  const read = await text(COUNSEL, ['order', 'read', id, 'ADDRESSEE']);
  expect(read).toContain('court of DE');
  expect(read).not.toContain('defrauded');
  expect(await text(AUTHORITY, ['order', 'read', id, 'ENFORCING'])).toContain('defrauded');
  const foreign = await run(COUNSEL, ['order', 'read', id, 'ENFORCING']);
  expect(foreign.answer.error.code).toBe('NOT_FOUND');

  succeed(await step(COUNSEL, 'reportDefect', '--defect', 'INCOMPLETE', '--preserved'));
  const corrected = await write('addressee.json', { ...FIELDS, c: 'the account' });
  const anew = ['--addressee', corrected, '--enforcing', copy];
  await caughtUp();
  const unknown = await run(JUDGE, ['order', 'step', id, 'burn', ...WHY]);
  expect([unknown.exit, unknown.answer.error.code]).toEqual([2, 'USAGE']);
  succeed(await run(JUDGE, ['order', 'step', id, 'clarify', ...WHY, ...anew]));
  taken += 1;
  await caughtUp();
  expect(await text(COUNSEL, ['order', 'read', id, 'ADDRESSEE'])).toContain('the account');

  const whole = ['--extent', 'WHOLE'];
  const vague = await step(COUNSEL, 'execute');
  expect([vague.answer.error.code, vague.answer.error.message]).toEqual([
    'BAD_INPUT',
    expect.stringContaining('extent'),
  ]);
  succeed(await step(COUNSEL, 'execute', ...whole));
  const early = await step(COUNSEL, 'deliver', ...whole);
  expect(early.answer.error.code).toBe('GATE_SHUT');
  const opens = ['--gate', 'no-objection', '--legal-basis', 'founding-agreement@1'];
  succeed(await step(AUTHORITY, 'clear', ...opens));
  succeed(await step(COUNSEL, 'deliver', ...whole));
  await caughtUp();
  const shown = await text(JUDGE, ['order', 'show', id]);
  expect(shown).toContain('PRODUCE TRAFFIC under epoc@1: DELIVERED');
  expect(shown).toMatch(/produce-notified +STOPPED/);
  expect(shown).toMatch(/no-objection +OPEN +DELIVERED/);
  expect(shown).toMatch(/CLEARED +\S+ +SgAgencyMSP +no-objection/);
  succeed(await step(JUDGE, 'close'));
  await caughtUp();
  const { head, steps } = succeed(await run(COUNSEL, ['order', 'show', id]));
  const digest = createHash('sha256')
    .update(await readFile(input))
    .digest('hex');
  expect(steps[0]).toMatchObject({ channel: 'by hand', proof: digest });
  expect([head.status, steps.length]).toEqual(['CLOSED', head.sequence]);
}, 120_000);

it('lies in an inbox, is received and withdrawn with others, and is counted', async () => {
  const { id: _, contents: _contents, ...draft } = draftHttpOrder(['SUBSCRIBER']).input;
  const input = await write('order.json', draft);
  const addressee = await write('addressee.json', FIELDS);
  const issued: string[] = [];
  for (let each = 0; each < 3; each += 1) {
    const issue = ['order', 'issue', '--input', input, '--addressee', addressee];
    issued.push(succeed(await run(JUDGE, issue)).id);
  }
  const inbox = async (user: string, ...filter: string[]) =>
    succeed(await run(user, ['order', 'inbox', ...filter])).items.map(
      ({ record }: { record: { id: string } }) => record.id,
    );
  await vi.waitFor(
    async () => expect(await inbox(JUDGE, '--mine')).toEqual(expect.arrayContaining(issued)),
    {
      timeout: 20_000,
    },
  );
  const serve = ['serve', '--channel', 'by hand', ...WHY];
  for (const id of issued.slice(0, 2)) succeed(await run(JUDGE, ['order', 'step', id, ...serve]));
  const waiting = ['--awaited', '--side', 'addressee'];
  await vi.waitFor(
    async () => expect(await inbox(COUNSEL, ...waiting)).toEqual(issued.slice(0, 2)),
    { timeout: 20_000 },
  );
  expect(await text(COUNSEL, ['order', 'inbox', ...waiting])).toMatch(/SERVED +receive/);

  const all = succeed(await run(COUNSEL, ['order', 'receive', '--all', ...WHY]));
  expect(
    all.results.map(({ order, status }: { order: string; status: string }) => [order, status]),
  ).toEqual(issued.slice(0, 2).map((id) => [id, 'RECEIVED']));
  await vi.waitFor(
    async () => expect(await inbox(COUNSEL, ...waiting, '--status', 'SERVED')).toEqual([]),
    {
      timeout: 20_000,
    },
  );
  const due = succeed(
    await run(COUNSEL, ['order', 'due', '--within', '400', '--obliges', 'addressee']),
  );
  expect(due.items.map(({ order }: { order: string }) => order)).toEqual(
    expect.arrayContaining(issued.slice(0, 2)),
  );
  expect(succeed(await run(COUNSEL, ['order', 'due', '--overdue'])).items).toEqual([]);

  // One that cannot be withdrawn stops no other.
  const strange = '0'.repeat(32);
  const list = orders.journey.at('orders.txt');
  await writeFile(list, `${issued[0]}\n${strange}\n${issued[2]}\n`);
  const some = await run(JUDGE, ['order', 'withdraw', '--file', list, ...WHY]);
  expect(some.exit).toBe(1);
  expect(
    some.answer.results.map(
      (result: { status?: string; error?: { code: string } }) =>
        result.status ?? result.error?.code,
    ),
  ).toEqual(['WITHDRAWN', 'NOT_FOUND', 'WITHDRAWN']);
  expect((await run(JUDGE, ['order', 'withdraw', ...WHY])).answer.error.code).toBe('USAGE');

  const year = `${new Date().getUTCFullYear()}`;
  await vi.waitFor(
    async () => {
      const counted = succeed(await run(JUDGE, ['order', 'statistics', '--year', year]));
      expect(counted.profiles.epoc).toMatchObject({ issued: 4, fulfilled: 1, open: 1 });
    },
    { timeout: 20_000 },
  );
  expect(await text(JUDGE, ['order', 'statistics', '--year', year])).toContain('unknown: Costs');
}, 120_000);

it('is taken again after a step that left it where it stood, and not after one that did not', async () => {
  const { id: _, contents: _contents, ...draft } = draftHttpOrder(['TRAFFIC']).input;
  const input = await write('order.json', draft);
  const addressee = await write('addressee.json', FIELDS);
  const copy = await write('copy.json', { ...FIELDS, i: 'needed', j: 'many were defrauded' });
  const words = ['--input', input, '--addressee', addressee, '--enforcing', copy];
  const { id } = succeed(await run(JUDGE, ['order', 'issue', ...words]));
  const taken = async (sequence: number) =>
    vi.waitFor(
      async () => {
        const { answer } = await run(JUDGE, ['order', 'show', id]);
        expect(answer.head?.sequence).toBe(sequence);
      },
      { timeout: 20_000 },
    );
  const step = (user: string, verb: string, file: string) =>
    run(user, ['order', 'step', id, verb, ...WHY, '--input', file]);
  await taken(0);
  succeed(await step(JUDGE, 'serve', await write('serve.json', { channel: 'by hand' })));
  await taken(1);
  const receipt = await write('receipt.json', { receivedAt: Date.now() });
  succeed(await step(COUNSEL, 'receive', receipt));
  await taken(2);
  // Both begin from the second step; whichever comes later builds on the other.
  const part = await write('part.json', { extent: 'PART', acquisitions: [] });
  const ends = await Promise.all([
    step(AUTHORITY, 'takeNotice', receipt),
    step(COUNSEL, 'execute', part),
  ]);
  const codes = ends.map(({ exit, answer }) => (exit === 0 ? 'OK' : answer.error.code));
  // Taking notice changes no status: execution goes on. The other way round, whoever asked has to look.
  expect([
    ['OK', 'OK'],
    ['CHAIN_CONFLICT', 'OK'],
    ['OVERTAKEN', 'OK'],
    ['TRANSACTION_INVALID', 'OK'],
  ]).toContainEqual(codes);
}, 60_000);

it('has deputies, named by a colleague for a reason', async () => {
  const colleague = 'analyst.exchange';
  succeed(await orders.journey.signIn(colleague, ['init']));
  const { certificate } = succeed(await run(colleague, ['whoami']));
  const name = ['order', 'deputies', 'name', certificate.person];
  const { named } = succeed(await run(COUNSEL, [...name, '--purpose', 'Away']));
  expect(named.map(({ person }: { person: string }) => person)).toEqual([certificate.person]);
  const list = succeed(await run(colleague, ['order', 'deputies', 'list']));
  expect(list.deputyOf).toHaveLength(1);
  const mine = succeed(await run(colleague, ['order', 'inbox', '--mine', '--limit', '200']));
  expect(mine.items.length).toBeGreaterThan(0);
  const end = ['order', 'deputies', 'end', certificate.person, '--purpose', 'Back'];
  expect(succeed(await run(COUNSEL, end)).named).toEqual([]);
}, 60_000);

it('is advised on before, from options and from a file, and its draft is checked', async () => {
  const common = ['--kind', 'PRODUCE', '--category', 'TRAFFIC', '--addressee', 'ExchangeMSP'];
  const asked = ['order', 'advise', ...common, '--at', '2026-09-01T10:00:00Z', '--no-threat'];
  const facts = orders.journey.at('facts.yaml');
  // NO is Norway, and no truth value.
  await writeFile(facts, 'serviceOffered: true\nlocations: [NO]\noffence:\n  maximumMonths: 60\n');
  const advised = succeed(await run(JUDGE, [...asked, '--input', facts]));
  expect(advised.open.map(({ profile }: { profile: { id: string } }) => profile.id)).toEqual([
    ...['epoc', 'mla', 'tabellion-ordinary'],
  ]);
  expect(new Date(advised.open[0].speed.due).toISOString()).toBe('2026-09-11T21:59:59.999Z');
  const again = succeed(await run(JUDGE, [...asked, '--input', facts]));
  expect(again).toEqual(advised);
  const unknown = await text(JUDGE, asked);
  expect(unknown).toContain('if        Does who holds the data offer its service');
  const short = [...asked, '--input', facts, '--max-penalty', '12', '--no-by-system'];
  const closed = await text(JUDGE, [...short, '--volatile', '--offence', 'theft']);
  expect(closed).toContain('closed    OFFENCE: For TRAFFIC the offence is none of these');
  expect(closed).toContain('FIRST HAVE THE DATA KEPT');
  const freeze = ['--kind', 'FREEZE', '--category', 'ASSETS', '--addressee', 'ExchangeMSP'];
  const held = succeed(await run(JUDGE, ['order', 'advise', ...freeze, '--control']));
  expect(held.open[0].profile.id).toBe('exchange-freeze');
  const nobody = await run(JUDGE, [...asked, '--addressee', 'NobodyMSP']);
  expect(nobody.answer.error.code).toBe('NOT_FOUND');
  const twice = orders.journey.at('twice.yaml');
  await writeFile(twice, 'volatile: true\nvolatile: false\n');
  const contradictory = await run(JUDGE, [...asked, '--input', twice]);
  expect(contradictory.answer.error.code).toBe('BAD_INPUT');
  const misspelt = await run(JUDGE, [...asked, '--threat', 'BOREDOM']);
  expect(misspelt.answer.error.code).toBe('BAD_INPUT');

  const { id: _, contents: _contents, ...draft } = draftHttpOrder(['TRAFFIC']).input;
  const input = await write('draft.json', draft);
  const parts = { ...FIELDS, c: 'e-mail: someone@example', e: '2024-01-01 to 2026-01-01' };
  const addressee = await write('addressee.json', parts);
  const copy = await write('copy.json', { ...parts, i: 'needed', j: 'many were defrauded' });
  const check = ['order', 'check', '--input', input, '--addressee', addressee];
  const refused = await run(JUDGE, check);
  expect(refused.exit).toBe(1);
  expect(refused.answer.findings[0]).toMatchObject({ code: 'ENFORCING_MISMATCH' });
  const whole = [...check, '--enforcing', copy];
  const { refused: none, findings } = succeed(await run(JUDGE, whole));
  expect(none).toBe(0);
  expect(findings.map(({ code }: { code: string }) => code)).toEqual([
    ...['RANGE_TOO_LONG', 'IDENTIFIER_FORM'],
  ]);
  const shown = await text(JUDGE, [...whole, '--facts', facts, '--role', 'prosecutor']);
  expect(shown).toContain('ISSUER_NOT_ALLOWED');
  expect(shown).toContain('1 refusal, 2 doubts');
}, 60_000);
