/** A journal entry, its seal and its way to the ledger: what each shows, and every way to bend them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type AttestationPlan, buildAttestation } from '../../test-support/attestation.ts';
import { fabricAttributes, type KeyHolder } from '../../test-support/authority.ts';
import { planAttestation } from '../../test-support/bundle.ts';
import {
  createConsortium,
  DAY,
  NOW,
  type TestConsortium,
  withMember,
} from '../../test-support/consortium.ts';
import {
  buildTree,
  canonicalBytes,
  type EntryAnchor,
  type EntrySeal,
  groupBytes,
  leafHash,
  type SealedEntry,
  sha256,
  toBase64url,
  toHex,
  utf8,
  verifyAnchor,
  verifySeal,
} from '../index.ts';

const MEMBER = 'AlphaMSP';
const FIRST = 11;
const PLACE = 2;
const GATEWAY = { role: 'system', keyCustody: 'gateway' };

let consortium: TestConsortium;
let gateway: KeyHolder;
let entries: Uint8Array[];

const makeEntry = (number: number, changes: object = {}) =>
  canonicalBytes({
    ...{ type: 'tabellion.journalEntry', v: 1, at: NOW - 5000, member: MEMBER, number },
    ledger: consortium.trust.genesis,
    ...changes,
  });
const issue = (attributes: Record<string, string>, of = MEMBER, ou = 'client') =>
  consortium
    .member(of)
    .authority.issue({ ou, commonName: 'p-1', extensions: [fabricAttributes(attributes)] });
const treeOf = (group: readonly Uint8Array[]) => buildTree(group.map((entry) => leafHash(entry)));

beforeAll(async () => {
  consortium = await createConsortium('embedded');
  gateway = await issue(GATEWAY);
  entries = [0, 1, 2, 3, 4].map((number) => makeEntry(number));
});

/** The entry in the middle of five, signed as a gateway signs. */
function seal(
  changes: { group?: readonly Uint8Array[]; by?: KeyHolder; member?: string; seal?: object } = {},
): SealedEntry {
  const { group = entries, by = gateway, member = MEMBER } = changes;
  const tree = treeOf(group);
  const root = toHex(tree.root);
  const signature = by.sign(groupBytes({ member, first: FIRST, size: group.length, root }));
  return {
    entry: group[PLACE]!,
    position: FIRST + PLACE,
    seal: {
      ...{ first: FIRST, size: group.length, hashes: tree.path(PLACE).map(toHex) },
      ...{ certificate: by.certificatePem, signature: toBase64url(signature) },
      ...changes.seal,
    } as EntrySeal,
  };
}
const judge = (sealed: SealedEntry, { trust = consortium.trust, by = NOW } = {}) =>
  verifySeal(sealed, trust, { by }).code;

describe('the seal of an entry', () => {
  it('shows which member’s gateway signed it, and when, as it says', () => {
    expect(verifySeal(seal(), consortium.trust, { by: NOW })).toEqual({
      ...{ outcome: 'INTACT', code: 'INTACT' },
      found: { member: MEMBER, at: NOW - 5000, signer: 'p-1' },
    });
  });

  it('holds for no other entry, position, group or path', () => {
    const sealed = seal();
    const bent = (changes: Partial<SealedEntry>) => judge({ ...sealed, ...changes });
    expect(bent({ entry: makeEntry(2, { height: 8 }) })).toBe('SIGNATURE_INVALID');
    expect(bent({ entry: entries[3]! })).toBe('SIGNATURE_INVALID');
    expect(bent({ position: FIRST + PLACE + 1 })).toBe('SIGNATURE_INVALID');
    expect(bent({ position: FIRST - 1 })).toBe('PATH_LENGTH_MISMATCH');
    expect(bent({ position: FIRST + 5 })).toBe('PATH_LENGTH_MISMATCH');
    // Shifted together, the path still fits, and the signature does not.
    const shifted = { ...sealed.seal, first: FIRST + 1 };
    expect(bent({ position: FIRST + PLACE + 1, seal: shifted })).toBe('SIGNATURE_INVALID');
    const other = seal({ group: entries.map((_, number) => makeEntry(number + 10)) });
    const { hashes, signature } = other.seal;
    expect(bent({ seal: { ...sealed.seal, hashes } })).toBe('SIGNATURE_INVALID');
    expect(bent({ seal: { ...sealed.seal, signature } })).toBe('SIGNATURE_INVALID');
    expect(bent({ seal: { ...sealed.seal, size: 6 } })).toBe('SIGNATURE_INVALID');
    expect(bent({ seal: { ...sealed.seal, hashes: hashes.slice(1) } })).toBe(
      'PATH_LENGTH_MISMATCH',
    );
  });

  it('is the one form of its signature', () => {
    const root = toHex(treeOf(entries).root);
    const signed = groupBytes({ member: MEMBER, first: FIRST, size: 5, root });
    const high = toBase64url(gateway.signHigh(signed));
    expect(judge(seal({ seal: { signature: high } }))).toBe('SIGNATURE_INVALID');
    expect(judge(seal({ seal: { signature: 'AAAA' } }))).toBe('SIGNATURE_INVALID');
  });

  it.each([
    ['a person of the member', { role: 'analyst', keyCustody: 'person' }, MEMBER, 'NOT_A_GATEWAY'],
    ['a system with its own key', { ...GATEWAY, keyCustody: 'person' }, MEMBER, 'NOT_A_GATEWAY'],
    ['a person with a gateway’s key', { ...GATEWAY, role: 'auditor' }, MEMBER, 'NOT_A_GATEWAY'],
    ['another member’s gateway', GATEWAY, 'BravoMSP', 'CERTIFICATE_UNTRUSTED'],
  ] as const)('is not taken from %s', async (_, attributes, of, code) => {
    expect(judge(seal({ by: await issue(attributes, of) }))).toBe(code);
  });

  it('is not taken from a peer, which signs other things', async () => {
    expect(judge(seal({ by: await issue(GATEWAY, MEMBER, 'peer') }))).toBe('NOT_A_GATEWAY');
  });

  it('speaks for its own member and its own ledger', async () => {
    const ofBravo = entries.map((_, number) => makeEntry(number, { member: 'BravoMSP' }));
    expect(judge(seal({ group: ofBravo, member: 'BravoMSP' }))).toBe('CERTIFICATE_UNTRUSTED');
    const bravo = await issue(GATEWAY, 'BravoMSP');
    expect(judge(seal({ group: ofBravo, by: bravo }))).toBe('SIGNATURE_INVALID');
    const nobody = entries.map((_, number) => makeEntry(number, { member: 'NobodyMSP' }));
    expect(judge(seal({ group: nobody }))).toBe('UNKNOWN_MEMBER');
    const elsewhere = entries.map((_, number) => makeEntry(number, { ledger: '0'.repeat(64) }));
    expect(judge(seal({ group: elsewhere }))).toBe('OTHER_LEDGER');
  });

  it('needs a certificate that held when it was made, and still when it is looked at or was anchored', async () => {
    expect(judge(seal(), { by: NOW + 400 * DAY })).toBe('CERTIFICATE_EXPIRED');
    const early = entries.map((_, number) => makeEntry(number, { at: NOW - 4000 * DAY }));
    expect(judge(seal({ group: early }))).toBe('CERTIFICATE_NOT_YET_VALID');
    const { authority } = consortium.member(MEMBER);
    const revocations = [await authority.revoke([gateway.serial])];
    const trust = withMember(consortium.trust, MEMBER, { revocations });
    expect(judge(seal(), { trust })).toBe('CERTIFICATE_REVOKED');
  });

  it('is unreadable, never a mismatch, where it is none', () => {
    expect(judge({ ...seal(), entry: utf8('{"v": 1}') })).toBe('NOT_CANONICAL');
    expect(judge({ ...seal(), entry: utf8('{"v":2}') })).toBe('UNSUPPORTED_VERSION');
    expect(judge({ ...seal(), entry: utf8('{}') })).toBe('MALFORMED');
    expect(judge({ ...seal(), seal: {} as EntrySeal })).toBe('MALFORMED');
    expect(judge(seal({ seal: { certificate: 'x' } }))).toBe('CERTIFICATE_UNTRUSTED');
  });
});

function anchor(
  changes: { record?: object; plan?: Partial<AttestationPlan>; key?: string; parts?: object } = {},
): EntryAnchor {
  const tree = treeOf(entries);
  const record = canonicalBytes({
    ...{ type: 'tabellion.journal', v: 1, root: toHex(tree.root), size: entries.length },
    ...{ from: NOW - 9000, to: NOW - 4000, sequence: 3, previous: 'a'.repeat(64) },
    act: { at: NOW - 3000, member: MEMBER },
    ...changes.record,
  });
  const key = changes.key ?? `journal/${toHex(sha256(record))}`;
  const asked = planAttestation(consortium, record);
  const [lifecycle, own] = asked.namespaces;
  const attestation = buildAttestation({
    ...asked,
    args: [utf8('evidence:read'), utf8(key)],
    namespaces: [lifecycle!, { ...own!, reads: [{ key, version: { block: 61, transaction: 0 } }] }],
    ...changes.plan,
  });
  return {
    ...{ index: PLACE, size: entries.length, hashes: tree.path(PLACE).map(toHex) },
    attestation: toBase64url(attestation),
    ...changes.parts,
  };
}
const judgeAnchor = (changes: Parameters<typeof anchor>[0] = {}, entry = entries[PLACE]!) =>
  verifyAnchor(entry, anchor(changes), consortium.trust, { now: NOW }).code;

describe('the way of an entry to the ledger', () => {
  it('shows under which record it stands, since when, and who attests it', () => {
    const verdict = verifyAnchor(entries[PLACE]!, anchor(), consortium.trust, { now: NOW });
    expect(verdict.found).toMatchObject({
      ...{ member: MEMBER, sequence: 3, anchoredAt: NOW - 3000, block: 61 },
      endorsers: ['AlphaMSP', 'BravoMSP'],
    });
    expect(verdict.found?.batch).toMatch(/^[0-9a-f]{64}$/);
  });

  it('holds for no other entry, place, batch or member', () => {
    expect(judgeAnchor({}, entries[3])).toBe('ROOT_MISMATCH');
    expect(judgeAnchor({}, makeEntry(2, { height: 9 }))).toBe('ROOT_MISMATCH');
    expect(judgeAnchor({ parts: { index: 3 } })).toBe('ROOT_MISMATCH');
    expect(judgeAnchor({ parts: { size: 4, hashes: [] } })).toBe('RECORD_MISMATCH');
    expect(judgeAnchor({ record: { root: 'b'.repeat(64) } })).toBe('ROOT_MISMATCH');
    const ofBravo = { act: { at: NOW, member: 'BravoMSP' } };
    expect(judgeAnchor({ record: ofBravo })).toBe('RECORD_MISMATCH');
    expect(judgeAnchor({ record: { type: 'tabellion.batch' } })).toBe('RECORD_MISMATCH');
    expect(judgeAnchor({ key: `journal/${'c'.repeat(64)}` })).toBe('KEY_MISMATCH');
  });

  it('needs the endorsers that the trust file asks for', () => {
    const one = { endorsers: [consortium.member('AlphaMSP').peer] };
    expect(judgeAnchor({ plan: one })).toBe('TOO_FEW_ENDORSERS');
    const trust = { ...consortium.trust, channel: 'other' };
    expect(verifyAnchor(entries[PLACE]!, anchor(), trust, { now: NOW }).code).toBe('WRONG_CHANNEL');
    expect(judgeAnchor({ parts: { attestation: 'AAAA' } })).toBe('MALFORMED');
  });
});
