/** A profile that contradicts itself is refused, with the place. */
import { canonicalBytes } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { listShipped, readProfile } from '../../test/order-case.ts';
import { FOUNDING_LIMITS, INPUT_LIMITS } from '../kernel/input.ts';
import { referenceEntry } from '../member/record.ts';
import { orderProfileBody } from './profile.ts';

/** The shipped profile with another value at a path. */
function withValue(id: string, path: string, value: unknown): unknown {
  const whole = structuredClone(readProfile('eu-2023-1543.yaml', id)) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  const at = keys.reduce((node, key) => node[key] as Record<string, unknown>, whole);
  at[last] = value;
  return whole;
}

function listFaults(profile: unknown): string[] {
  const result = orderProfileBody.safeParse(profile);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

const anyOffence = {
  ...{ article: '1', title: 'any', kinds: [], leastMaximumMonths: null, bySystem: false },
};
const own = { from: 'CLARIFIED', until: ['CLARIFIED'] };
const resting = {
  ...{ by: [{ from: 'IMPOSSIBLE_REPORTED', until: ['MAINTAINED'] }], after: 'CONTINUES' },
};
const extension = { article: '1', clock: 'produce', times: 1 };
const stated = { unit: 'STATED_DAY', least: 30, most: 60, rollsOver: true };
const days = { unit: 'DAY', amount: 1, rollsOver: true };
const gate = { article: '1', title: 'Agreed', by: 'ADDRESSEE', roles: ['delegate'] };

describe('a profile', () => {
  it.each<[id: string, path: string, value: unknown, ...faults: string[]]>([
    ['epoc', 'clocks.1.id', 'produce-notified', 'clocks.1.id'],
    ['epoc', 'issuing.3.categories', ['ASSETS'], 'issuing.3.categories.0'],
    ['epoc', 'issuing.0.validators', ['prosecutor'], 'issuing.0.validators'],
    ['epoc', 'issuing.1.validation', 'AFTER', 'issuing.1.validation'],
    ['epoc', 'categories', ['SUBSCRIBER', 'ASSETS'], 'categories.1'],
    ['epoc', 'scope.offences.0.categories', ['ASSETS'], 'scope.offences.0.categories.0'],
    ['epoc', 'scope.offences.0.leastMaximumMonths', null, 'scope.offences.0'],
    ['epoc', 'scope.dualCriminality.categories', ['ASSETS'], 'scope.dualCriminality.categories.0'],
    ['epoc', 'scope.dualCriminality.unless', anyOffence, 'scope.dualCriminality.unless'],
    ['epoc', 'scope.emergency', { article: '1', threats: ['LIFE'] }, 'scope.emergency'],
    ['epoc-emergency', 'scope.emergency', null, 'scope.emergency'],
    ['epoc-pr', 'scope.connection.0.anyOf', [], 'scope.connection.0.anyOf'],
    ['epoc-pr', 'scope', undefined, 'scope'],
    ['epoc', 'enforcing.notifiedOf', ['ASSETS'], 'enforcing.notifiedOf.0'],
    ['epoc', 'gates.0.opensWith', 'nothing', 'gates.0.opensWith'],
    ['epoc', 'clocks.0.period', null, 'gates.0.opensWith'],
    ['epoc', 'clocks.0.starts', 'EXTENDED', 'clocks.0.starts'],
    ['epoc', 'clocks.0.starts', 'DELIVERED', 'clocks.0.starts'],
    ['epoc', 'clocks.0.stops', ['OVERDUE'], 'clocks.0.stops.0'],
    ['epoc', 'clocks.0.suspended.by.0', own, 'clocks.0.suspended.by.0'],
    ['epoc', 'clocks.0.categories', ['ASSETS'], 'clocks.0.categories.0'],
    ['epoc', 'clocks.2.closes', [], 'clocks.2.closes'],
    ['epoc', 'clocks.2.escalates', ['delegate'], 'clocks.2.escalates'],
    ['epoc', 'clocks.1.escalates', ['delegate']],
    ['epoc', 'content.0.seenBy', ['ENFORCING']],
    ['epoc', 'extension', { ...extension, period: days }, 'extension'],
    ['epoc', 'conflict', null, 'clocks.0.suspended.by.1.from', 'clocks.4.closes.0'],
    ['epoc', 'enforcing', null, 'content.0.seenBy', 'gates.0.by', 'clocks.0', 'grounds.0.for'],
    ['epoc', 'grounds.0.for', 'RECOGNITION_DENIED'],
    ['epoc', 'notAddressedIn', ['CN']],
    ['epoc', 'gates.0.by', 'ISSUER', 'gates.0.by'],
    ['epoc', 'gates.0.blocks', 'SERVED', 'gates.0.by'],
    ['epoc', 'gates.0.blocks', 'FORFEITED', 'gates.0.blocks'],
    ['epoc', 'gates.0.categories', ['TRAFFIC', 'ASSETS'], 'gates.0.categories.1'],
    ['epoc', 'gates.0.categories', ['TRAFFIC']],
    ['epoc', 'gates.0.categories', ['SUBSCRIBER'], 'gates.0.notified'],
    ['epoc', 'enforcing.notifiedOf', [], 'gates.0.notified', 'clocks.0.notified'],
    ['epoc-pr', 'clocks.0.period', { ...stated, most: 20 }, 'clocks.0.period.most'],
    ['epoc-pr', 'clocks.0.period', stated],
    ['epoc-pr', 'extension.period', null, 'extension.period'],
    ['epoc-pr', 'grounds.0.for', 'OBJECTED', 'grounds.0.for'],
    ['epoc-pr', 'content.0.seenBy', ['ENFORCING', 'ADDRESSEE']],
    ['epoc-pr', 'extension.clock', 'nothing', 'extension.clock'],
    ['epoc-pr', 'extension.period', { unit: 'WORKING_DAY', amount: 30 }, 'extension.period.unit'],
    ['epoc-pr', 'clocks.0.stops', [], 'clocks.0.stops'],
    ['epoc-pr', 'gates', [{ ...gate, id: 'out', blocks: 'DELIVERED' }], 'gates.0.blocks'],
    ['epoc-pr', 'clocks.1.period', null, 'clocks.1.period'],
    ['epoc-pr-emergency', 'clocks.2.silence', 'OVERDUE', 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.categories', ['CONTENT'], 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.notified', false, 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.starts', 'EXECUTED', 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.stops', ['VALIDATED', 'EXECUTED'], 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.suspended', resting, 'issuing.0.validation'],
    ['epoc-pr-emergency', 'clocks.2.period', { ...stated, most: null }, 'issuing.0.validation'],
    ['epoc-pr-emergency', 'extension.clock', 'validate', 'issuing.0.validation'],
    ['epoc-emergency', 'clocks.3.validation', undefined, 'clocks.3.stops.0'],
    ['epoc', 'clocks.1.starts', 'VALIDATED', 'clocks.1.starts'],
    ['epoc-pr-emergency', 'clocks.0.starts', 'VALIDATED'],
    ['epoc', 'issuing.1.roles', ['delegate', 'system', 'auditor'], 'issuing.1.roles'],
    ['epoc', 'issuing.1.validators', ['auditor'], 'issuing.1.validators'],
    ['epoc', 'addressee.roles', ['system', 'auditor'], 'addressee.roles'],
    ['epoc', 'addressee.kinds', ['PLATFORM', 'AUDITOR'], 'addressee.roles'],
    ['epoc', 'addressee.kinds', ['STATE'], 'enforcing'],
    ['epoc', 'enforcing.roles', ['delegate'], 'enforcing.roles'],
    ['epoc', 'conflict.roles', ['system'], 'conflict.roles'],
    ['epoc', 'gates.0.roles', ['delegate'], 'gates.0.roles'],
    ['epoc', 'gates.0.roles', ['delegate', 'judicialReviewer']],
  ])('%s with %s as %j is judged at its places', (id, path, value, ...faults) => {
    const found = listFaults(withValue(id, path, value));
    expect(found).toEqual(faults.length === 0 ? [] : expect.arrayContaining(faults));
  });

  it('says where it can be addressed, or where it cannot', () => {
    const named = {
      ...(withValue('epoc', 'addressedIn', ['FR']) as object),
      notAddressedIn: ['CN'],
    };
    expect(listFaults(named)).toEqual(['notAddressedIn']);
  });

  it('leaves no more periods to the order than that can state', () => {
    const { clocks } = readProfile('eu-2023-1543.yaml', 'epoc-pr');
    const many = (count: number) => [
      ...clocks,
      ...Array.from({ length: count }, (_, at) => ({
        ...{ ...clocks[0], id: `keep-${at}`, period: stated },
      })),
    ];
    expect(listFaults(withValue('epoc-pr', 'clocks', many(8)))).toEqual([]);
    expect(listFaults(withValue('epoc-pr', 'clocks', many(9)))).toEqual(['clocks']);
  });

  it('shows each party something of what it is given to read', () => {
    const { content } = readProfile('eu-2023-1543.yaml', 'epoc');
    const seenBy = (party: string) => content.map((field) => ({ ...field, seenBy: [party] }));
    expect(listFaults(withValue('epoc', 'content', seenBy('ENFORCING')))).toEqual(['content']);
    expect(listFaults(withValue('epoc', 'content', seenBy('ADDRESSEE')))).toEqual(['content']);
  });
});

it('all that are shipped are entries, fit one by one in a proposal, and together in a founding', () => {
  const entries = listShipped();
  const sizes = entries.map((entry) => {
    expect(() => referenceEntry.parse(entry)).not.toThrow();
    return canonicalBytes(entry).length;
  });
  expect(entries.length).toBeGreaterThan(3);
  expect(Math.max(...sizes)).toBeLessThan(INPUT_LIMITS.maxBytes - 1024);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  expect(whole).toBeLessThan(FOUNDING_LIMITS.maxBytes / 2);
});
