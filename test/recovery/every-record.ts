/** A consortium in which every kind of record was written at least once, over a gateway's routes. */

import { canonicalBytes, sha256, toBase64url, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import { EXAMINED, openCustodyScene, RECEIVED } from '../../gateway/src/custody/testing.ts';
import {
  acquisitionInput,
  CN,
  DE,
  makeBatch,
  newId,
  SG,
  type TestGateway,
  type TestPerson,
} from '../../gateway/src/http/testing.ts';

import { writeEveryLabel } from './every-label.ts';
import { writeEveryOrder } from './every-order.ts';

const AGREEMENT = { id: 'founding-agreement', version: 1 };
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';

const located = (jurisdiction: string) => ({
  systemJurisdiction: jurisdiction,
  mediumLocation: jurisdiction,
  source: { class: 'STANDALONE' as const },
});

const ABROAD = {
  route: 'MUTUAL_ASSISTANCE' as const,
  legalBases: [{ id: 'cn-icjal-25', version: 1 }],
  grounds: [{ kind: 'TREATY' as const, reference: 'T-1' }],
  method: { id: 'assisted-collection', version: 1 },
};

export interface Written {
  /** All that something followed, and the last of the plain ones. */
  readonly acquisitions: readonly string[];
  /** Items that have custody records of their own. */
  readonly items: readonly string[];
  readonly proposals: readonly string[];
  readonly transactions: readonly string[];
}

/** @param plain how many acquisitions there are besides, without anything remarkable. */
export async function writeEveryRecord(gateway: TestGateway, plain: number): Promise<Written> {
  const transactions: string[] = [];
  const act = async (person: TestPerson, ...rest: [string, unknown, Record<string, string>?]) => {
    const { status, json, text } = await gateway.act(person, ...rest);
    expect([status, json?.code], text).toEqual([200, 'VALID']);
    transactions.push(json.txId);
  };
  const investigator = await gateway.enrolPerson(CN, 'investigator', 'li');
  const delegates = new Map<string, TestPerson>();
  for (const member of [CN, SG, DE]) {
    delegates.set(member, await gateway.enrolPerson(member, 'delegate', `delegate of ${member}`));
  }

  const acquisitions: string[] = [];
  const acquire = async (change: Parameters<typeof acquisitionInput>[0] = {}, seal?: string) => {
    const { location, ...input } = acquisitionInput(change);
    const whole = seal ? input : { ...input, location };
    await act(investigator, 'evidence/acquire', whole, seal ? { location: seal } : undefined);
    acquisitions.push(input.id);
    return input.id;
  };
  const close = async (acquisition: string, totals = { batches: 0, items: 0, bytes: 0 }) =>
    act(investigator, 'evidence/close', {
      ...{ acquisition, ...totals, endedAt: Date.now(), unread: 0, reason: 'finished' },
    });

  const proposals = [newId(32), newId(32)];
  for (const [index, id] of proposals.entries()) {
    const change = { kind: 'SET_PARAMETER', name: 'batchMaxItems', value: 60_000 - index };
    const because = { legalBasis: AGREEMENT, reason: 'smaller batches' };
    await act(delegates.get(CN)!, 'member/propose', { id, change, ...because });
  }
  for (const delegate of delegates.values()) {
    const vote = { proposal: proposals[0], choice: 'YES', reason: 'agreed' };
    const { status, json } = await gateway.act(delegate, 'member/vote', vote);
    // Whoever votes after the deciding vote is told so.
    expect([200, 409], json?.detail).toContain(status);
  }

  const anchored = await acquire({ extent: { kind: 'FULL_COPY', justification: 'encrypted' } });
  const { manifest, input } = makeBatch(anchored, ['one', 'two', 'three']);
  const put = await gateway.call(
    'PUT',
    `/v1/evidence/manifests/${input.manifest}?acquisition=${anchored}`,
    {
      token: investigator.token,
      headers: { 'content-type': 'application/x-ndjson' },
      raw: new Uint8Array(manifest),
    },
  );
  expect(put.status, put.text).toBe(201);
  await act(investigator, 'evidence/anchor', input);
  await close(anchored, { batches: 1, items: 3, bytes: input.bytes });
  await act(investigator, 'evidence/segregate', {
    ...{ acquisition: anchored, relevantRoot: 'd'.repeat(64), relevant: 1, rest: 'RETURNED' },
    reason: 'one of three',
  });

  const abroad = await acquire({ ...ABROAD, location: located('DE') });
  const authority = await gateway.enrolPerson(DE, 'liaisonAuthority', 'schmidt');
  for (const position of ['OBJECTION', 'NO_OBJECTION']) {
    const answer = { acquisition: abroad, position, legalBasis: AGREEMENT, reason: 'looked at' };
    await act(authority, 'evidence/answer', answer);
  }

  const sealed = canonicalBytes({ location: located('DE'), salt: SALT });
  const covert = await acquire(
    {
      ...ABROAD,
      delayedNotice: {
        basis: { id: 'covert-measure-clause', version: 1 },
        latest: Date.now() + 3_600_000,
        sealed: toHex(sha256(sealed)),
      },
    },
    toBase64url(sealed),
  );
  await act(investigator, 'evidence/disclose', {
    ...{ acquisition: covert, location: located('DE'), salt: SALT, reason: 'measure ended' },
  });

  const unknown = await acquire({ ...ABROAD, location: located('UNKNOWN') });
  await act(investigator, 'evidence/determine', {
    ...{ acquisition: unknown, location: located('SG'), reason: 'the provider answered' },
  });

  const custody = await writeEveryStep(gateway);
  acquisitions.push(custody.acquisition);
  transactions.push(...custody.transactions);
  transactions.push(...(await writeEveryLabel(gateway)));
  transactions.push(...(await writeEveryOrder(gateway)));

  const token = await gateway.signIn(CN, 'system', 'intake');
  let last = '';
  for (let count = 0; count < plain; count += 1) {
    const draft = acquisitionInput();
    const { status, text } = await gateway.call('POST', '/v1/evidence/acquire', {
      ...{ token, body: { input: draft } },
    });
    expect(status, text).toBe(201);
    last = draft.id;
  }
  await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const { items } = custody;
  return { acquisitions: [...acquisitions, last], items, proposals, transactions };
}

/** Items that went every way that items go, and everything that can be said of one. */
async function writeEveryStep(gateway: TestGateway) {
  const scene = await openCustodyScene(gateway);
  const { cn, sg, judge } = scene.people;
  const original = { jurisdiction: 'DE', custodian: 'Provider-7', sha256: 'd'.repeat(64) };
  const seals = ['S-1', 'S-2'];
  const found = seals.map((seal) => ({ seal, intact: seal === 'S-1' }));
  const toSg = { to: { member: SG } };

  const mirror = await scene.open(0, { mirrorOf: original });
  const liaison = await gateway.enrolPerson(DE, 'liaisonAuthority', 'weber');
  await scene.step(cn, 'offer', mirror, toSg);
  await scene.step(sg, 'accept', mirror, { ...RECEIVED, checked: 'DIFFERS' });
  await scene.step(liaison, 'confirm', mirror, { position: 'DENIED', ground: 'OTHER' });
  const result = await scene.derive(sg, mirror);
  await scene.step(sg, 'examine', mirror, EXAMINED);
  const corrects = scene.headOf(mirror).last;
  await scene.step(sg, 'correct', mirror, { corrects, statement: 'as it was' });
  await scene.step(judge, 'takeOver', mirror, RECEIVED);
  await scene.step(judge, 'return', mirror, { to: 'the provider' });

  const phone = await scene.register({ seals });
  const storage = { place: 'laboratory', conditions: 'dry' };
  await scene.step(cn, 'move', phone, { storage, foundSeals: found });
  await scene.step(cn, 'unseal', phone, { foundSeals: found, witnesses: [], pictures: [] });
  await scene.step(cn, 'seal', phone, { seals: ['S-3'], witnesses: [], pictures: [] });
  await scene.step(cn, 'offer', phone, toSg);
  await scene.step(judge, 'hold', phone, { legalBasis: AGREEMENT });
  const { holds } = scene.headOf(phone);
  await scene.step(judge, 'lift', phone, { hold: holds[0]!.hold });
  await scene.step(sg, 'refuse', phone);
  await scene.step(cn, 'offer', phone, toSg);
  await scene.step(cn, 'withdraw', phone);
  const authority = { kind: 'JUDICIAL', reference: 'J-1' };
  await scene.step(cn, 'dispose', phone, { legalBasis: AGREEMENT, authority, witnesses: [] });
  const waiting = await scene.open(1);
  await scene.step(cn, 'offer', waiting, toSg);

  const because = { legalBasis: AGREEMENT, reason: 'looked at' };
  const by = { capacity: 'DEFENCE', person: 'f'.repeat(64) };
  for (const subject of [
    { kind: 'ITEM', id: mirror },
    { kind: 'ACQUISITION', id: scene.acquisition },
  ]) {
    const id = newId();
    await scene.act(judge, 'review/object', { id, subject, by, ...because });
    if (subject.kind === 'ITEM') {
      await scene.act(cn, 'review/reply', { objection: id, outcome: 'REJECTED', ...because });
    }
    await scene.act(judge, 'review/judge', { subject, outcome: 'EXCLUDED', ...because });
    await scene.act(sg, 'review/examine', {
      ...{ subject, method: 'looked at', tools: [], result: 'INCONCLUSIVE', reason: 'compressed' },
    });
    await scene.act(judge, 'review/weigh', {
      ...{ subject, showsDestination: 'UNCLEAR', reason: 'no account is named' },
    });
  }
  const { acquisition, transactions } = scene;
  return { acquisition, transactions, items: [mirror, result, phone, waiting] };
}
