/** How lists of others write TLP and PAP: `tlp:amber+strict`, `PAP:GREEN`, and the older WHITE for CLEAR. */
import type { LabelFacts } from '@tabellion/proof';

/** Upper case without the prefix; whether it is one of the closed list is for the label's schema. */
export function readMarking(text: string): string {
  const mark = text
    .trim()
    .toUpperCase()
    .replace(/^(TLP|PAP):/, '')
    .replace(/[+ -]/, '_');
  return mark === 'WHITE' ? 'CLEAR' : mark;
}

export const writeTlp = (tlp: LabelFacts['tlp']): string =>
  `tlp:${tlp.toLowerCase().replace('_', '+')}`;
export const writePap = (pap: LabelFacts['pap']): string => `PAP:${pap}`;
