/** Labels for people: what they must not overlook. */
import { expect, it } from 'vitest';
import { describeStatus } from './label-text.ts';
import { describeAnswers, type ListedLabel } from './screen-text.ts';

const label: ListedLabel = {
  ...{ category: 'mixer', member: 'CnAgencyMSP', status: 'DISPUTED', score: null },
  ...{ network: 'eip155:1', label: 'one' },
};
const listed = (more: Partial<ListedLabel>) =>
  describeAnswers(
    [{ submitted: '0x1', verdict: 'LABELLED', labels: [{ ...label, ...more }] }],
    false,
  );

it('shows beside a label that a dispute of it was not answered in time', () => {
  expect(listed({ overdueDisputes: 1 })).toContain('DISPUTED (answer overdue)');
  for (const more of [{}, { overdueDisputes: 0 }]) expect(listed(more)).not.toContain('overdue');
  expect(describeStatus({ status: 'EXPIRED', overdueDisputes: 2 })).toBe(
    'EXPIRED (answer overdue)',
  );
});
