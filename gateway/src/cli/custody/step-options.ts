/** Options that several commands of `custody` and `exhibit` take. */
import type { Command } from 'commander';
import { PERSON } from '../person-option.ts';
import { collect } from '../repeatable.ts';

const addTime = (command: Command): Command =>
  command
    .option('--happened <time>', 'when it happened, RFC 3339 with zone; without it, now')
    .requiredOption('--reason <text>', 'why');

export const addStepOptions = (command: Command): Command => addTime(command);

export const addWitnessOptions = (command: Command): Command =>
  command.option('--witness <file|digest>', `a witness (repeatable): ${PERSON}`, collect);

export const addOpeningOptions = (command: Command): Command =>
  addWitnessOptions(
    addTime(command.option('--seal <number>', 'seal that is on it (repeatable)', collect)),
  ).option('-o, --output <file>', 'where its commitment goes; replaces nothing');

export const addSealOptions = (command: Command): Command =>
  command
    .option('--found-seal <number>', 'seal found intact (repeatable)', collect)
    .option('--broken-seal <number>', 'seal found broken (repeatable)', collect);

export const addCheckOptions = (command: Command): Command =>
  command
    .option('--bundle <file>', 'what was handed over with the item: must be its commitment')
    .option('--file <file>', 'the content: hashed and compared with the commitment')
    .option('--record-difference', 'go on where the content differs, and record that it does');
