/** Receipts of screenings by command line, over a real gateway: kept, proven, bent, opened under audit. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleAddress } from '../label/testing.ts';
import { type Answered, Journey } from './journey-testing.ts';

const SG = 'analyst.sg';
const PURPOSE = ['--purpose', 'CASE-2026-1'];

let journey: Journey;
let at: Journey['at'];
let run: Journey['run'];

beforeAll(async () => {
  journey = await Journey.open('receipt');
  ({ at, run } = journey);
  succeed(await journey.signIn(SG, ['init', '--trust-on-first-use']));
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
const screen = (args: readonly string[]) => run(SG, ['screen', ...args, ...PURPOSE]);

describe('a receipt that others are shown', () => {
  const AUDITOR = 'auditor.sg';
  const LOOK = ['--purpose', 'AUDIT-2026-3', '--legal-basis', 'sg-cpc-39@1'];
  const outside = (args: readonly string[]) =>
    run('outsider', ['screen', 'verify-receipt', ...args]);
  const trusting = (file: string, ...more: string[]) =>
    outside([at(file), '--trust', at('trust.json'), ...more]);
  const WITH_PROOF = () => ['--proof', at('shown.proof')];
  const ON_LEDGER = { timeout: 20_000, interval: 250 };
  let position: number;

  beforeAll(async () => {
    succeed(await run(SG, ['trust', 'export', '-o', at('trust.json')]));
    const asked = await screen([sampleAddress(99), '--receipt', at('shown.receipt')]);
    ({ position } = asked.answer.parts[0].receipt);
    await screen([sampleAddress(98), '--receipt', at('other.receipt')]);
    succeed(await journey.signIn(AUDITOR, ['init']));
  });

  it('is signed at once, for whoever has the trust file', async () => {
    expect(succeed(await trusting('shown.receipt'))).toMatchObject({
      outcome: 'SIGNED',
      receipts: [{ position, counts: { NO_LABEL: 1 }, seal: { member: 'SgAgencyMSP' } }],
    });
    expect(succeed(await outside([at('shown.receipt')])).outcome).toBe('CONSISTENT');
  });

  it('is on the ledger seconds later, and the proof of it is its own', async () => {
    const prove = ['screen', 'prove-receipt', at('shown.receipt'), '-o', at('shown.proof')];
    // Whether it is there already is a matter of time; what it says until then is not.
    await vi.waitFor(async () => {
      const { exit, answer } = await run(SG, prove);
      if (exit !== 0) expect([exit, answer.error.code]).toEqual([12, 'ENTRY_WAITING']);
      expect(exit).toBe(0);
    }, ON_LEDGER);
    expect(succeed(await trusting('shown.receipt', ...WITH_PROOF()))).toMatchObject({
      outcome: 'ANCHORED',
      receipts: [{ position, seal: {}, anchor: { member: 'SgAgencyMSP' } }],
    });
    const elsewhere = await trusting('other.receipt', ...WITH_PROOF());
    expect(elsewhere.answer.error.code).toBe('FILE_MALFORMED');
    const alone = await outside([at('shown.receipt'), ...WITH_PROOF()]);
    expect([alone.exit, alone.answer.error.code]).toEqual([2, 'USAGE']);
  });

  it('breaks where signature, path, height or member is another', async () => {
    const text = await readFile(at('shown.receipt'), 'utf8');
    const receipt = JSON.parse(text);
    const other = JSON.parse(await readFile(at('other.receipt'), 'utf8'));
    const entry = JSON.parse(Buffer.from(receipt.entry, 'base64url').toString());
    const written = (changes: object) =>
      Buffer.from(canonicalBytes({ ...entry, ...changes })).toString('base64url');
    const judge = async (changes: object, ...more: string[]) => {
      await writeFile(at('bent.receipt'), canonicalBytes({ ...receipt, ...changes }));
      const { exit, answer } = await trusting('bent.receipt', ...more);
      return [exit, answer.failed, answer.code];
    };
    const forged = [10, 'signature', 'SIGNATURE_INVALID'];
    expect(await judge({ seal: other.seal, position: other.position })).toEqual(forged);
    expect(await judge({ seal: { ...receipt.seal, signature: other.seal.signature } })).toEqual(
      forged,
    );
    expect(await judge({ entry: written({ height: entry.height + 1 }) })).toEqual(forged);
    expect(await judge({ entry: written({ who: 'somebody' }) })).toEqual(forged);
    const ofCn = [11, 'signature', 'CERTIFICATE_UNTRUSTED'];
    expect(await judge({ entry: written({ member: 'CnAgencyMSP' }) })).toEqual(ofCn);
    const onOther = [11, 'signature', 'OTHER_LEDGER'];
    expect(await judge({ entry: written({ ledger: '0'.repeat(64) }) })).toEqual(onOther);
    const moved = await judge({ entry: written({ at: entry.at + 1 }) }, ...WITH_PROOF());
    expect(moved).toEqual([10, 'ledger', 'ROOT_MISMATCH']);
    const secret = await judge({ secret: other.secret });
    expect(secret).toEqual([10, 'receipt', 'RECEIPT_MISMATCH']);
    // What a person of the member signs is no gateway's word.
    const { seal } = receipt;
    const own = join(journey.homeOf(SG), 'config', 'default', 'certificate.pem');
    const certificate = await readFile(own, 'utf8');
    const byPerson = await judge({ seal: { ...seal, certificate } });
    expect(byPerson).toEqual([11, 'signature', 'NOT_A_GATEWAY']);
  });

  it('is opened by an auditor, which is on record, and fits what was committed to', async () => {
    const words = ['screen', 'open', `${position}`, ...LOOK];
    expect(await refusal(SG, words)).toEqual([1, 'ROLE_NOT_ALLOWED']);
    const nowhere = ['screen', 'open', '999999', ...LOOK];
    expect(await refusal(AUDITOR, nowhere)).toEqual([1, 'NOT_FOUND']);
    const unknown = ['--purpose', 'A', '--legal-basis', 'sg-nothing@1'];
    expect(await refusal(AUDITOR, ['screen', 'open', `${position}`, ...unknown])).toEqual([
      ...[1, 'REFERENCE_UNKNOWN'],
    ]);
    const opened = succeed(await run(AUDITOR, [...words, '-o', at('opened')]));
    expect(opened.screenings).toMatchObject([
      { position, purpose: 'CASE-2026-1', asked: [{ address: sampleAddress(99) }] },
    ]);
    expect((await stat(at('opened'))).mode & 0o777).toBe(0o600);
    expect(succeed(await trusting('opened')).outcome).toBe('CONSISTENT');
    const proof = ['screen', 'prove-receipt', at('opened'), '-o', at('opened.proof')];
    succeed(await run(AUDITOR, proof));
    const shown = await trusting('opened', '--proof', at('opened.proof'));
    expect(succeed(shown)).toMatchObject({ outcome: 'ANCHORED', receipts: [{ position }] });
    const text = await readFile(at('opened'), 'utf8');
    const { opening, ...rest } = JSON.parse(text);
    const bent = Buffer.from(opening, 'base64url').toString().replace(sampleAddress(99), 'x');
    const line = canonicalBytes({ ...rest, opening: Buffer.from(bent).toString('base64url') });
    await writeFile(at('bent.opened'), line);
    const { exit, answer } = await trusting('bent.opened');
    expect([exit, answer.failed, answer.code]).toEqual([10, 'receipt', 'RECEIPT_MISMATCH']);
  });
});
