import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, parseStrict, sha256, toHex, utf8 } from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type EvidenceConsortium,
  MEMBER,
  openEvidenceConsortium,
} from '../../../test/support/evidence-consortium.ts';
import { performAct } from '../ledger/act.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { type Projection, startProjection } from '../projection/projection.ts';
import { startDisclosure } from './disclosure.ts';

const logger = pino({ enabled: false });
const place = {
  systemJurisdiction: 'SG',
  mediumLocation: 'SG',
  source: { class: 'STANDALONE' },
} as const;
let directory: string;
let consortium: EvidenceConsortium;
let projection: Projection;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-disclosure-'));
  consortium = await openEvidenceConsortium(directory);
  projection = await startProjection({
    file: join(directory, 'projection.sqlite'),
    ledger: consortium.ledger,
    logger,
  });
});
afterAll(async () => {
  await projection.close();
  await consortium.close();
  await rm(directory, { recursive: true, force: true });
});

async function acquireCovertly(latest: number): Promise<string> {
  const id = randomBytes(16).toString('hex');
  const salt = randomBytes(16).toString('base64url');
  const sealed = canonicalBytes({ location: place, salt });
  const { location: _, ...facts } = consortium.draft(id);
  const input = {
    ...facts,
    route: 'MUTUAL_ASSISTANCE',
    grounds: [{ kind: 'TREATY', reference: 'SG-2026-9' }],
    legalBases: [{ id: 'coe-185-31', version: 1 }],
    delayedNotice: {
      basis: { id: 'covert-measure-clause', version: 1 },
      latest,
      sealed: toHex(sha256(sealed)),
    },
  };
  const { status } = await performAct(
    consortium.ledger,
    await consortium.person('investigator'),
    {
      transaction: 'evidence:acquire',
      args: [canonicalBytes(input)],
      transient: { location: sealed },
    },
    () => undefined,
  );
  expect(status.code).toBe('VALID');
  return id;
}

async function readTouched(id: string): Promise<unknown> {
  const { ledger, service } = consortium;
  const { proposal } = await ledger.prepare({
    transaction: 'evidence:read',
    args: [utf8(`location-head/${id}`)],
    creator: service.creator,
  });
  const signature = await service.sign(proposal);
  const head = parseStrict(await ledger.evaluate({ bytes: proposal, signature }));
  return (head as { touched: unknown }).touched;
}

it('opens what is due with the key of the collector alone, and nothing before its time', async () => {
  const due = await acquireCovertly(Date.now() + 10_000);
  const later = await acquireCovertly(Date.now() + 86_400_000);
  await projection.catchUp(AbortSignal.timeout(10_000));
  const { listSealed } = createEvidenceView(projection.database);
  const disclosure = startDisclosure({
    ledger: consortium.ledger,
    signers: new Map([[MEMBER, consortium.service]]),
    listSealed,
    logger,
    now: Date.now,
    everyMs: 3_600_000,
  });
  await disclosure.run();
  expect(await readTouched(due)).toEqual(['SG']);
  expect(await readTouched(later)).toEqual([]);
  await projection.catchUp(AbortSignal.timeout(10_000));
  expect(listSealed(MEMBER, Date.now() + 30_000)).toEqual([]);
  await disclosure.close();
});
