/** What a label says, for people: from a gateway or from a file, so nothing here can reach one. */
import type { LabelFacts } from '@tabellion/proof';
import { networkOf } from '@tabellion/screening';
import { formatFields, formatTime } from '../table.ts';

/** A network by the name that people know it by. */
export const nameNetwork = (id: string): string => networkOf(id)?.name ?? id;

const time = (at: number | undefined) => (at === undefined ? undefined : formatTime(at));

export function describeLabel(label: LabelFacts): string {
  return formatFields([
    ['Address', label.address],
    ['Network', `${label.network} (${nameNetwork(label.network)})`],
    ['Category', [label.category, ...(label.concepts ?? [])].join(', ')],
    ['Label', label.label],
    ['Provenance', label.provenance],
    ['Source', label.source],
    ['Actor', label.actor],
    ['Links', label.links?.map(({ kind, id }) => `${kind}:${id}`).join(', ')],
    ['Observed', time(label.observedAt)],
    ['Valid from', time(label.validFrom)],
    ['Valid until', time(label.validUntil)],
    ['Marking', `TLP:${label.tlp} PAP:${label.pap}`],
    ['Corrects', label.corrects],
  ]);
}
