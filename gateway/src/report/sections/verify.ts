import { EXIT } from '../../explain/exit-code.ts';
import {
  type Block,
  cell,
  code,
  column,
  type Line,
  list,
  paragraph,
  strong,
  table,
  warning,
} from '../content.ts';
import type { NamedBundle, ReportContext } from '../context.ts';
import { verificationFacts } from '../verification-facts.ts';

/** As `tabellion verify` ends. */
const EXITS = {
  INTACT: EXIT.done,
  MISMATCH: EXIT.mismatch,
  UNTRUSTED: EXIT.untrusted,
  UNREADABLE: EXIT.error,
} as const;

/** The exact commands that check the attached proofs offline. */
export function verifySection(context: ReportContext): Block[] {
  const { words, bundles } = context;
  const w = words.verify;
  const proofs = bundles.filter(({ kind }) => kind !== 'commitment');
  return [
    ...(proofs.length === 0 ? [warning(strong(w.noBundle))] : []),
    list(w.steps.map((step): Line => [step])),
    ...(proofs.length === 0
      ? []
      : [
          paragraph(w.extract),
          { kind: 'commands' as const, lines: ['pdfdetach -saveall report.pdf'] },
        ]),
    paragraph(w.check),
    {
      kind: 'commands',
      lines: proofs.length === 0 ? checkCommands('PROOF.json', true) : proofs.flatMap(commandsOf),
    },
    table(
      w.results,
      [column(w.answer, 2), column(w.exit, 1.5), column(w.meaning, 6)],
      (['INTACT', 'MISMATCH', 'UNTRUSTED', 'UNREADABLE'] as const).map((verdict) => [
        cell(code(verdict)),
        cell(`${EXITS[verdict]}`),
        cell(w.verdicts[verdict]),
      ]),
    ),
    paragraph(w.compare),
    { kind: 'qr', text: verificationFacts(context), caption: w.qr },
  ];
}

/** A file can be compared where the proof carries the commitment of the item's own content. */
const commandsOf = ({ name, content }: NamedBundle): string[] =>
  checkCommands(name, content?.of === 'ITEM' && content.commitment.type === 'tabellion.item');

function checkCommands(name: string, hasFile: boolean): string[] {
  const check = `tabellion verify ${name} --trust trust.json`;
  return hasFile ? [check, `${check} --file FILE`] : [check];
}
