import { type Command, Option } from 'commander';

/** Page by page. */
export const addReadOptions = (command: Command): Command =>
  command
    .option('--limit <count>', 'at most this many', '100')
    .option('--cursor <cursor>', 'where the page before ended');

/** Which items. */
export const addListOptions = (command: Command): Command =>
  addReadOptions(
    command
      .option('--case <reference>', 'of this case')
      .option('--leaf <hash>', 'of the commitment with this leaf hash')
      .option('--acquisition <id>', 'that go back to this acquisition')
      .option('--holder <mspId>', 'that this member holds')
      .addOption(
        new Option('--status <status>', 'that stand so now').choices([
          'HELD',
          'OFFERED',
          'RETURNED',
          'DISPOSED',
        ]),
      )
      .option('--offered-to <mspId>', 'on offer to this member')
      .option('--flag <flag>', 'with a record that carries this flag')
      .addOption(
        new Option('--mirror <state>', 'mirror copies that stand so').choices([
          'UNCONFIRMED',
          'CONFIRMED',
          'DENIED',
        ]),
      ),
  );
