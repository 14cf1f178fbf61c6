/** Transfers and presumptions on the embedded ledger: what they rest on, who rebuts, and what the audit shows. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digest, NOW } from '../../chaincode/test/samples.ts';
import { audit, listBlocks, trustOf } from '../support/audited-ledger.ts';
import {
  type AssertedLabels,
  assertLabels,
  sampleAssertion,
  sampleDispute,
} from './label-scene.ts';
import { acquire, carry, closedWithItems, newId } from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
});
beforeEach(() => {
  world.clock.time = NOW;
});
afterAll(() => world.close());

describe('a batch of transfers', () => {
  const evidenceOf = (...ids: string[]) => ids.map((id) => ({ kind: 'ACQUISITION', id }));
  const assertion = (evidence: unknown) => ({
    ...sampleAssertion(digest('a'), 5),
    content: 'TRANSFERS',
    evidence,
  });

  it('names evidence of its own member, which is there', async () => {
    const [analyst, abroad] = [
      await world.person('CnMSP', 'analyst'),
      await world.person('SgMSP', 'analyst'),
    ];
    const id = await acquire(world);
    const done = await world.act(analyst, 'label:assert', assertion(evidenceOf(id)));
    expect(done.record).toMatchObject({ content: 'TRANSFERS', evidence: evidenceOf(id) });
    await world.refuse('NOT_FOUND', analyst, 'label:assert', assertion(evidenceOf(newId())));
    await world.refuse('NOT_OWN_MEMBER', abroad, 'label:assert', assertion(evidenceOf(id)));
    const other = await closedWithItems(world);
    const both = assertion([...evidenceOf(id), ...evidenceOf(other)]);
    expect((await world.act(analyst, 'label:assert', both)).code).toBe('VALID');
    const items = assertion([{ kind: 'ITEM', id: newId(32) }]);
    await world.refuse('NOT_FOUND', analyst, 'label:assert', items);
  });

  it('names some, once each, and labels name none', async () => {
    const analyst = await world.person('CnMSP', 'analyst');
    const id = await acquire(world);
    const refused = [
      assertion([]),
      assertion(undefined),
      assertion(evidenceOf(id, id)),
      { ...assertion(evidenceOf(id)), content: undefined },
      { ...assertion(evidenceOf(id)), content: 'LABELS' },
    ];
    for (const input of refused) {
      await world.refuse('BAD_INPUT', analyst, 'label:assert', JSON.parse(JSON.stringify(input)));
    }
  });
});

describe('a presumption', () => {
  let labels: AssertedLabels;
  beforeEach(async () => {
    labels = await assertLabels(world);
  });
  const rule = (version: number, changes: object = {}) => ({
    ...{ register: 'presumption', id: 'mixer', version },
    body: {
      title: 'Assets that passed a mixer',
      instrument: 'An act on assets',
      article: 'Art. 7',
      edition: '2026',
      adoptedBy: ['CN'],
      taxonomy: { id: 'addresses', version: 1 },
      categories: ['mixer'],
      presumed: 'PRESUMED_ILLICIT',
      rebuttedBy: ['PERSON'],
      rebuttalDays: 90,
      ...changes,
    },
  });
  const publish = (version: number, changes?: object) =>
    carry(world, { kind: 'PUBLISH', entry: rule(version, changes) } as Parameters<typeof carry>[1]);
  const rebut = (version: number, changes: object = {}) => ({
    ...sampleDispute(labels.one(1)),
    presumption: { id: 'mixer', version },
    ...changes,
  });

  it('is rebutted where it is law, by whom the rule lets, and answered without a withdrawal', async () => {
    const by = await world.person('SgMSP', 'liaisonAuthority');
    await world.refuse('REFERENCE_UNKNOWN', by, 'label:dispute', rebut(1));
    await publish(1, { adoptedBy: [] });
    await world.refuse('BAD_INPUT', by, 'label:dispute', rebut(1));
    await publish(2);
    await world.refuse('REFERENCE_SUPERSEDED', by, 'label:dispute', rebut(1));
    await world.refuse('NOT_ALLOWED', by, 'label:dispute', rebut(2, { onBehalfOf: 'MEMBER' }));
    const dispute = rebut(2);
    const brought = await world.act(by, 'label:dispute', dispute);
    expect(brought.record).toMatchObject({ presumption: { id: 'mixer', version: 2 } });
    const own = await world.person('CnMSP', 'prosecutor');
    const answer = { dispute: dispute.id, position: 'REBUTTED', reason: 'wages, by payslips' };
    const answered = await world.act(own, 'label:answer', answer);
    expect(answered.record).toMatchObject({ position: 'REBUTTED', overdue: false });

    const report = await audit(await listBlocks(world), await trustOf(world), NOW);
    expect(report.break, report.break?.detail).toBeNull();
    const found = report.findings.map(({ code, subject }) => [code, subject]);
    expect(found).toContainEqual([
      'PRESUMPTION_REBUTTED',
      `dispute ${dispute.id}, mixer@2, by SgMSP for a PERSON: REBUTTED by CnMSP`,
    ]);
  });

  it('is rebutted by no answer to a dispute of the label itself', async () => {
    const by = await world.person('SgMSP', 'liaisonAuthority');
    const dispute = sampleDispute(labels.one(0));
    await world.act(by, 'label:dispute', dispute);
    const own = await world.person('CnMSP', 'prosecutor');
    const answer = { dispute: dispute.id, position: 'REBUTTED', reason: 'wages, by payslips' };
    await world.refuse('BAD_INPUT', own, 'label:answer', answer);
  });
});
