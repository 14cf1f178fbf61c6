/** The defence sees part of a case by command line, over a real gateway; objections go both ways. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractCommitted, leafHash, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACQUIRE, type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

const CN = 'investigator.cn';
const SG = 'judicialReviewer.sg';
const LIAISON = 'liaisonAuthority.sg';
/** Nobody's home: no key, no sign-in. */
const OUTSIDER = 'outsider';

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];
let acquisition: string;
/** The person for whom access is granted, by the file of `person make`. */
let PERSON: string;
const BASIS = ['--legal-basis', 'cn-cpl-136@1'];

beforeAll(async () => {
  journey = await Journey.open('disclosure');
  ({ at, run } = journey);
  for (const user of [CN, SG, LIAISON]) succeed(await journey.signIn(user, ['init']));
  acquisition = succeed(await run(CN, [...ACQUIRE, '--system', 'CN'])).id;
  PERSON = at('counsel.json');
  await writeFile(at('name.txt'), '王律师\n');
  succeed(await run(CN, ['person', 'make', PERSON, '--name', at('name.txt')]));
  await mkdir(at('seized'));
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(at(`seized/${name}`), `content ${name}`);
  succeed(await run(CN, ['anchor', '--acquisition', acquisition, at('seized')]));
  succeed(await run(CN, ['close', acquisition, '--reason', 'done']));
  succeed(await run(CN, ['trust', 'export', '-o', at('trust.json')]));
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
const sha256Of = async (name: string) => {
  const { items } = succeed(await run(CN, ['evidence', 'find', at(`seized/${name}`)]));
  return items[0].commitment.digest.sha256 as string;
};
const granting = (secret: string, ...chosen: string[]) => [
  ...['disclosure', 'grant', acquisition, ...chosen, '--to', 'DEFENCE', '--person', PERSON],
  ...['--until', new Date(Date.now() + 3_600_000).toISOString(), ...BASIS],
  ...['--reason', 'access to the file', '--secret', at(secret)],
];
const opening = (secret: string, directory: string) => [
  ...['disclosure', 'open', at(directory), '--secret', at(secret), '--trust', at('trust.json')],
  ...['--gateway', journey.node.address],
];
const verifying = (path: string) => [
  ...['disclosure', 'verify', at(path), '--trust', at('trust.json')],
];

describe('a disclosure', () => {
  let grant: string;

  it('is granted on chosen items; its secret lies in a file of its own and nowhere else', async () => {
    const chosen = [await sha256Of('a'), await sha256Of('b')];
    await writeFile(at('shown.txt'), `${chosen[0]}\n\n`);
    const args = granting('access.txt', '--items', at('shown.txt'), '--item', chosen[1]!);
    const { exit, stdout } = await runCli(args, { home: journey.homeOf(CN) });
    expect(exit).toBe(0);
    const text = await readFile(at('access.txt'), 'utf8');
    const [id, secret] = text.trim().split('.') as [string, string];
    expect(stdout).toContain(id);
    expect(stdout).not.toContain(secret);
    expect((await stat(at('access.txt'))).mode & 0o777).toBe(0o600);
    grant = id;
    const { items } = succeed(await run(SG, ['disclosure', 'list']));
    // The ledger has the digest of exactly the file's bytes, and no name.
    const person = createHash('sha256')
      .update(await readFile(PERSON))
      .digest('hex');
    expect(items).toMatchObject([
      { state: 'ACTIVE', grant: { record: { id, size: 2, withheld: 2, to: { person } } } },
    ]);
    expect(succeed(await run(OUTSIDER, ['person', 'show', PERSON]))).toEqual({
      ...{ digest: person, name: '王律师' },
    });
    expect((await stat(PERSON)).mode & 0o777).toBe(0o600);
    const again = ['person', 'make', PERSON, '--name', at('name.txt')];
    expect(await refusal(CN, again)).toEqual([1, 'FILE_EXISTS']);
    await writeFile(at('lines.txt'), 'two\nlines');
    const wrong = ['person', 'make', at('three.json'), '--name', at('lines.txt')];
    expect(await refusal(CN, wrong)).toEqual([2, 'BAD_INPUT']);
    await writeFile(at('edited.json'), `${await readFile(PERSON, 'utf8')}\n`);
    expect(await refusal(CN, ['person', 'show', at('edited.json')])).toEqual([
      ...[1, 'FILE_MALFORMED'],
    ]);
    // What is there already is not written over.
    expect(await refusal(CN, args)).toEqual([1, 'FILE_EXISTS']);
  });

  it('is opened by the secret alone, saved and verified, and verified again without a network', async () => {
    const opened = await run(OUTSIDER, opening('access.txt', 'seen'));
    expect(opened.exit, JSON.stringify(opened.answer)).toBe(0);
    expect(opened.answer).toMatchObject({
      outcome: 'INTACT',
      sound: 2,
      unsound: [],
      grant: { id: grant, acquisition, size: 2, withheld: 2, member: 'CnAgencyMSP' },
    });
    expect((await readdir(at('seen/proofs'))).sort()).toEqual(['0.proof.json', '1.proof.json']);
    expect(succeed(await run(OUTSIDER, verifying('seen')))).toMatchObject({ sound: 2 });
    expect(await refusal(OUTSIDER, opening('access.txt', 'seen'))).toEqual([1, 'FILE_EXISTS']);
  });

  it('that was altered on the way is found out, item by item', async () => {
    const proof = join(at('seen'), 'proofs', '1.proof.json');
    const sound = await readFile(proof);
    await writeFile(proof, await readFile(join(at('seen'), 'proofs', '0.proof.json')));
    const swapped = await run(OUTSIDER, verifying('seen'));
    expect(swapped).toMatchObject({
      exit: 10,
      answer: { outcome: 'MISMATCH', sound: 1, unsound: [{ what: 1, code: 'OTHER_ITEM' }] },
    });
    await writeFile(proof, sound);
    const set = await readFile(at('seen/set.txt'), 'utf8');
    await writeFile(at('seen/set.txt'), set.split('\n').slice(1).join('\n'));
    expect(await run(OUTSIDER, verifying('seen'))).toMatchObject({
      exit: 10,
      answer: { unsound: [{ what: 'set', code: 'SET_SIZE_MISMATCH' }] },
    });
    // What is no list says nothing of what was granted: that is no mismatch.
    await writeFile(at('seen/set.txt'), set.replaceAll('\n', '\r\n'));
    expect(await run(OUTSIDER, verifying('seen'))).toMatchObject({
      exit: 1,
      answer: { outcome: 'UNREADABLE', unsound: [{ what: 'set', code: 'SET_MALFORMED' }] },
    });
    await writeFile(at('seen/set.txt'), set);
    await rm(at('seen/grant.pb'));
    expect(await refusal(OUTSIDER, verifying('seen'))).toEqual([1, 'FILE_UNREADABLE']);
    succeed(await run(OUTSIDER, opening('access.txt', 'again')));
    await copyFile(at('again/grant.pb'), at('seen/grant.pb'));
  });

  it('leaves a proof of what was kept back', async () => {
    const shown = (await readFile(at('seen/set.txt'), 'utf8')).trim().split('\n');
    const proving = (leaf: string, to: string) => [
      ...['disclosure', 'prove', grant, '--leaf', leaf, '-o', at(to)],
    ];
    const kept = 'cd'.repeat(32);
    expect(succeed(await run(CN, proving(kept, 'kept.json')))).toMatchObject({ kind: 'ABSENT' });
    expect(succeed(await run(OUTSIDER, verifying('kept.json')))).toMatchObject({ kind: 'ABSENT' });
    succeed(await run(CN, proving(shown[0]!, 'shown.json')));
    expect(succeed(await run(OUTSIDER, verifying('shown.json')))).toMatchObject({ kind: 'MEMBER' });
    // Only with the item's own proof is it an item of the acquisition that was kept back.
    const itemProof = at('d.proof.json');
    const exporting = ['proof', 'export', at('seized/d'), '-o', itemProof];
    await vi.waitFor(async () => succeed(await run(CN, exporting)), 20_000);
    const withheld = toHex(leafHash(extractCommitted(await readFile(itemProof))));
    const byFile = ['disclosure', 'prove', grant, '--item', itemProof, '-o', at('withheld.json')];
    expect(succeed(await run(CN, byFile))).toMatchObject({ leaf: withheld, kind: 'ABSENT' });
    expect(await refusal(CN, [...byFile, '--leaf', withheld])).toEqual([2, 'USAGE']);
    expect(await refusal(CN, proving(withheld.slice(2), 'no.json'))).toEqual([2, 'USAGE']);
    const withItem = [...verifying('withheld.json'), '--item', itemProof];
    const checked = succeed(await run(OUTSIDER, withItem));
    expect(checked).toMatchObject({ kind: 'ABSENT', ofAcquisition: true, wholeSet: false });
    // Alone it rests on an order that only the whole list shows, and says so.
    expect(checked.limits[0]).toMatch(/^Rests on: that the granted list ascends/);
    const withSet = [...withItem, '--set', at('seen/set.txt')];
    const whole = succeed(await run(OUTSIDER, withSet));
    expect(whole).toMatchObject({ kind: 'ABSENT', ofAcquisition: true, wholeSet: true });
    expect(whole.limits[0]).toMatch(/^Checked against the whole list/);
    const set = await readFile(at('seen/set.txt'), 'utf8');
    await writeFile(at('turned.txt'), `${set.trim().split('\n').reverse().join('\n')}\n`);
    const turned = await run(OUTSIDER, [...withItem, '--set', at('turned.txt')]);
    expect(turned).toMatchObject({ exit: 10, answer: { code: 'SET_ROOT_MISMATCH', kind: null } });
    expect(await refusal(OUTSIDER, [...verifying('seen'), '--set', at('turned.txt')])).toEqual([
      ...[2, 'USAGE'],
    ]);
    const foreign = await run(OUTSIDER, [...verifying('kept.json'), '--item', itemProof]);
    expect(foreign).toMatchObject({ exit: 10, answer: { code: 'OTHER_ITEM', kind: null } });
    // The proof of one item says nothing of another.
    const text = await readFile(at('kept.json'), 'utf8');
    await writeFile(at('forged.json'), text.replace(kept, shown[0]!));
    expect(await run(OUTSIDER, verifying('forged.json'))).toMatchObject({
      exit: 10,
      answer: { outcome: 'MISMATCH', code: 'SET_PATH_MISMATCH', kind: null },
    });
    expect(await refusal(SG, proving(kept, 'other.json'))).toEqual([1, 'NOT_FOUND']);
  });

  it('that is bent in any way shows nothing, and is told as what it is', async () => {
    const text = await readFile(at('kept.json'), 'utf8');
    const { leaf, attestation } = JSON.parse(text);
    const bend = (change: (proof: string) => string) => writeFile(at('bent.json'), change(text));
    const cases: [what: string, bent: string, exit: number, code: string][] = [
      ['no JSON', 'not JSON', 1, 'MALFORMED'],
      ['nothing', '', 1, 'MALFORMED'],
      ['cut short', text.slice(0, -10), 1, 'MALFORMED'],
      ['another document', '{"type":"tabellion.person"}', 1, 'MALFORMED'],
      ['a leaf of 31 bytes', text.replace(leaf, leaf.slice(2)), 1, 'MALFORMED'],
      ['a leaf of 33 bytes', text.replace(leaf, `${leaf}ab`), 1, 'MALFORMED'],
      ['a newer format', text.replace('"v":1', '"v":2'), 1, 'UNSUPPORTED_VERSION'],
      ['no base64url', text.replace(attestation, 'no base64'), 1, 'MALFORMED'],
      ['no attestation', text.replace(attestation, 'AAAA'), 1, 'MALFORMED'],
    ];
    for (const [what, bent, exit, code] of cases) {
      await bend(() => bent);
      const found = await run(OUTSIDER, verifying('bent.json'));
      const { outcome, code: told, kind } = found.answer;
      expect([what, found.exit, outcome, told, kind]).toEqual([
        ...[what, exit, 'UNREADABLE', code, null],
      ]);
    }
    expect(await refusal(OUTSIDER, verifying('nowhere.json'))).toEqual([1, 'FILE_UNREADABLE']);
    const kept = verifying('kept.json');
    expect(await refusal(OUTSIDER, [...kept, '--at', 'yesterday'])).toEqual([2, 'USAGE']);
    expect(await refusal(OUTSIDER, [...kept, '--nonsense'])).toEqual([2, 'USAGE']);
    const distrusted = ['disclosure', 'verify', at('kept.json'), '--trust', at('kept.json')];
    expect(await refusal(OUTSIDER, distrusted)).toEqual([1, 'TRUST_MALFORMED']);
  });

  it('tells its member who came with the secret, and what was refused', async () => {
    const { items } = succeed(await run(CN, ['disclosure', 'views', grant]));
    expect(items.length).toBeGreaterThan(5);
    const [first] = items;
    expect(first).toMatchObject({ kind: 'READ', operation: 'viewGrant', code: null });
    // Whoever leads the case is not told what the defence looked at.
    expect(first.objects).toBeNull();
    const { stdout } = await runCli(['disclosure', 'views', grant], { home: journey.homeOf(CN) });
    expect(stdout).toContain('the list');
    expect(await refusal(SG, ['disclosure', 'views', grant])).toEqual([1, 'ROLE_NOT_ALLOWED']);
    expect(await refusal(CN, ['disclosure', 'views', 'cd'.repeat(16)])).toEqual([1, 'NOT_FOUND']);
    expect(await refusal(CN, ['disclosure', 'views', 'nonsense'])).toEqual([2, 'USAGE']);
  });

  it('is refused with a wrong secret, and to everybody once it is revoked', async () => {
    const text = await readFile(at('access.txt'), 'utf8');
    await writeFile(at('wrong.txt'), `${text.slice(0, 33)}${'A'.repeat(43)}`);
    expect(await refusal(OUTSIDER, opening('wrong.txt', 'no'))).toEqual([1, 'GRANT_REFUSED']);
    await writeFile(at('none.txt'), 'let me in');
    const { answer } = await run(OUTSIDER, opening('none.txt', 'no'));
    expect(answer.error.code).toBe('BAD_INPUT');
    expect(answer.error.message).not.toContain('let me in');
    const revoking = ['disclosure', 'revoke', grant, '--reason', 'the mandate ended'];
    expect(succeed(await run(CN, revoking))).toMatchObject({ grant, record: { grant } });
    expect(await refusal(OUTSIDER, opening('access.txt', 'no'))).toEqual([1, 'GRANT_ENDED']);
    // What was saved before is still what it was.
    expect(succeed(await run(OUTSIDER, verifying('seen')))).toMatchObject({ outcome: 'INTACT' });
  });

  it('says which items are meant: all, some, or all but some, and none that are not there', async () => {
    const withheld = at('withheld.txt');
    await writeFile(withheld, `${await sha256Of('d')}\n`);
    const { record } = succeed(await run(CN, granting('s1.txt', '--except', withheld)));
    expect(record).toMatchObject({ size: 3, withheld: 1 });
    const all = succeed(await run(CN, granting('s2.txt', '--all')));
    expect(all).toMatchObject({ id: all.record.id, acquisition, secretFile: at('s2.txt') });
    expect(all.record.withheld).toBe(0);
    expect(await refusal(CN, granting('s3.txt'))).toEqual([2, 'USAGE']);
    expect(await refusal(CN, granting('s3.txt', '--all', '--except', withheld))).toEqual([
      2,
      'USAGE',
    ]);
    const nobody = granting('s3.txt', '--item', 'ef'.repeat(32));
    expect(await refusal(CN, nobody)).toEqual([1, 'NOT_ANCHORED']);
    // What was refused leaves no secret behind.
    const late = granting('s3.txt', '--all').map((word) =>
      /^20\d\d-/.test(word) ? '2020-01-01T00:00:00Z' : word,
    );
    expect(await refusal(CN, late)).toEqual([1, 'TIME_ORDER']);
    await expect(stat(at('s3.txt'))).rejects.toThrow();
  });
});

describe('reviews', () => {
  it('are brought, answered, judged and listed', async () => {
    const object = [
      ...['review', 'object', acquisition, '--for', 'THIRD_PARTY', '--person', PERSON],
      ...[...BASIS, '--reason', 'the disk is not his'],
    ];
    const brought = succeed(await run(LIAISON, object));
    const { record } = brought;
    expect(record).toMatchObject({ answerer: 'CnAgencyMSP' });
    expect(brought).toMatchObject({ id: record.id, subject: acquisition });
    const due = succeed(await run(CN, ['review', 'list', '--state', 'DUE']));
    expect(due.items.map((each: { objection: { key: string } }) => each.objection.key)).toEqual([
      `objection/${record.id}`,
    ]);
    const reply = [
      ...['review', 'reply', record.id, '--outcome', 'REJECTED', ...BASIS],
      ...['--reason', 'it was seized lawfully'],
    ];
    expect(await refusal(LIAISON, reply)).toEqual([1, 'NOT_ANSWERER']);
    // The one who collected is the one who answers: taken, and flagged wherever it is shown.
    const answer = succeed(await run(CN, reply));
    expect(answer).toMatchObject({ objection: record.id, record: { flags: ['SELF_REVIEW'] } });

    await writeFile(at('ruling.txt'), 'the ruling');
    const judge = ['review', 'judge', acquisition, '--outcome', 'ACCEPTED', ...BASIS];
    const reasoned = [...judge, '--reason', 'all in order', '--report', at('ruling.txt')];
    expect(succeed(await run(SG, reasoned)).record.report).toMatchObject({ size: 10 });
    expect(await refusal(CN, reasoned)).toEqual([1, 'ROLE_NOT_ALLOWED']);
    const weigh = [
      'review',
      'weigh',
      acquisition,
      '--shows-destination',
      'NO',
      '--reason',
      'pooled',
    ];
    succeed(await run(SG, weigh));
    const examine = [
      ...['review', 'examine', acquisition, '--method', 'error level analysis', '--tool', 'ela@2'],
      ...['--result', 'INCONCLUSIVE', '--reason', 'compressed too often'],
    ];
    succeed(await run(CN, examine));
    const { stdout } = await runCli(['review', 'list', acquisition], { home: journey.homeOf(SG) });
    for (const word of ['objection', 'reply', 'regularity', 'weight', 'authenticity']) {
      expect(stdout).toContain(word);
    }
    const told = await runCli(['review', 'list'], { home: journey.homeOf(SG) });
    expect(told.stdout).toContain('REJECTED (SELF_REVIEW)');
    expect(stdout).toContain(`reply to ${record.id}`);
    expect(stdout).toContain('SELF_REVIEW');
    expect(await refusal(SG, ['review', 'list', 'nonsense'])).toEqual([2, 'USAGE']);
  });
});
