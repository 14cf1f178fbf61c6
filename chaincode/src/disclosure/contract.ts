/** Fabric transactions of the word `disclosure`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runAsMember } from '../member/run.ts';
import { DISCLOSURE_DECISIONS, type DisclosureTransaction } from './decide.ts';
import { readArgument } from './record.ts';

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

function run(context: Context, name: DisclosureTransaction): Promise<string> {
  const { schema, decide } = DISCLOSURE_DECISIONS[name];
  return runAsMember(context, name, schema, decide);
}
