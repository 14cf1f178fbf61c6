import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACQUIRE, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

let journey: Journey;
let at: Journey['at'];
let homeOf: Journey['homeOf'];
let run: Journey['run'];
let signIn: Journey['signIn'];
beforeAll(async () => {
  journey = await Journey.open('journey');
  ({ at, homeOf, run, signIn } = journey);
});
afterAll(() => journey.close());

describe('the main job by command line', () => {
  let acquisition: string;

  it('init makes a key here, has it certified, and keeps it private', async () => {
    const { exit, answer } = await signIn('investigator.cn', ['init', '--trust-on-first-use']);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer).toMatchObject({ member: 'CnAgencyMSP', trust: { genesis: expect.any(String) } });
    expect((await stat(answer.key)).mode & 0o777).toBe(0o600);
    expect((await stat(join(answer.key, '..'))).mode & 0o777).toBe(0o700);
    expect(await readFile(answer.key, 'utf8')).toContain('PRIVATE KEY');
    const again = await run('investigator.cn', ['init']);
    expect(again).toMatchObject({ exit: 1, answer: { error: { code: 'ALREADY_INITIALISED' } } });
  });

  it('whoami, status and the register answer', async () => {
    const me = await run('investigator.cn', ['whoami']);
    expect(me.answer).toMatchObject({ member: 'CnAgencyMSP', role: 'investigator' });
    expect(me.answer.certificate.person).toMatch(/^p-[0-9a-f]{16}$/);
    expect((await run('investigator.cn', ['status'])).answer).toMatchObject({ ready: true });
    const { answer } = await run('investigator.cn', ['member', 'list']);
    expect(answer.items).toHaveLength(4);
    for (const args of [
      ['member', 'show', 'SgAgencyMSP'],
      ['member', 'parameters'],
      ['member', 'proposals'],
      ['member', 'reference', 'method'],
    ]) {
      const told = await runCli(args, { home: homeOf('investigator.cn') });
      expect(told.exit, told.stderr).toBe(0);
    }
    const absent = await run('investigator.cn', ['member', 'show', 'NobodyMSP']);
    expect(absent).toMatchObject({ exit: 1, answer: { error: { code: 'NOT_FOUND' } } });
  });

  it('acquire gives an id', async () => {
    const { exit, answer } = await run('investigator.cn', [...ACQUIRE, '--system', 'CN']);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer).toMatchObject({ code: 'VALID', record: { crossBorder: 'NO' } });
    acquisition = answer.id;
    const status = await run('investigator.cn', ['status', answer.txId]);
    expect(status).toMatchObject({ exit: 0, answer: { code: 'VALID', block: answer.block } });
  });

  it("passes on the contract's refusal by its code", async () => {
    const { exit, answer } = await run('investigator.cn', [
      ...ACQUIRE.map((word) => (word === 'DOMESTIC' ? 'UNILATERAL' : word)),
      ...['--system', 'SG'],
    ]);
    expect(exit).toBe(1);
    expect(answer.error.code).toBe('GROUND_REQUIRED');
  });

  it('anchor seals files, tells what it could not read, and hashes nothing twice', async () => {
    await mkdir(at('seized/notes'), { recursive: true });
    await writeFile(at('seized/a.txt'), 'the first file\n');
    await writeFile(at('seized/notes/b.bin'), Buffer.alloc(100_000, 7));
    await mkdir(at('seized/locked'));
    await writeFile(at('seized/locked/c'), 'c');
    const args = ['anchor', '--acquisition', acquisition, at('seized'), '--progress', 'json'];
    const lines: string[] = [];
    const first = await run('investigator.cn', args, { onStderr: (text) => lines.push(text) });
    expect(first.exit, JSON.stringify(first.answer)).toBe(0);
    expect(first.answer).toMatchObject({ hashed: { files: 3 }, totals: { items: 3 }, omitted: 0 });
    expect(JSON.parse(lines.at(-1)!.trimEnd().split('\n').at(-1)!)).toMatchObject({
      progress: { filesDone: 3 },
    });
    // Nobody has asked for a proof yet: the attestation is collected because the batch committed.
    const [{ batch }] = first.answer.batches as [{ batch: string }];
    const kept = ['data', 'gateway', 'attestations', batch.slice(0, 2), `${batch}.pb`];
    await vi.waitFor(() => stat(join(journey.directory, ...kept)), 10_000);
    const again = await run('investigator.cn', args);
    expect(again.answer).toMatchObject({ batches: [], hashed: { files: 0 }, known: 3 });
    const misspelt = ['anchor', '--acquisition', acquisition, at('nowhere')];
    expect(await run('investigator.cn', misspelt)).toMatchObject({
      exit: 2,
      answer: { error: { code: 'SOURCE_MISSING' } },
    });
    await mkdir(at('odd'));
    execFileSync('mkfifo', [at('odd/pipe')]);
    const odd = ['anchor', '--acquisition', acquisition, at('odd')];
    expect(await run('investigator.cn', odd)).toMatchObject({ exit: 3, answer: { omitted: 1 } });
    const told = await runCli(odd, { home: homeOf('investigator.cn') });
    expect(told.stdout).toContain('NOT ANCHORED');
    expect(told.stdout).toContain('INCOMPLETE: 1 source ');
  });

  it('close states the totals and what was unread, and cannot hide it', async () => {
    const hide = await run('investigator.cn', [
      'close',
      acquisition,
      '--reason',
      'done',
      '--unread',
      '0',
    ]);
    expect(hide).toMatchObject({ exit: 2, answer: { error: { code: 'USAGE' } } });
    const { exit, answer } = await run('investigator.cn', [
      'close',
      acquisition,
      '--reason',
      'done',
    ]);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer.record).toMatchObject({ batches: 1, items: 3, bytes: 100_016, unread: 1 });
  });

  it('evidence can be listed, shown and found', async () => {
    const list = await run('investigator.cn', ['evidence', 'list', '--case', 'TEST/2026/1']);
    expect(list.answer.items).toHaveLength(1);
    const shown = await run('investigator.cn', ['evidence', 'show', acquisition]);
    const [batch] = shown.answer.batches.items;
    expect((await run('investigator.cn', ['evidence', 'show', batch.key.slice(6)])).exit).toBe(0);
    const found = await run('investigator.cn', ['evidence', 'find', at('seized/a.txt')]);
    expect(found.answer.items).toMatchObject([{ acquisition, batch: batch.key.slice(6) }]);
    const nothing = await run('investigator.cn', ['evidence', 'find', 'e'.repeat(64)]);
    expect(nothing).toMatchObject({ exit: 0, answer: { items: [] } });
    for (const args of [
      ['evidence', 'list'],
      ['evidence', 'show', acquisition],
    ]) {
      const told = await runCli(args, { home: homeOf('investigator.cn') });
      expect(told.exit, told.stderr).toBe(0);
      expect(told.stdout).toContain(acquisition);
    }
  });

  it('the proof and the trust file travel, and nothing is overwritten unasked', async () => {
    const proof = await run('investigator.cn', [
      'proof',
      'export',
      at('seized/a.txt'),
      '-o',
      at('proof'),
    ]);
    expect(proof.exit, JSON.stringify(proof.answer)).toBe(0);
    const again = await run('investigator.cn', [
      'proof',
      'export',
      at('seized/a.txt'),
      '-o',
      at('proof'),
    ]);
    expect(again).toMatchObject({ exit: 1, answer: { error: { code: 'FILE_EXISTS' } } });
    const trust = await run('investigator.cn', ['trust', 'export', '-o', at('trust.json')]);
    expect(trust).toMatchObject({ exit: 0, answer: { ledger: 'embedded' } });
    const verify = ['verify', at('proof'), '--trust', at('trust.json'), '--file'];
    const intact = await run('investigator.cn', [...verify, at('seized/a.txt')]);
    expect(intact).toMatchObject({ exit: 0, answer: { code: 'INTACT' } });
    const altered = await run('investigator.cn', [...verify, at('seized/notes/b.bin')]);
    expect(altered).toMatchObject({ exit: 10, answer: { code: 'FILE_DIGEST_MISMATCH' } });
    const other = await run('investigator.cn', ['proof', 'export', at('trust.json')]);
    expect(other).toMatchObject({ exit: 1, answer: { error: { code: 'NOT_ANCHORED' } } });
  });

  it('a covert measure is sealed here and disclosed from here', async () => {
    const latest = new Date(Date.now() + 3_600_000).toISOString();
    const { exit, answer } = await run('investigator.cn', [
      ...[...ACQUIRE, '--system', 'CN', '--delay-notice', latest],
      ...['--delay-basis', 'covert-measure-clause@1'],
    ]);
    expect(exit, JSON.stringify(answer)).toBe(0);
    expect(answer.record).toMatchObject({ crossBorder: 'SEALED' });
    expect(JSON.stringify(answer.record)).not.toContain('systemJurisdiction');
    const disclosed = await run('investigator.cn', [
      'disclose',
      answer.id,
      '--reason',
      'it has ended',
    ]);
    expect(disclosed.exit, JSON.stringify(disclosed.answer)).toBe(0);
    expect(disclosed.answer.record).toMatchObject({ overdue: false, crossBorder: 'NO' });
  });

  it('a covert measure is shown to nobody where the touched states would have to endorse it', async () => {
    const { exit, answer } = await run('investigator.cn', [
      ...[...ACQUIRE, '--system', 'SG', '--medium', 'DE'],
      ...['--delay-notice', new Date(Date.now() + 3_600_000).toISOString()],
      ...['--delay-basis', 'covert-measure-clause@1'],
    ]);
    expect([exit, answer.error.code]).toEqual([1, 'ENDORSEMENT_FAILED']);
  });

  it('members propose and vote', async () => {
    for (const user of ['delegate.cn', 'delegate.sg', 'delegate.de']) {
      const { exit, answer } = await signIn(user, ['init']);
      expect(exit, JSON.stringify(answer)).toBe(0);
      expect(answer.trust).toBeNull();
    }
    const proposed = await run('delegate.cn', [
      ...['member', 'propose', '--set', 'batchMaxItems=5000'],
      ...['--legal-basis', 'founding-agreement@1', '--reason', 'smaller batches'],
    ]);
    expect(proposed.exit, JSON.stringify(proposed.answer)).toBe(0);
    let outcome: unknown;
    for (const user of ['delegate.cn', 'delegate.sg', 'delegate.de']) {
      const args = ['member', 'vote', proposed.answer.id, '--choice', 'YES', '--reason', 'agreed'];
      const { exit, answer } = await run(user, args);
      expect(exit, JSON.stringify(answer)).toBe(0);
      outcome = answer.record.outcome;
    }
    expect(outcome).toBe('CARRIED');
    const shown = await run('delegate.sg', ['member', 'proposals', proposed.answer.id]);
    expect(shown.answer.votes).toHaveLength(3);
  });

  it('a revoked certificate is followed by a new one for a new key, a valid one is kept', async () => {
    const user = 'delegate.de';
    const before = (await run(user, ['whoami'])).answer.certificate;
    const early = await signIn(user, ['init', '--renew']);
    expect(early).toMatchObject({ exit: 1, answer: { error: { code: 'ALREADY_ENROLLED' } } });
    expect((await run(user, ['whoami'])).answer.certificate).toEqual(before);

    const revoke = ['member', 'revoke', before.serial, '--reason', 'keyCompromise'];
    const stranger = await run('delegate.sg', revoke);
    expect(stranger).toMatchObject({ exit: 1, answer: { error: { code: 'NOT_FOUND' } } });
    const unnamed = await run(user, ['member', 'revoke', 'this one', '--reason', 'superseded']);
    expect(unnamed).toMatchObject({ exit: 2, answer: { error: { code: 'USAGE' } } });
    const revoked = await run(user, revoke);
    expect(revoked).toMatchObject({ exit: 0, answer: { revoked: true, serial: before.serial } });
    const refused = await run(user, [
      ...['member', 'propose', '--set', 'batchMaxItems=4000'],
      ...['--legal-basis', 'founding-agreement@1', '--reason', 'with a revoked key'],
    ]);
    expect(refused).toMatchObject({
      exit: 1,
      answer: { error: { code: 'CERTIFICATE_NOT_YOURS' } },
    });
    const renewed = await signIn(user, ['init', '--renew']);
    expect(renewed.exit, JSON.stringify(renewed.answer)).toBe(0);
    const after = (await run(user, ['whoami'])).answer.certificate;
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.person).toBe(before.person);
  });

  it('a sign-in that ends is renewed, and a system signs in without a person', async () => {
    const later = Date.now() + 9.9 * 60_000;
    const renewed = await run('investigator.cn', ['whoami'], { now: () => later });
    expect(renewed.exit, JSON.stringify(renewed.answer)).toBe(0);
    const { clientId, clientSecret } = journey.node.people.systems[0]!;
    const environment = { TABELLION_CLIENT_ID: clientId, TABELLION_CLIENT_SECRET: clientSecret };
    const login = ['login', '--as', 'system', '--gateway', journey.node.address];
    const system = await run('system', login, { environment });
    expect(system).toMatchObject({ exit: 0, answer: { signedIn: true } });
    const me = await run('system', ['whoami', '--gateway', journey.node.address], { environment });
    expect(me).toMatchObject({ exit: 0, answer: { role: 'system', certificate: null } });
    const wrong = await run('system', login, {
      environment: { ...environment, TABELLION_CLIENT_SECRET: 'no' },
    });
    expect(wrong).toMatchObject({ exit: 4, answer: { error: { code: 'SIGN_IN_REFUSED' } } });
  });

  it('the ledger is audited over the gateway and, once it stands still, from its directory', async () => {
    const trust = ['--trust', at('trust.json')];
    const remote = await run('investigator.cn', ['audit', ...trust]);
    expect(remote.exit, JSON.stringify(remote.answer)).toBe(0);
    expect(remote.answer).toMatchObject({
      outcome: 'CLEAN',
      break: null,
      counts: { acquisitions: 2, batches: 1, items: 3 },
      findingCounts: { UNREAD_SOURCES: 1, NOT_CLOSED: 1 },
    });
    const ledger = ['audit', '--ledger', at('data/ledger'), ...trust];
    const inUse = await run('investigator.cn', ledger);
    expect(inUse).toMatchObject({ exit: 1, answer: { error: { code: 'UNAVAILABLE' } } });

    await journey.node.close();
    try {
      const manifests = ['--manifests', at('data/gateway/manifests/CnAgencyMSP')];
      const local = await run('investigator.cn', [...ledger, ...manifests]);
      expect(local.exit, JSON.stringify(local.answer)).toBe(0);
      expect(local.answer).toMatchObject({
        outcome: 'CLEAN',
        manifests: { checked: 1, mismatches: [], missing: [] },
      });
      const told = await runCli(ledger, { home: homeOf('investigator.cn') });
      expect(told.stdout).toMatch(/^CLEAN: all \d+ blocks hold together/);

      const other = JSON.parse(await readFile(at('trust.json'), 'utf8'));
      await writeFile(at('other.json'), JSON.stringify({ ...other, genesis: 'e'.repeat(64) }));
      const broken = await run('investigator.cn', [
        'audit',
        '--ledger',
        at('data/ledger'),
        '--trust',
        at('other.json'),
      ]);
      expect(broken).toMatchObject({ exit: 10, answer: { break: { code: 'GENESIS_MISMATCH' } } });
      const absent = await run('investigator.cn', ['audit', '--ledger', at('nowhere'), ...trust]);
      expect(absent.exit).toBe(1);
    } finally {
      await journey.start();
    }
  });

  it('another ledger behind the same address is noticed', async () => {
    const pinned = join(homeOf('investigator.cn'), 'config/default/trust.json');
    const trust = JSON.parse(await readFile(pinned, 'utf8'));
    await writeFile(pinned, JSON.stringify({ ...trust, genesis: 'e'.repeat(64) }));
    await chmod(pinned, 0o600);
    const { exit, answer } = await run('investigator.cn', ['trust', 'export', '-o', at('t2')]);
    expect(exit).toBe(11);
    expect(answer.error.code).toBe('TRUST_CHANGED');
  });
});
