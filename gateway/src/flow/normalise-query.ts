/** What of a question about flows is asked and put on record: its address or transaction in the one form. */
import { isRefusal, normaliseAddress, normaliseTransaction } from '@tabellion/screening';
import type { FlowQuery } from './follow.ts';
import type { FlowQueryText } from './shape.ts';

/** Or why it cannot be asked, which names the reason and never what was asked. */
export function normaliseQuery({
  address,
  transaction,
  ...query
}: FlowQueryText): FlowQuery | { readonly refused: string } {
  const { network, since, until } = query;
  if (since !== undefined && until !== undefined && since > until) {
    return { refused: 'since: after until' };
  }
  if (transaction !== undefined) {
    const hash = normaliseTransaction(transaction, network);
    if (typeof hash === 'string') return { ...query, transaction: hash };
    return { refused: `${hash.code}: ${hash.detail}` };
  }
  const read = normaliseAddress(address!, network);
  if (isRefusal(read)) return { refused: `${read.code}: ${read.detail}` };
  return { ...query, address: read.address };
}
