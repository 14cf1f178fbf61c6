/** Transfers as they stand in a manifest: in the one writing in which they can be compared. */
import type { TransferFacts } from '@tabellion/proof';
import { isTransferRefusal, normaliseTransfer } from '@tabellion/screening';

/** Network, transaction and index: the same transfer, whoever observed it. */
export const transferId = ({
  network,
  transaction,
  index,
}: Pick<TransferFacts, 'network' | 'transaction' | 'index'>): string =>
  `${transactionId({ network, transaction })}/${index}`;

/** What all transfers of one transaction have in common. */
export const transactionId = ({
  network,
  transaction,
}: Pick<TransferFacts, 'network' | 'transaction'>): string => `${network}/${transaction}`;

/** Why it is not in that writing; undefined where it is. Names the field and never what it holds. */
export function findTransferFault(facts: TransferFacts): string | undefined {
  const read = normaliseTransfer(facts);
  if (isTransferRefusal(read)) return read.code;
  const isSame =
    read.transaction === facts.transaction &&
    read.to === facts.to &&
    read.asset === facts.asset &&
    read.arrival?.asset === facts.arrival?.asset &&
    read.from.length === facts.from.length &&
    read.from.every((sender, at) => sender === facts.from[at]);
  return isSame ? undefined : 'not in canonical form';
}
