import { type Command, Option } from 'commander';
import { collect } from '../repeatable.ts';

export const many = (flags: string, description: string) =>
  new Option(flags, `${description} (repeatable)`).argParser(collect);

/** What is said of every act of collection. */
export const addAcquisitionOptions = (command: Command): Command =>
  command
    .option(
      '--input <file>',
      'all fields as JSON; flags replace single ones (- reads standard input)',
    )
    .option('--case <reference>', 'case in the files of the member')
    .addOption(many('--legal-basis <id@version>', 'governed legal basis'))
    .option('--method <id@version>', 'governed collection method')
    .option('--standard <id@version>', 'governed standard followed')
    .addOption(
      new Option('--route <route>', 'how the evidence is obtained').choices([
        'DOMESTIC',
        'MUTUAL_ASSISTANCE',
        'POLICE_COOPERATION',
        'PROVIDER_DIRECT',
        'UNILATERAL',
      ]),
    )
    .option('--system <jurisdiction>', 'where the system is, or UNKNOWN')
    .option('--medium <jurisdiction>', 'where the medium is, or UNKNOWN; without it, as --system')
    .option('--authorisation <KIND:reference>', 'JUDICIAL, EMERGENCY_POLICE or INTERNAL')
    .option('--reason <text>', 'why');
