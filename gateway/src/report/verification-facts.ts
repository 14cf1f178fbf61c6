import type { ReportContext } from './context.ts';

/**
 * What the code on the report carries: lines of `name value`, digests only. No address, no person, no
 * file name, no secret.
 */
export function verificationFacts({ life, bundles, ledger }: ReportContext): string {
  const { batch } = life.provenance;
  return [
    'tabellion.report 1',
    `item ${life.opening.record.item}`,
    ...(batch === null ? [] : [batch.key.replace('/', ' ')]),
    `last ${life.head.last}`,
    `genesis ${ledger.genesis}`,
    ...bundles.map(({ digest }) => `proof ${digest}`),
  ].join('\n');
}
