import { type Block, heading, type Line, list, paragraph, strong, warning } from '../content.ts';
import type { ReportContext } from '../context.ts';

/** What the attached proofs can show and what nothing here shows (EVD-16). */
export function proofSection({ words, bundles, ledger }: ReportContext): Block[] {
  const w = words.proof;
  const proofs = bundles.filter(({ kind }) => kind !== 'commitment');
  const shown = proofs.map(({ kind, name, content }): Line => {
    if (kind === 'custody') return [w.custody(name)];
    return [content?.of === 'SOURCE' ? w.compactOfSource(name) : w.compact(name)];
  });
  return [
    heading(w.shows),
    ...(shown.length === 0 ? [warning(strong(w.noBundle))] : [list(shown), paragraph(w.unchecked)]),
    heading(w.doesNotShow),
    list(w.limits.map((limit): Line => [limit])),
    ...(ledger.kind === 'embedded' ? [warning(strong(w.embedded))] : []),
  ];
}
