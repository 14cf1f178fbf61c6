/** What a proof of one item shows and does not show, for whoever is to rely on it. Pure. */
import { formatCount } from '../table.ts';
import type { ProofVerdict } from './check-proof.ts';

type Shown = ProofVerdict & { readonly outcome: 'INTACT' };

export function tellShown({ kind, ofAcquisition, wholeSet, grant }: Shown): string {
  const set = 'the set that this grant disclosed';
  if (!ofAcquisition) {
    return kind === 'MEMBER'
      ? `${set} holds this leaf hash`
      : `${set} does not hold this leaf hash`;
  }
  return kind === 'MEMBER'
    ? `the item is of this acquisition, and ${set} holds it`
    : `the item is of this acquisition, and ${set} does not hold it${wholeSet ? `: it is one of ${formatCount(grant.withheld, 'item')} withheld` : ''}`;
}

/** One sentence each; absence rests on more than membership does. */
export function listLimits({ kind, ofAcquisition, wholeSet }: Shown): string[] {
  return [
    ...(kind === 'MEMBER' ? [] : [wholeSet ? CHECKED : RESTS_ON_ORDER]),
    ...(ofAcquisition ? [] : [NO_ITEM[kind]]),
    ...(kind === 'MEMBER' ? [NOT_SEEN] : [NOT_ELSEWHERE]),
    'Does not show: whether the content is true, or whether the access still holds.',
  ];
}

const CHECKED =
  'Checked against the whole list: it ascends and has the granted root, so the item stands nowhere in it.';
const RESTS_ON_ORDER =
  'Rests on: that the granted list ascends, to which the member bound itself. The neighbours shown stand side by side in it; that nothing stands elsewhere out of order, only the whole list shows. Who received the access has it: give it with --set (set.txt of `disclosure open`).';
const NO_ITEM = {
  MEMBER: 'Does not show: what the item is. Its own proof shows that: give it with --item.',
  ABSENT:
    'Does not show: that there is such an item at all. Its own proof shows that: give it with --item.',
} as const;
const NOT_SEEN = 'Does not show: that anybody looked at it (`disclosure views` tells).';
const NOT_ELSEWHERE =
  'Does not show: that the same content was kept back. It may stand in the set as another item, if it was anchored twice, or have been shown by another grant or in another way; nor why it was withheld.';
