/** What is said of a label reads for what it is. */
import type { ProvenSaid, Verdict } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { describeLabelProof } from './proof-text.ts';

const describeSaid = (said: readonly ProvenSaid[]): string =>
  describeLabelProof({
    statement: { network: 'eip155:1', address: '0x00', category: 'mixer', concepts: [], links: [] },
    ...{ member: 'AlphaMSP', assertedAt: 0, keyCustody: 'person', taxonomy: 'interpol@2' },
    ...{ batch: 'b', index: 0, leaf: 'l', attestedAt: 0, block: 7, position: 0 },
    ...{ endorsers: ['AlphaMSP'], said },
  } as unknown as NonNullable<Verdict['label']>);

const dispute: ProvenSaid = {
  ...{ kind: 'dispute', of: 'LABEL', member: 'BravoMSP', at: 0, reason: 'bought in good faith' },
  ...{ dispute: '5d5d', onBehalfOf: 'PERSON', answerBy: 86_400_000 },
};

it('tells a dispute of the label from one that rebuts what is presumed of it', () => {
  expect(describeSaid([dispute])).toContain('5d5d, answer by ');
  const rebuttal = { ...dispute, presumption: { id: 'mixer-30-days', version: 2 } };
  expect(describeSaid([rebuttal])).toContain(
    '5d5d, rebuts the presumption mixer-30-days@2 and not the label, answer by ',
  );
});
