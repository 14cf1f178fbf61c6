/** What every command that asserts labels asks for. */
import { assertInput } from '@tabellion/chaincode/label/record';
import { labelStatement, PROVENANCES, TLP } from '@tabellion/proof';
import { type Command, Option } from 'commander';
import { parseGoverned, withoutAbsent } from '../acquisition-input.ts';
import { checkInput } from '../document.ts';

export interface AssertFlags {
  readonly legalBasis: string;
  readonly reason: string;
  readonly case?: string;
  readonly taxonomy: string;
  readonly tlp: (typeof TLP)[number];
  readonly pap: (typeof PAPS)[number];
  readonly provenance?: (typeof PROVENANCES)[number];
  readonly again?: true;
}

const PAPS = labelStatement.shape.pap.options;

export const addAssertOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--provenance <p>', 'how it came to be known, where nothing says so').choices(
        PROVENANCES,
      ),
    )
    .addOption(
      new Option('--tlp <marking>', 'who may see it, where nothing says so')
        .choices(TLP)
        .default('AMBER'),
    )
    .addOption(
      new Option('--pap <marking>', 'what may be done with it, where nothing says so')
        .choices(PAPS)
        .default('AMBER'),
    )
    .requiredOption('--legal-basis <id@version>', 'rule that allows to assert it')
    .requiredOption('--reason <text>', 'why, without anybody’s name')
    .option('--case <reference>', 'the case that it belongs to')
    .option('--taxonomy <id[@version]>', 'where the categories stand', 'addresses')
    .option('--again', 'assert anew what was asserted before in exactly the same way');

const statement = assertInput.omit({
  ...{ root: true, size: true, manifest: true, tlp: true },
  ...{ content: true, evidence: true },
});
/** What a batch says besides its manifest. */
export type BatchStatement = ReturnType<typeof draftStatement>;

/** @throws CliError `BAD_INPUT`, before anything is read or sent. */
export const draftStatement = (flags: AssertFlags, taxonomy: { id: string; version: number }) =>
  checkInput(
    statement,
    withoutAbsent({
      taxonomy,
      case: flags.case,
      legalBasis: parseGoverned(flags.legalBasis),
      reason: flags.reason,
    }),
  );
