/** Fabric transactions of the word `disclosure`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runnerOf } from '../member/run.ts';
import { DISCLOSURE_DECISIONS } from './decide.ts';
import { readArgument } from './record.ts';

const run = runnerOf(DISCLOSURE_DECISIONS);

export class DisclosureContract extends WordContract {
  constructor() {
    super('disclosure');
  }

  grant(context: Context): Promise<string> {
    return run(context, 'disclosure:grant');
  }

  revoke(context: Context): Promise<string> {
    return run(context, 'disclosure:revoke');
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'disclosure:read', readArgument);
  }
}
