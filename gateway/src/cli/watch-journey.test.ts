/** Watches and webhooks by command line, over a real gateway, with the receiver that the docs show. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { networkOf, writeReserved } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { type Receiver, startReceiver } from '../webhook/testing.ts';
import { type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const CN = 'analyst.cn';
const AUTHORITY = 'centralAuthority.cn';
const BASIS = ['--legal-basis', 'cn-cpl-141@1', '--reason', 'wallets of a campaign'];
const LABEL = [
  '--network',
  'ETH',
  '--category',
  'romance-scam',
  '--label',
  'one',
  '--source',
  'file',
];
const DOCS = join(import.meta.dirname, '../../../docs/watching.md');
const MISTYPED = '0xD0cC2B24980CBCCA47EF755Da88B220a82291408';
const TEST_ADDRESS = writeReserved(networkOf('eip155:1')!, 'LABELLED')!;

let journey: Journey;
let run: Journey['run'];
let receiver: Receiver;

beforeAll(async () => {
  journey = await Journey.open('watch');
  ({ run } = journey);
  receiver = await startReceiver();
  for (const user of [CN, AUTHORITY]) succeed(await journey.signIn(user, ['init']));
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await journey?.close();
});

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const refusal = async (user: string, args: readonly string[]) => {
  const { exit, answer } = await run(user, args);
  return [exit, answer.error?.code];
};
const text = async (user: string, args: readonly string[]) =>
  (await runCli(args, { home: journey.homeOf(user) })).stdout;
const arrived = (count: number) =>
  vi.waitFor(() => expect(receiver.received).toHaveLength(count), { timeout: 20_000 });

describe('an integration from end to end', () => {
  let watch: string;
  let endpoint: string;

  it('registers an endpoint, whose secret is in a file of its own', async () => {
    const file = journey.at('hook.secret');
    const done = succeed(
      await run(AUTHORITY, ['webhook', 'register', receiver.url, '--secret-file', file]),
    );
    endpoint = done.endpoint.id;
    expect(JSON.stringify(done)).not.toContain('whsec_');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^whsec_/);
    succeed(await run(AUTHORITY, ['webhook', 'test', endpoint]));
    await arrived(1);
    expect(await text(AUTHORITY, ['webhook', 'messages', endpoint])).toContain('DELIVERED 204');
    const refused = ['webhook', 'register', 'https://10.0.0.1/'];
    expect(await refusal(AUTHORITY, refused)).toEqual([1, 'WEBHOOK_URL_REFUSED']);
    expect(await refusal(CN, ['webhook', 'list'])).toEqual([1, 'ROLE_NOT_ALLOWED']);
  });

  it('watches addresses, and says which it does not', async () => {
    const args = ['watch', 'create', '--name', 'Wallets of a campaign', '--shared'];
    watch = succeed(await run(CN, args)).id;
    await writeFile(journey.at('list.txt'), `${sampleAddress(1)}\n${MISTYPED}\n`);
    const added = await run(CN, [
      ...['watch', 'add', watch, '--file', journey.at('list.txt'), '--purpose', 'CASE-2026-1'],
    ]);
    expect(added).toMatchObject({
      exit: 3,
      answer: { added: 1, size: 1, refused: [{ address: MISTYPED, code: 'ADDRESS_CHECKSUM' }] },
    });
    expect(await text(CN, ['watch', 'addresses', watch])).toContain(sampleAddress(1));
    expect(await text(AUTHORITY, ['watch', 'list'])).toMatch(/ADDRESSES +1 +MEMBER/);
    expect(await refusal(CN, ['watch', 'add', 'x', sampleAddress(1), '--purpose', 'x'])).toEqual([
      ...[2, 'USAGE'],
    ]);
  });

  it('tries the whole way with the address that is reserved for it', async () => {
    succeed(await run(CN, ['watch', 'add', watch, TEST_ADDRESS, '--purpose', 'integration']));
    await arrived(2);
    const { id, test } = JSON.parse(receiver.received[1]!.body).data;
    expect(test).toBe(true);
    const shown = await text(AUTHORITY, ['watch', 'alert', id]);
    expect(shown).toContain('TEST: nothing happened');
    expect(shown).toContain(TEST_ADDRESS);
    succeed(await run(CN, ['watch', 'drop', watch, TEST_ADDRESS]));
    const help = await text(CN, ['webhook', 'test', '--help']);
    const docs = await readFile(DOCS, 'utf8');
    for (const told of [help, docs]) expect(told).toContain(TEST_ADDRESS);
  });

  it('is told of a label, asks what it is, and says that it was seen', async () => {
    await run(CN, ['label', 'add', '-', ...LABEL, ...BASIS], { stdin: sampleAddress(1) });
    await arrived(3);
    const { id } = JSON.parse(receiver.received[2]!.body).data;
    const { alert, labels } = succeed(await run(AUTHORITY, ['watch', 'alert', id]));
    expect(alert).toMatchObject({ event: 'ASSERTED', watch, count: 1 });
    expect(labels.items).toMatchObject([{ address: sampleAddress(1) }]);
    const screened = await run(AUTHORITY, ['screen', sampleAddress(1), '--purpose', 'CASE-2026-1']);
    expect(screened, JSON.stringify(screened)).toMatchObject({ exit: 10 });
    succeed(await run(AUTHORITY, ['watch', 'acknowledge', id]));
    const open = succeed(await run(CN, ['watch', 'alerts', '--open', '--watch', watch]));
    expect(open.items.map(({ event }: { event: string }) => event)).toEqual(['TEST']);
  });

  it('verifies what came as the docs show, and neither a changed nor an old message', async () => {
    const docs = await readFile(DOCS, 'utf8');
    const [, code] = /```js\n([\s\S]*?)```/.exec(docs)!;
    await writeFile(journey.at('verify.mjs'), code!);
    const { verify } = await import(
      /* @vite-ignore */ pathToFileURL(journey.at('verify.mjs')).href
    );
    const secret = (await readFile(journey.at('hook.secret'), 'utf8')).trim();
    const { headers, body } = receiver.received[2]!;
    expect(verify(headers, body, secret)).toBe(true);
    expect(verify(headers, Buffer.from(body), secret)).toBe(true);
    expect(verify(headers, body.replace('alert', 'alarm'), secret)).toBe(false);
    expect(verify({ ...headers, 'webhook-id': 'msg_other' }, body, secret)).toBe(false);
    expect(verify(headers, body, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
    expect(verify({ ...headers, 'webhook-signature': 'v1,' }, body, secret)).toBe(false);
    const { 'webhook-signature': _, ...unsigned } = headers;
    expect(verify(unsigned, body, secret)).toBe(false);
    const sent = Number(headers['webhook-timestamp']) * 1000;
    for (const [shift, isFresh] of [
      [-301_000, false],
      [-299_000, true],
      [299_000, true],
      [301_000, false],
    ] as const)
      expect(verify(headers, body, secret, sent + shift)).toBe(isFresh);
    // While a rotation lasts, the old secret and the new one both verify.
    const rotated = succeed(await run(AUTHORITY, ['webhook', 'rotate', endpoint]));
    succeed(await run(AUTHORITY, ['webhook', 'test', endpoint]));
    await arrived(4);
    const last = receiver.received[3]!;
    expect([secret, rotated.secret].map((key) => verify(last.headers, last.body, key))).toEqual([
      ...[true, true],
    ]);
  });

  it('sends again what failed, and nothing to an endpoint that is disabled', async () => {
    const messages = succeed(await run(AUTHORITY, ['webhook', 'messages', endpoint])).items;
    const { id } = messages[2];
    succeed(await run(AUTHORITY, ['webhook', 'redeliver', endpoint, id]));
    await arrived(5);
    expect(receiver.received[4]!.headers['webhook-id']).toBe(id);
    succeed(await run(AUTHORITY, ['webhook', 'disable', endpoint]));
    expect(await text(AUTHORITY, ['webhook', 'list'])).toContain('DISABLED: ASKED');
    succeed(await run(AUTHORITY, ['webhook', 'enable', endpoint]));
    receiver.answer = (response) => response.writeHead(500).end();
    const tried = await run(AUTHORITY, ['webhook', 'test', endpoint]);
    expect(tried).toMatchObject({ exit: 12, answer: { attempts: [{ code: 'ANSWER_REFUSED' }] } });
    const moved = ['webhook', 'change', endpoint, `${receiver.url}/new`];
    expect(succeed(await run(AUTHORITY, moved)).url).toMatch(/\/new$/);
    succeed(await run(AUTHORITY, ['webhook', 'remove', endpoint]));
    expect(await text(AUTHORITY, ['webhook', 'list'])).toContain('no endpoints');
  });

  it('ends a watch with its alerts', async () => {
    const change = ['watch', 'change', watch, '--name', 'Another', '--access', 'OWNER'];
    expect(succeed(await run(CN, change))).toMatchObject({ name: 'Another', access: 'OWNER' });
    expect(await refusal(CN, ['watch', 'change', watch])).toEqual([2, 'USAGE']);
    expect(await refusal(AUTHORITY, ['watch', 'remove', watch])).toEqual([1, 'NOT_FOUND']);
    succeed(await run(CN, ['watch', 'remove', watch]));
    expect(succeed(await run(CN, ['watch', 'alerts', '--watch', watch])).items).toEqual([]);
  });
});

describe('watches of somebody who has left', () => {
  const DELEGATE = 'delegate.cn';
  const PURPOSE = ['--purpose', 'Its owner has left'];

  it('are found by a delegate, who takes one over and ends another', async () => {
    succeed(await journey.signIn(DELEGATE, ['init']));
    const made = ['watch', 'create', '--name', 'Left behind'];
    const [one, two] = [succeed(await run(CN, made)).id, succeed(await run(CN, made)).id];
    succeed(await run(CN, ['watch', 'add', one, sampleAddress(7), ...PURPOSE]));
    expect(await refusal(CN, ['watch', 'oversee'])).toEqual([1, 'ROLE_NOT_ALLOWED']);
    const overseen = await text(DELEGATE, ['watch', 'oversee']);
    expect(overseen).toMatch(
      new RegExp(`${one} +ADDRESSES +1 +OWNER +0 +[0-9a-f]{40} .*Left behind`),
    );
    expect(overseen).not.toContain(sampleAddress(7));
    expect(await refusal(DELEGATE, ['watch', 'addresses', one])).toEqual([1, 'NOT_FOUND']);
    expect(await refusal(DELEGATE, ['watch', 'end', two, '--purpose', 'für'])).toEqual([
      2,
      'USAGE',
    ]);
    const taken = succeed(await run(DELEGATE, ['watch', 'take-over', one, ...PURPOSE]));
    expect(taken).toMatchObject({ id: one, own: true, size: 1 });
    expect(await text(DELEGATE, ['watch', 'addresses', one])).toContain(sampleAddress(7));
    expect(await text(DELEGATE, ['watch', 'oversee'])).toMatch(new RegExp(`${one} .* you `));
    succeed(await run(DELEGATE, ['watch', 'end', two, ...PURPOSE]));
    expect(await text(CN, ['watch', 'list'])).not.toContain('Left behind');
  });

  it('and endpoints: a delegate sees the host, and ends one', async () => {
    const registered = await run(AUTHORITY, ['webhook', 'register', `${receiver.url}/in-secret`]);
    const { id } = succeed(registered).endpoint;
    expect(await refusal(CN, ['webhook', 'oversee'])).toEqual([1, 'ROLE_NOT_ALLOWED']);
    const overseen = await text(DELEGATE, ['webhook', 'oversee']);
    expect(overseen).toMatch(
      new RegExp(`${id} +ENABLED +[0-9a-f]{40} .*${new URL(receiver.url).host}`),
    );
    expect(overseen).not.toContain('in-secret');
    expect(await refusal(DELEGATE, ['webhook', 'end', id, '--purpose', 'für'])).toEqual([
      2,
      'USAGE',
    ]);
    succeed(await run(DELEGATE, ['webhook', 'end', id, ...PURPOSE]));
    expect(await text(AUTHORITY, ['webhook', 'list'])).not.toContain(id);
  });
});
