/** What happens again and again in a consortium: votes, acquisitions. */
import { randomBytes } from 'node:crypto';
import type { GrantInput } from '@tabellion/chaincode/disclosure/record';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import type { Change } from '@tabellion/chaincode/member/record';
import type { ObjectInput, Subject } from '@tabellion/chaincode/review/record';
import { digest, NOW, sampleAcquire, sampleAnchor } from '../../chaincode/test/samples.ts';
import type { Committed, World } from './world.ts';

export const newId = (bytes = 16) => randomBytes(bytes).toString('hex');

export const TREATY = { id: 'treaty', version: 1 };
export const CHARTER = { id: 'charter', version: 1 };
export const GROUNDS: AcquireInput['grounds'] = [{ kind: 'TREATY', reference: 'MLA/2026/7' }];

/** A proposal by CN. */
export async function propose(world: World, change: Change): Promise<string> {
  const id = newId(32);
  const input = { id, change, legalBasis: CHARTER, reason: 'the members agreed' };
  await world.act(await world.person('CnMSP', 'delegate'), 'member:propose', input);
  return id;
}

export async function vote(
  world: World,
  mspId: string,
  proposal: string,
  choice: 'YES' | 'NO' = 'YES',
): Promise<Committed> {
  const input = { proposal, choice, reason: 'decided by the board' };
  return world.act(await world.person(mspId, 'delegate'), 'member:vote', input);
}

/** Carried by the three states. */
export async function carry(world: World, change: Change): Promise<Committed> {
  const id = await propose(world, change);
  await vote(world, 'CnMSP', id);
  await vote(world, 'DeMSP', id);
  return vote(world, 'SgMSP', id);
}

/** A new acquisition by the investigator of CN; returns its id. */
export async function acquire(world: World, changes: Partial<AcquireInput> = {}): Promise<string> {
  const input = sampleAcquire({ id: newId(), ...changes });
  await world.act(await world.person('CnMSP', 'investigator'), 'evidence:acquire', input);
  return input.id;
}

/** One by CN on a system in DE, under a treaty. */
export const acquireAbroad = (world: World, changes: Partial<AcquireInput> = {}) =>
  acquire(world, {
    route: 'MUTUAL_ASSISTANCE',
    legalBases: [TREATY],
    grounds: GROUNDS,
    location: {
      systemJurisdiction: 'DE',
      mediumLocation: 'DE',
      source: { class: 'STANDALONE' },
    },
    ...changes,
  });

/** A closed acquisition of CN with one batch of ten items. */
export async function closedWithItems(world: World): Promise<string> {
  const investigator = await world.person('CnMSP', 'investigator');
  const acquisition = await acquire(world);
  await world.act(investigator, 'evidence:anchor', sampleAnchor({ acquisition }));
  await world.act(investigator, 'evidence:close', {
    acquisition,
    batches: 1,
    items: 10,
    bytes: 1000,
    endedAt: NOW,
    unread: 0,
    reason: 'collection finished',
  });
  return acquisition;
}

export const sampleObjection = (subject: Subject): ObjectInput => ({
  id: newId(),
  subject,
  by: { capacity: 'THIRD_PARTY', person: digest('7') },
  legalBasis: TREATY,
  reason: 'the disk belongs to a third party',
});

/** Four of ten items, for an hour. */
export const sampleGrant = (
  acquisition: string,
  changes: Partial<GrantInput> = {},
): GrantInput => ({
  id: newId(),
  acquisition,
  root: digest('d'),
  size: 4,
  to: { capacity: 'DEFENCE', person: digest('7') },
  access: digest('6'),
  expiresAt: NOW + 3_600_000,
  legalBasis: CHARTER,
  reason: 'what the charge rests on',
  ...changes,
});
