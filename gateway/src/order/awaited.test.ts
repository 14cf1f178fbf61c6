/** What an order waits for where its end, or its new contents, leave a gate shut. */
import { expect, it } from 'vitest';
import type { OrderCase } from '../../../chaincode/test/order-case.ts';
import { digest } from '../../../chaincode/test/samples.ts';
import { beginShipped, type ShippedOrder } from '../../../chaincode/test/shipped-order.ts';
import { listAwaited } from './awaited.ts';

const WHEN = '2026-09-01T09:00:00Z';
const legalBasis = { id: 'de-stpo-94', version: 1 };
const whole = { extent: 'WHOLE' as const, acquisitions: [] };
const receive = (order: OrderCase) =>
  order
    .take('serve', ['ISSUER', 'system', WHEN], { channel: 'by hand' })
    .take('receive', ['ADDRESSEE', 'system', WHEN], { receivedAt: Date.parse(WHEN) });
const awaited = ({ order, profile }: ShippedOrder) =>
  listAwaited({ order: order.order, head: order.head, profile }).map(
    ({ side, verb }) => `${side} ${verb}`,
  );

it('a review, also where what was delivered is withdrawn', () => {
  const shipped = beginShipped('tabellion-contactless');
  receive(shipped.order).take('execute', ['ADDRESSEE', 'system', WHEN], whole);
  shipped.order.take('deliver', ['ADDRESSEE', 'system', WHEN], whole);
  shipped.order.take('withdraw', ['ISSUER', 'judicialReviewer', WHEN], {});
  expect(awaited(shipped)).toEqual(['ENFORCING clear']);
  shipped.order.take('clear', ['ENFORCING', 'judicialReviewer', WHEN], {
    gate: 'host-review',
    legalBasis,
  });
  expect(awaited(shipped)).toEqual(['ISSUER close']);
});

it('the issuer’s own authorities, where contents are new', () => {
  const shipped = beginShipped('mla', { role: 'centralAuthority' });
  const { order } = shipped;
  const cleared = { gate: 'sent-abroad', legalBasis };
  order.take('clear', ['ISSUER', 'liaisonAuthority', WHEN], cleared);
  const defect = { defect: 'TOO_LITTLE' as const, preserved: true };
  receive(order).take('reportDefect', ['ADDRESSEE', 'investigator', WHEN], defect);
  const contents = { ADDRESSEE: digest('c') };
  order.take('clarify', ['ISSUER', 'centralAuthority', WHEN], { contents });
  expect(awaited(shipped)).toContain('ISSUER clear');
  order.take('clear', ['ISSUER', 'liaisonAuthority', WHEN], cleared);
  expect(awaited(shipped)).not.toContain('ISSUER clear');
});
