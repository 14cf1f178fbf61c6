/** Receipts and openings through a real gateway: who gets which, and what is on record. */
import { fromBase64url, parseCanonical, verifyAnchor, verifySeal } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CN,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../http/testing.ts';
import { startJournalAnchorer } from '../journal/anchorer.ts';
import { commitOpening } from '../journal/commitment.ts';
import { linkJournalLedger } from '../journal/ledger-link.ts';
import { sampleAddress } from './testing.ts';

const BASIS = { id: 'sg-cpc-39', version: 1 };
const PURPOSE = { 'tabellion-purpose': 'AUDIT-2026-3' };
const ADDRESS = sampleAddress(7);

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: string;
let auditor: string;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  analyst = await gateway.signIn(SG, 'analyst', 'tan');
  auditor = await gateway.signIn(SG, 'auditor', 'lim');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const screen = async (token = analyst) => {
  const body = { queries: [{ address: ADDRESS }] };
  const { json } = await gateway.call('POST', '/v1/label/screen', {
    ...{ token, body, headers: PURPOSE },
  });
  return json.receipt;
};
const open = (
  positions: readonly number[],
  options: { token?: string; legalBasis?: object } = {},
) =>
  gateway.call('POST', '/v1/label/screenings/open', {
    token: options.token ?? auditor,
    body: { positions, legalBasis: options.legalBasis ?? BASIS },
    headers: PURPOSE,
  });
const prove = (position: number, token = analyst) =>
  gateway.call('GET', `/v1/journal/${position}/proof`, { token });
const lastEntry = () => {
  const entries = gateway.journalStore.entries(SG, 1, 10_000);
  return parseCanonical(new Uint8Array(entries.at(-1)!.bytes)) as Record<string, unknown>;
};

describe('a receipt', () => {
  it('is signed by the gateway of the asker’s member, and says no address', async () => {
    const { position, entry, seal } = await screen();
    const bytes = fromBase64url(entry);
    const trust = await gateway.deps.trust();
    const verdict = verifySeal({ entry: bytes, position, seal }, trust, { by: Date.now() });
    expect(verdict.found).toMatchObject({ member: SG });
    expect(parseCanonical(bytes)).toMatchObject({ ledger: trust.genesis, kind: 'SCREENING' });
    expect(Buffer.from(bytes).toString()).not.toContain(ADDRESS);
  });

  it('is proven to who asked and to supervisors, once it is on the ledger, and to nobody else', async () => {
    const { position, entry } = await screen();
    expect((await prove(position)).json.code).toBe('ENTRY_WAITING');
    const { deps, journalStore } = gateway;
    const link = linkJournalLedger(deps.ledger, deps.serviceSigners, deps.projection);
    const ages = { maxAgeMs: 3_600_000, maxCommittedAgeMs: 3_600_000, maxEntries: 65_536 };
    const anchorer = startJournalAnchorer(journalStore, link, {
      ...ages,
      now: Date.now,
      logger: deps.logger,
    });
    await anchorer.run(true);
    await anchorer.close();
    for (const token of [analyst, auditor]) {
      const { json, status } = await prove(position, token);
      expect([status, json.entry]).toEqual([200, entry]);
      const { entry: _entry, batch, ...anchor } = json;
      const now = Date.now();
      const verdict = verifyAnchor(fromBase64url(entry), anchor, await deps.trust(), { now });
      expect(verdict.found).toMatchObject({ member: SG, batch });
    }
    const others = [
      await gateway.signIn(SG, 'analyst', 'ong'),
      await gateway.signIn(CN, 'auditor', 'wang'),
    ];
    for (const token of others) expect((await prove(position, token)).status).toBe(404);
    expect((await prove(999_999)).status).toBe(404);
  });

  it('is given by nobody who cannot sign it', async () => {
    const mute = await startTestGateway(consortium, {
      name: 'mute',
      change: {
        serviceSigners: new Map([[CN, gateway.deps.serviceSigners.get(CN)!]]),
      },
    });
    const body = { queries: [{ address: ADDRESS }] };
    const answer = await mute.call('POST', '/v1/label/screen', {
      ...{ token: analyst, body, headers: PURPOSE },
    });
    expect([answer.status, answer.json.code]).toEqual([403, 'KEY_NOT_HELD']);
    await mute.close();
  });
});

describe('what others asked', () => {
  it('is shown to an auditor of the own member, who is on record first', async () => {
    const { position, entry } = await screen();
    const { status, json } = await open([position]);
    expect(status).toBe(200);
    const [{ opening, ...rest }] = json.opened;
    expect(rest).toEqual({ position, entry });
    const bytes = fromBase64url(opening);
    expect(parseCanonical(bytes)).toMatchObject({ queries: [{ address: ADDRESS }] });
    expect(parseCanonical(fromBase64url(entry))).toMatchObject({
      commitment: commitOpening(bytes),
    });
    const recorded = { kind: 'OPENING', purpose: 'AUDIT-2026-3', opened: [position] };
    expect(lastEntry()).toMatchObject({ ...recorded, legalBasis: BASIS, role: 'auditor' });
    expect(parseCanonical(fromBase64url(json.receipt.entry))).toEqual(lastEntry());
  });

  it('is not shown to others, for nothing, or by a rule that is none', async () => {
    const { position } = await screen();
    const refused = async (...args: Parameters<typeof open>) => (await open(...args)).json.code;
    const delegate = await gateway.signIn(SG, 'delegate', 'd');
    for (const token of [analyst, delegate]) {
      expect(await refused([position], { token })).toBe('ROLE_NOT_ALLOWED');
      expect(lastEntry()).toMatchObject({ kind: 'REFUSAL', operation: 'openScreenings' });
    }
    // Of another member there is no such position, or it is another entry.
    const abroad = await gateway.signIn(CN, 'auditor', 'wang');
    expect(await refused([position], { token: abroad })).toBe('NOT_FOUND');
    const unknown = { id: 'sg-nothing', version: 1 };
    expect(await refused([position], { legalBasis: unknown })).toBe('REFERENCE_UNKNOWN');
    const ahead = { ...BASIS, version: 9 };
    expect(await refused([position], { legalBasis: ahead })).toBe('REFERENCE_UNKNOWN');
    const silent = await gateway.call('POST', '/v1/label/screenings/open', {
      token: auditor,
      body: { positions: [position], legalBasis: BASIS },
    });
    expect(silent.json.code).toBe('PURPOSE_MISSING');
    expect(await refused([position, 999_999])).toBe('NOT_FOUND');
    const before = gateway.journalStore.entries(SG, 1, 10_000).length;
    expect(await refused([])).toBe('BAD_INPUT');
    expect(gateway.journalStore.entries(SG, 1, 10_000)).toHaveLength(before);
  });

  it('is not shown if that cannot be put on record', async () => {
    const { position } = await screen();
    const { journal } = gateway.deps;
    const broken = await startTestGateway(consortium, {
      name: 'broken',
      change: { journal: { ...journal, recordSealed: () => Promise.reject(new Error('full')) } },
    });
    const answer = await broken.call('POST', '/v1/label/screenings/open', {
      ...{ token: auditor, headers: PURPOSE },
      body: { positions: [position], legalBasis: BASIS },
    });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('opening');
    await broken.close();
  });

  it('is gone once it is erased, and its commitment stays', async () => {
    const { position, entry } = await screen();
    await gateway.deps.journal.erase(Date.now() + 1000);
    const { json } = await open([position]);
    expect(json.opened).toEqual([{ position, entry, opening: null }]);
  });
});
