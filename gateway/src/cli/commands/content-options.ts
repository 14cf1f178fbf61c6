import type { Command } from 'commander';

/** What each party is given to read. */
export const addContentOptions = (command: Command): Command =>
  command
    .option('--addressee <file>', 'what the addressee is to read: {"field": "text"} (- for stdin)')
    .option('--enforcing <file>', 'what the enforcing authority is to read, likewise');
