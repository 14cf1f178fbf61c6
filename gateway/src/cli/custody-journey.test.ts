/** Three items go from CN to SG, which examines one: by command line, over a real gateway. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { takeStep } from './custody/take-step.ts';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';
import { openSession } from './session.ts';
import { runCli } from './testing.ts';

const CN = 'investigator.cn';
const SG = 'investigator.sg';

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
let acquisition: string;
const items: Record<string, string> = {};

beforeAll(async () => {
  journey = await Journey.open('custody');
  ({ at, run } = journey);
  for (const user of [CN, SG]) succeed(await journey.signIn(user, ['init']));
  acquisition = succeed(await run(CN, [...ACQUIRE, '--system', 'CN'])).id;
  await mkdir(at('seized'));
  await writeFile(at('seized/photo.jpg'), 'a photograph');
  await writeFile(at('seized/chat.txt'), 'a conversation');
  await writeFile(at('seized/same.txt'), 'a conversation');
  succeed(await run(CN, ['anchor', '--acquisition', acquisition, at('seized')]));
}, 120_000);
afterAll(() => journey?.close());

function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}
const refusal = async (user: string, args: readonly string[]) => {
  const { exit, answer } = await run(user, args);
  return [exit, answer.error?.code];
};
const because = ['--reason', 'request 44'];
const bundle = (name: string) => at(`${name}.bundle.json`);
const tell = async (user: string, args: readonly string[]) => {
  const told = await runCli(args, { home: journey.homeOf(user) });
  expect(told.exit, told.stderr).toBe(0);
  return told.stdout;
};

describe('items get custody records of their own', () => {
  it('an anchored one by its content, with the proof that is handed over with it', async () => {
    const open = ['custody', 'open', at('seized/photo.jpg'), ...because, '-o', bundle('photo')];
    // The attestation is collected because the batch committed.
    const answer = await vi.waitFor(async () => succeed(await run(CN, open)), 20_000);
    expect(answer).toMatchObject({ code: 'VALID', record: { flags: [] }, file: bundle('photo') });
    items.photo = answer.item;
    const again = await refusal(CN, [...open.slice(0, -1), at('again')]);
    expect(again).toEqual([1, 'ALREADY_EXISTS']);
    // What was refused leaves no file behind; one that is there is never replaced.
    await expect(stat(at('again'))).rejects.toThrow();
    expect(await refusal(CN, open)).toEqual([1, 'FILE_EXISTS']);
    const trust = at('trust.json');
    succeed(await run(CN, ['trust', 'export', '-o', trust]));
    const verify = ['verify', bundle('photo'), '--trust', trust, '--file', at('seized/photo.jpg')];
    expect(succeed(await run(CN, verify))).toMatchObject({ code: 'INTACT' });
  });

  it('one of several with the same content only by its place', async () => {
    const { exit, answer } = await run(CN, ['custody', 'open', at('seized/chat.txt'), ...because]);
    expect([exit, answer.error.code]).toEqual([2, 'ITEM_AMBIGUOUS']);
    const [, batch, index] = /--batch ([0-9a-f]{64}) --index (\d+)/.exec(answer.error.message)!;
    const place = ['--batch', batch!, '--index', index!];
    const open = ['custody', 'open', ...place, ...because, '-o', bundle('chat')];
    items.chat = succeed(await run(CN, open)).item;
  });

  it('a thing, whose description stays off the ledger', async () => {
    await writeFile(at('phone.png'), 'a picture of a phone');
    const answer = succeed(
      await run(CN, [
        ...['exhibit', 'register', '--acquisition', acquisition, '--exhibit', '2026-17/3'],
        ...['--thing', 'mobile-phone', '--description', 'black, cracked', '--mark', 'imei:4901542'],
        ...['--place', 'store 2', '--conditions', 'dry', '--picture', `PHOTO:${at('phone.png')}`],
        ...['--seal', 'A-17', ...because, '-o', bundle('phone')],
      ]),
    );
    items.phone = answer.item;
    expect(answer.record).toMatchObject({ seals: ['A-17'], origin: { exhibit: '2026-17/3' } });
    expect(JSON.stringify(answer.record)).not.toMatch(/cracked|4901542/);
    expect(await readFile(bundle('phone'), 'utf8')).toContain('cracked');
  });

  it('not what was never anchored', async () => {
    await writeFile(at('other'), 'never anchored');
    expect(await refusal(CN, ['custody', 'open', at('other'), ...because])).toEqual([
      1,
      'NOT_ANCHORED',
    ]);
  });
});

describe('three items go from CN to SG', () => {
  it('CN offers them; nobody else can', async () => {
    const offer = (item: string) => ['custody', 'offer', item, '--to', 'SgAgencyMSP', ...because];
    expect(await refusal(SG, offer(items.photo!))).toEqual([1, 'NOT_THE_HOLDER']);
    // An item is named by its digits or by its file.
    for (const item of [items.photo!, bundle('chat'), items.phone!]) {
      expect(succeed(await run(CN, offer(item)))).toMatchObject({
        record: { kind: 'OFFER', sequence: 1, to: { member: 'SgAgencyMSP' } },
      });
    }
    const twice = await refusal(CN, offer(items.photo!));
    expect(twice).toEqual([1, 'STEP_OUT_OF_ORDER']);
    expect(await refusal(CN, ['custody', 'offer', items.photo!, '--to', '/', ...because])).toEqual([
      2,
      'USAGE',
    ]);
  });

  it('SG finds them in its inbox, CN does not', async () => {
    const { items: waiting } = succeed(await run(SG, ['custody', 'inbox']));
    expect(waiting.map((entry: { kind: string }) => entry.kind)).toEqual(Array(3).fill('OFFER'));
    expect(succeed(await run(CN, ['custody', 'inbox'])).items).toEqual([]);
    expect(await tell(SG, ['custody', 'inbox'])).toContain(items.photo);
    expect(await tell(CN, ['custody', 'inbox'])).toContain('nothing waits');
    const list = ['custody', 'list', '--offered-to', 'SgAgencyMSP'];
    expect(succeed(await run(SG, list)).items).toHaveLength(3);
  });

  it('SG compares the content before it accepts, and nothing is claimed that was not compared', async () => {
    const accept = (item: string, ...more: string[]) => [
      ...['custody', 'accept', item, ...because, ...more],
    ];
    const wrong = accept(items.photo!, '--bundle', bundle('chat'), '--file', at('seized/chat.txt'));
    expect(await refusal(SG, wrong)).toEqual([10, 'COMMITMENT_OF_OTHER_ITEM']);
    await writeFile(at('altered.jpg'), 'A photograph');
    const altered = accept(items.photo!, '--bundle', bundle('photo'), '--file', at('altered.jpg'));
    expect(await refusal(SG, altered)).toEqual([10, 'CONTENT_DIFFERS']);
    expect(await refusal(SG, accept(items.photo!, '--file', at('altered.jpg')))).toEqual([
      2,
      'USAGE',
    ]);
    const right = accept(
      ...([items.photo!, '--bundle', bundle('photo'), '--file', at('seized/photo.jpg')] as const),
    );
    expect(await refusal(CN, right)).toEqual([1, 'NOT_THE_RECEIVER']);
    expect(succeed(await run(SG, right)).record).toMatchObject({
      kind: 'ACCEPT',
      checked: 'MATCHES',
    });
    // A broken seal is taken down as found; a thing has no content to hash.
    const thing = accept(bundle('phone'), '--bundle', bundle('phone'), '--file', at('phone.png'));
    expect(await refusal(SG, thing)).toEqual([2, 'USAGE']);
    const broken = accept(bundle('phone'), '--bundle', bundle('phone'), '--broken-seal', 'A-17');
    expect(succeed(await run(SG, broken)).record).toMatchObject({
      checked: 'NOT_CHECKED',
      flags: expect.arrayContaining(['SEAL_BROKEN']),
    });
    const refused = ['custody', 'refuse', items.chat!, '--reason', 'not requested'];
    expect(succeed(await run(SG, refused)).record).toMatchObject({ kind: 'REFUSE' });
    expect(succeed(await run(SG, ['custody', 'inbox'])).items).toEqual([]);
  });

  it('CN offers the refused one again, and SG puts the difference on record', async () => {
    const offer = ['custody', 'offer', items.chat!, '--to', 'SgAgencyMSP', ...because];
    expect(succeed(await run(CN, offer)).record).toMatchObject({ sequence: 3 });
    const accepted = await run(SG, [
      ...['custody', 'accept', items.chat!, '--bundle', bundle('chat'), ...because],
      ...['--file', at('seized/photo.jpg'), '--record-difference'],
    ]);
    expect(succeed(accepted).record).toMatchObject({ checked: 'DIFFERS' });
  });
});

describe('SG examines one', () => {
  it('and records the tool, the report and what it compared', async () => {
    await writeFile(at('report.pdf'), 'what was found');
    const examined = await run(SG, [
      ...['custody', 'examine', items.photo!, '--method', 'metadata', '--tool', 'viewer@2.1'],
      ...['--report', at('report.pdf'), '--bundle', bundle('photo')],
      ...['--file', at('seized/photo.jpg'), ...because],
    ]);
    expect(succeed(examined).record).toMatchObject({
      ...{ kind: 'EXAMINE', sequence: 3, checked: 'MATCHES' },
      ...{ tools: [{ name: 'viewer', version: '2.1' }], report: { size: 14 } },
    });
    // What is under seal is not examined.
    const sealed = ['custody', 'examine', items.phone!, '--method', 'extraction', ...because];
    expect(await refusal(SG, sealed)).toEqual([1, 'ITEM_SEALED']);
  });

  it('derives a result that points to its source', async () => {
    await writeFile(at('faces.csv'), 'x,y');
    const derive = [
      ...['custody', 'derive', items.photo!, '--form', 'ANALYSIS', '--file', at('faces.csv')],
      ...['--tool', 'finder@1.0', ...because, '-o', bundle('faces')],
    ];
    const { item, record } = succeed(await run(SG, derive));
    expect(record.origin).toMatchObject({ kind: 'DERIVED', source: items.photo });
    const shown = succeed(await run(SG, ['custody', 'show', bundle('faces')]));
    expect(shown.provenance).toMatchObject({
      acquisition: { key: `acquisition/${acquisition}` },
      sources: [{ record: { item: items.photo } }],
    });
    const source = succeed(await run(SG, ['custody', 'show', items.photo!]));
    expect(source.derived).toMatchObject([{ record: { item } }]);
  });

  it('shows the whole life with both times, flags and broken seals', async () => {
    const life = succeed(await run(CN, ['custody', 'show', items.phone!]));
    expect(life.steps.map(({ record }: { record: { kind: string } }) => record.kind)).toEqual([
      'OFFER',
      'ACCEPT',
    ]);
    expect(life.head).toMatchObject({ holder: { member: 'SgAgencyMSP' }, sequence: 2 });
    const told = await tell(CN, ['custody', 'show', items.phone!]);
    expect(told).toMatch(/NO +HAPPENED +RECORDED +BLOCK +STEP +BY +SAYING +FLAGS/);
    expect(told).toMatch(
      /2 +\S+Z +\S+Z +\d+ +ACCEPT +SgAgencyMSP\/p-\S+ +found seals A-17 BROKEN; /,
    );
    expect(told).toMatch(/Flagged .*SEAL_BROKEN \(2\)/);
    expect(told).not.toContain('authentic');
  });
});

describe('what else happens to items', () => {
  it('seals, holds, moves, corrections and ends, each where it is lawful', async () => {
    const { phone, photo } = items as { phone: string; photo: string };
    const step = async (user: string, ...args: string[]) =>
      succeed(await run(user, [...args, ...because])).record;
    await step(SG, 'custody', 'unseal', phone, '--broken-seal', 'A-17');
    await step(SG, 'custody', 'seal', phone, '--seal', 'B-1');
    await step(
      ...([SG, 'exhibit', 'move', phone, '--place', 'laboratory', '--conditions', 'dry'] as const),
      ...['--found-seal', 'B-1'],
    );
    succeed(await journey.signIn('judicialReviewer.sg', ['init']));
    const basis = ['--legal-basis', 'founding-agreement@1'];
    await step('judicialReviewer.sg', 'custody', 'hold', photo, ...basis);
    const giveBack = ['custody', 'return', photo, '--to', 'the owner', ...because];
    expect(await refusal(SG, giveBack)).toEqual([1, 'ITEM_ON_HOLD']);
    await step('judicialReviewer.sg', 'custody', 'lift', photo);
    expect(await refusal('judicialReviewer.sg', ['custody', 'lift', photo, ...because])).toEqual([
      1,
      'HOLD_UNKNOWN',
    ]);
    succeed(await run(SG, giveBack));
    const corrected = await step(
      ...([
        SG,
        'custody',
        'correct',
        photo,
        '--corrects',
        '3',
        '--statement',
        'viewer 2.2',
      ] as const),
    );
    const shown = succeed(await run(SG, ['custody', 'show', photo]));
    expect(shown.steps[2].key).toBe(`custody/${corrected.corrects}`);
    const told = await tell(SG, ['custody', 'show', photo]);
    expect(told).toMatch(/CORRECT .* step 3: viewer 2\.2/);
    expect(told).toMatch(/LIFT .* the hold of step 4/);
    const beyond = [
      'custody',
      'correct',
      photo,
      '--corrects',
      '99',
      '--statement',
      'x',
      ...because,
    ];
    expect(await refusal(SG, beyond)).toEqual([2, 'USAGE']);
    const dispose = [
      'custody',
      'dispose',
      photo,
      ...basis,
      '--authority',
      'JUDICIAL:1',
      ...because,
    ];
    expect(await refusal(SG, dispose)).toEqual([1, 'STEP_OUT_OF_ORDER']);
    const past = ['custody', 'offer', phone, '--to', 'CnAgencyMSP', ...because];
    const backdated = [...past, '--happened', '2020-01-01T00:00:00Z'];
    expect(await refusal(SG, backdated)).toEqual([1, 'TIME_ORDER']);
    await step(SG, 'custody', 'offer', phone, '--to', 'CnAgencyMSP');
    await step(SG, 'custody', 'withdraw', phone);
  });

  it('lists by flag, holder, origin and case', async () => {
    const list = async (...args: string[]) =>
      succeed(await run(CN, ['custody', 'list', ...args])).items.map(
        ({ record }: { record: { item: string } }) => record.item,
      );
    expect(await list('--flag', 'SEAL_BROKEN')).toEqual([items.phone]);
    expect(await list('--flag', 'CONTENT_DIFFERS')).toEqual([items.chat]);
    expect(await list('--flag', 'CORRECTED')).toEqual([items.photo]);
    expect(await list('--status', 'RETURNED')).toEqual([items.photo]);
    expect(await list('--holder', 'CnAgencyMSP')).toEqual([]);
    expect(await list('--case', 'TEST/2026/1', '--acquisition', acquisition)).toHaveLength(4);
    const exhibits = succeed(await run(CN, ['exhibit', 'list']));
    expect(exhibits.items).toMatchObject([{ record: { item: items.phone } }]);
    expect(await tell(CN, ['exhibit', 'list'])).toContain(items.phone);
  });

  it('counts recorded cases, and says that it counts no others', async () => {
    const counted = succeed(await run(CN, ['custody', 'stats']));
    expect(counted).toMatchObject({
      items: { byStatus: { HELD: 3, OFFERED: 0, RETURNED: 1, DISPOSED: 0 } },
      handOvers: { acrossBorders: { offered: 5, accepted: 3, refused: 1, withdrawn: 1, open: 0 } },
      retrieval: { handOvers: { of: 3, outOf: 5, basisPoints: 6000 } },
    });
    expect(counted.definitions.scope).toMatch(/^Recorded cases only/);
    expect(await tell(CN, ['custody', 'stats'])).toContain('Recorded cases only');
  });
});

describe('a mirror copy', () => {
  it('is confirmed only by the state that has the original, and only with its digest', async () => {
    const { answer: several } = await run(CN, [
      'custody',
      'open',
      at('seized/same.txt'),
      ...because,
    ]);
    const places = [...several.error.message.matchAll(/--batch ([0-9a-f]{64}) --index (\d+)/g)];
    const taken = succeed(await run(CN, ['custody', 'show', items.chat!])).opening.record.origin;
    const [, batch, index] = places.find(([, , number]) => Number(number) !== taken.index)!;
    const place = ['custody', 'open', '--batch', batch, '--index', index, ...because];
    const mirror = [...place, '--mirror-of', 'DE:Provider-7', '-o', bundle('mirror')];
    expect((await refusal(CN, [...place, '--original-sha256', 'a'.repeat(64)]))[1]).toBe('USAGE');
    const { item, record } = succeed(await run(CN, mirror));
    expect(record.mirrorOf).toMatchObject({ jurisdiction: 'DE', custodian: 'Provider-7' });

    const liaison = 'liaisonAuthority.de';
    succeed(await journey.signIn(liaison, ['init']));
    const { items: waiting } = succeed(await run(liaison, ['custody', 'inbox']));
    expect(waiting).toMatchObject([{ kind: 'MIRROR', item: { record: { item } } }]);
    expect(await tell(liaison, ['custody', 'inbox'])).toMatch(/confirmation +[0-9a-f]{64}/);
    const confirm = ['custody', 'confirm', item, '--position', 'CONFIRMED', ...because];
    expect(await refusal(liaison, confirm)).toEqual([2, 'USAGE']);
    const other = [...confirm, '--original', at('seized/photo.jpg')];
    expect(await refusal(liaison, other)).toEqual([1, 'MIRROR_DIGEST_DIFFERS']);
    // A denial says on what ground; the copy's own digest is not one.
    const deny = ['custody', 'confirm', item, '--position', 'DENIED', ...because];
    const same = ['--original', at('seized/chat.txt')];
    expect(await refusal(liaison, [...deny, ...same])).toEqual([2, 'USAGE']);
    const differs = [...deny, '--ground', 'CONTENT_DIFFERS'];
    expect(await refusal(liaison, differs)).toEqual([2, 'USAGE']);
    expect(await refusal(liaison, [...differs, ...same])).toEqual([1, 'MIRROR_GROUND_MISMATCH']);
    const denied = succeed(await run(liaison, [...deny, '--ground', 'NOT_AUTHORISED', ...same]));
    expect(denied.record).toMatchObject({ ground: 'NOT_AUTHORISED', flags: ['MIRROR_DENIED'] });
    const list = succeed(await run(CN, ['custody', 'list', '--flag', 'MIRROR_DENIED']));
    expect(list.items).toMatchObject([{ record: { item }, flags: ['MIRROR_DENIED'] }]);
    expect(await tell(CN, ['custody', 'show', item])).toMatch(
      /CONFIRM .* DENIED; NOT_AUTHORISED; .* MIRROR_DENIED/,
    );
    const right = [...confirm, '--original', at('seized/chat.txt')];
    expect(succeed(await run(liaison, right)).record).toMatchObject({ position: 'CONFIRMED' });
    expect(await tell(CN, ['custody', 'show', item])).toMatch(
      /Mirror of .*Provider-7 in DE, CONFIRMED/,
    );
    items.mirror = item;
  });
});

describe('an exchange', () => {
  it('takes an item on, and passes it to a colleague through its delegate', async () => {
    const [analyst, delegate] = ['analyst.exchange', 'delegate.exchange'];
    for (const user of [analyst, delegate]) succeed(await journey.signIn(user, ['init']));
    const item = items.mirror!;
    const step = (user: string, verb: string, ...args: string[]) =>
      run(user, ['custody', verb, item, ...args, ...because]);
    succeed(await step(CN, 'offer', '--to', 'ExchangeMSP'));
    succeed(await step(analyst, 'accept'));
    const { answer } = await step(analyst, 'take-over');
    expect(answer.error.code).toBe('ROLE_NOT_ALLOWED');
    succeed(await step(delegate, 'take-over'));
    expect((await step(delegate, 'examine', '--method', 'looked at')).answer.error.code).toBe(
      'ROLE_NOT_ALLOWED',
    );
    succeed(await step(delegate, 'offer', '--to', 'ExchangeMSP'));
    succeed(await step(analyst, 'accept'));
    const { head } = succeed(await run(CN, ['custody', 'show', item]));
    expect(head).toMatchObject({ status: 'HELD', holder: { member: 'ExchangeMSP' } });
  });
});

describe('reviews of an item', () => {
  it('take whatever custody takes for one, and say to which objection a reply belongs', async () => {
    const reviewer = 'judicialReviewer.sg';
    const basis = ['--legal-basis', 'founding-agreement@1'];
    await writeFile(at('owner.txt'), 'Li Si');
    const named = ['person', 'make', at('owner.json'), '--name', at('owner.txt')];
    succeed(await run(reviewer, named));
    const object = [
      ...['review', 'object', bundle('photo'), '--for', 'DEFENCE', '--person', at('owner.json')],
      ...[...basis, ...because],
    ];
    const { id, subject, record } = succeed(await run(reviewer, object));
    expect([id, subject]).toEqual([record.id, items.photo]);
    const judge = ['review', 'judge', bundle('photo'), '--outcome', 'CHALLENGED', ...basis];
    expect(succeed(await run(reviewer, [...judge, ...because])).subject).toBe(items.photo);
    const reply = ['review', 'reply', id, '--outcome', 'REJECTED', ...basis, ...because];
    const told = await tell(CN, reply);
    expect(told).toMatch(new RegExp(`answered objection ${id}: REJECTED, flagged SELF_REVIEW`));
    const shown = await tell(CN, ['custody', 'show', bundle('photo')]);
    expect(shown).toMatch(new RegExp(`REPLY to ${id} +REJECTED .* SELF_REVIEW`));
    expect(await tell(CN, ['review', 'list', bundle('photo')])).toContain(`reply to ${id}`);
    const flagged = succeed(await run(CN, ['custody', 'list', '--flag', 'SELF_REVIEW']));
    expect(flagged.items).toMatchObject([{ record: { item: items.photo } }]);
    const nothing = ['review', 'judge', at('seized'), '--outcome', 'ACCEPTED', ...basis];
    expect(await refusal(reviewer, [...nothing, ...because])).toEqual([2, 'USAGE']);
  });
});

describe('two people at once', () => {
  /** Between the moment at which the head was read and the step that follows on it. */
  const overtake = async (user: string, between: () => Promise<unknown>) => {
    const session = await openSession({
      context: {
        environment: { TABELLION_HOME: journey.homeOf(user) },
        stdin: Readable.from([]),
        stdout: new PassThrough(),
        stderr: new PassThrough(),
        now: Date.now,
        signal: new AbortController().signal,
      },
      options: { progress: 'none' },
    });
    let isRead = false;
    const get: typeof session.client.get = async (...asked) => {
      const answer = await session.client.get(...asked);
      if (!isRead) {
        isRead = true;
        await between();
      }
      return answer;
    };
    return { ...session, client: { ...session.client, get } };
  };
  const toCn = () => ({
    ...{ to: { member: 'CnAgencyMSP' }, reason: 'request 44', happenedAt: Date.now() },
  });

  it('a step is taken again where it still means the same', async () => {
    const item = items.chat!;
    const hold = ['custody', 'hold', item, '--legal-basis', 'founding-agreement@1', ...because];
    const session = await overtake(SG, async () => succeed(await run('judicialReviewer.sg', hold)));
    const { record } = await takeStep(session, 'offer', item, toCn);
    expect(record).toMatchObject({ kind: 'OFFER', sequence: 6 });
    const { head } = succeed(await run(SG, ['custody', 'show', item]));
    expect(head).toMatchObject({ status: 'OFFERED', holds: [{ member: 'SgAgencyMSP' }] });
  });

  it('and else it is not, and its person is told where the item is now', async () => {
    const item = items.chat!;
    const accept = ['custody', 'accept', item, ...because];
    const session = await overtake(SG, async () => succeed(await run(CN, accept)));
    const late = takeStep(session, 'withdraw', item, () => ({
      ...{ reason: 'too late', happenedAt: Date.now() },
    }));
    await expect(late).rejects.toMatchObject({
      code: 'ITEM_CHANGED',
      message: expect.stringMatching(/HELD by CnAgencyMSP\/p-\S+, at step 7; nothing was recorded/),
    });
  });

  it('one hand-over of two wins', async () => {
    const offer = ['custody', 'offer', items.chat!, ...because, '--to'];
    const rivals = await Promise.all([
      run(CN, [...offer, 'SgAgencyMSP']),
      run(CN, [...offer, 'DeAgencyMSP']),
    ]);
    const [won, lost] = rivals.sort((one, other) => one.exit - other.exit);
    expect([won!.exit, lost!.exit], JSON.stringify(rivals)).toEqual([0, 1]);
    expect(['ITEM_CHANGED', 'STEP_OUT_OF_ORDER']).toContain(lost!.answer.error.code);
    const { head } = succeed(await run(CN, ['custody', 'show', items.chat!]));
    expect(head.offer.to).toEqual(won!.answer.record.to);
  });
});

it('the audit follows every item from end to end', async () => {
  const { answer, exit } = await run(CN, ['audit', '--trust', at('trust.json')]);
  expect([exit, answer.outcome], JSON.stringify(answer.break)).toEqual([0, 'CLEAN']);
});
