/** What hangs on days that no calendar holds yet: it is shown, and nothing is decided by it. */
import { expect, it } from 'vitest';
import {
  actOf,
  at,
  OrderCase,
  plainCalendar,
  readProfile,
  type Side,
  sampleIssue,
  sampleIssueContext,
} from '../../test/order-case.ts';
import { digest, expectRefusal } from '../../test/samples.ts';
import { Calendar } from './clock/calendar.ts';
import type { IssueInput } from './record.ts';

const ISSUED = '2026-09-01T08:00:00Z';
const by = (side: Side, when: string, role = 'system') => [side, role, when] as const;
const calendarsTo = (to: string) => {
  const of = (jurisdiction: string) => ({
    ...{ jurisdiction, calendar: new Calendar({ ...plainCalendar(jurisdiction), to }) },
  });
  return { ISSUER: of('DE'), ADDRESSEE: of('FR'), ENFORCING: of('FR') };
};

/** Received on the day of its issue, with calendars that end on a day; the next edition can come later. */
function receive(profile: string, to: string, changes: Partial<IssueInput> = {}) {
  const calendars = calendarsTo(to);
  const context = sampleIssueContext(readProfile('eu-2023-1543.yaml', profile), { calendars });
  const act = actOf('ISSUER', 'judicialReviewer', at(ISSUED));
  const order = new OrderCase(sampleIssue(changes), context, act)
    .take('serve', by('ISSUER', ISSUED), { channel: 'by hand' })
    .take('receive', by('ADDRESSEE', ISSUED), { receivedAt: at(ISSUED) });
  const renew = () => Object.assign(calendars, calendarsTo('2027-12-31'));
  return { order, renew };
}
const whole = { extent: 'WHOLE' as const, acquisitions: [] as string[] };
const mark = (order: OrderCase, clock: string, when: string) =>
  order.take('markOverdue', by('ISSUER', when), { clock });

it('shows an end that lies beyond as provisional, and one before as it is', () => {
  const { order } = receive('epoc', '2026-09-10');
  const reading = order.head.clocks.find(({ clock }) => clock === 'produce');
  expect(reading).toMatchObject({ state: 'OPEN', due: at('2026-09-11T21:59:59.999Z') });
  expect(reading?.provisional).toBe(true);
  const held = receive('epoc', '2026-09-11').order.head.clocks;
  expect(held.find(({ clock }) => clock === 'produce')).not.toHaveProperty('provisional');
});

it('makes nobody late, until the next edition does', () => {
  const { order, renew } = receive('epoc', '2026-09-05');
  expectRefusal(() => mark(order, 'produce', '2026-10-01T08:00:00Z'), 'NOT_OVERDUE');
  renew();
  mark(order, 'produce', '2026-10-01T08:00:00Z');
  expect(order.head.overdue).toEqual(['produce']);
  const other = receive('epoc', '2026-09-05').order;
  other
    .take('execute', by('ADDRESSEE', '2026-10-01T08:00:00Z'), whole)
    .take('deliver', by('ADDRESSEE', '2026-10-01T08:00:00Z'), whole);
  expect(other.last).toMatchObject({ status: 'DELIVERED', late: [] });
});

it('lets no order lapse, and opens no gate by silence', () => {
  const kept = receive('epoc-pr', '2026-09-05');
  kept.order.take('execute', by('ADDRESSEE', '2026-09-02T08:00:00Z'), whole);
  const lapse = () => mark(kept.order, 'keep', '2026-12-01T08:00:00Z');
  expectRefusal(lapse, 'NOT_OVERDUE');
  kept.renew();
  lapse();
  expect(kept.order.head.status).toBe('LAPSED');

  const { order, renew } = receive('epoc', '2026-09-05', {
    categories: ['TRAFFIC'],
    contents: { ADDRESSEE: digest('a'), ENFORCING: digest('b') },
  });
  order
    .take('takeNotice', by('ENFORCING', ISSUED), { receivedAt: at(ISSUED) })
    .take('execute', by('ADDRESSEE', '2026-09-02T08:00:00Z'), whole);
  const deliver = () => order.take('deliver', by('ADDRESSEE', '2026-09-12T08:00:00Z'), whole);
  expectRefusal(deliver, 'GATE_SHUT');
  renew();
  deliver();
  expect(order.head.status).toBe('DELIVERED');
});

it('holds up no order that is issued after it, but one before its first day', () => {
  const { order } = receive('epoc', '2026-08-31');
  expect(order.head.clocks.find(({ clock }) => clock === 'produce')?.provisional).toBe(true);
  const issue = (when: string) =>
    new OrderCase(
      sampleIssue(),
      sampleIssueContext(readProfile('eu-2023-1543.yaml', 'epoc')),
      actOf('ISSUER', 'judicialReviewer', at(when)),
    );
  expectRefusal(() => issue('2025-12-31T12:00:00Z'), 'CALENDAR_ENDS');
});
