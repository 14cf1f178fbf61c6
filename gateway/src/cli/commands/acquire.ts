/** `acquire`: opens one act of collection. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { addAcquisitionOptions, many } from './acquisition-options.ts';

export function addAcquireCommand(program: Command, run: Runner): void {
  const acquire = addAcquisitionOptions(
    program.command('acquire').description('record one act of collection and print its id'),
  )
    .addOption(many('--node <kind@jurisdiction>', 'node of a network source'))
    .addOption(many('--order <reference>', 'order that the collection rests on'))
    .addOption(many('--treaty <reference>', 'request under a treaty that it rests on'))
    .addOption(many('--consent <reference>', 'consent that it rests on'))
    .option('--continues <acquisition>', 'earlier acquisition that this one goes on with')
    .addOption(many('--purpose <purpose>', 'JUDGE_CASE, ANALYSE_CRIME or FIX_SCOPE'))
    .addOption(
      new Option('--publicly-released <answer>', 'whether the data were public').choices([
        'YES',
        'NO',
        'UNKNOWN',
      ]),
    )
    .option('--access-limits <statement>', 'access limits met, and that they were respected')
    .option('--full-copy <justification>', 'everything was copied, and why')
    .option('--volatile', 'the data vanish quickly')
    .addOption(many('--tool <name@version>', 'tool used'))
    .addOption(many('--recording <KIND:file>', 'recording of the process; its digest is taken'))
    .option('--without-recording <reason>', 'why there is no recording')
    .addOption(many('--witness <digest>', "salted SHA-256 of a witness's name"))
    .option('--clock-offset <ms>', 'device clock minus true time, milliseconds')
    .option('--started <time>', 'start, RFC 3339 with zone; without it, now')
    .option('--ended <time>', 'end, RFC 3339 with zone')
    .option('--delay-notice <time>', 'covert measure: tell the touched state by this time')
    .option('--delay-basis <id@version>', 'legal basis of the delay')
    .action(run(async () => (await import('../actions/acquire.ts')).acquire));
  addExamples(acquire, [
    'acquire --case 2026/117 --legal-basis cn-cpl-136@1 --method device-imaging@1 \\\n' +
      '      --standard iso-iec-27037@1 --route DOMESTIC --system CN --publicly-released NO \\\n' +
      '      --reason "Search of the office" --tool "imager@4.2"',
    'acquire --input acquisition.json',
  ]);
}
