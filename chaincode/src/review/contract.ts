/** Fabric transactions of the word `review`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runAsMember } from '../member/run.ts';
import { REVIEW_DECISIONS, type ReviewTransaction } from './decide.ts';
import { readArgument } from './record.ts';

export class ReviewContract extends WordContract {
  constructor() {
    super('review');
  }

  object(context: Context): Promise<string> {
    return run(context, 'review:object');
  }

  reply(context: Context): Promise<string> {
    return run(context, 'review:reply');
  }

  judge(context: Context): Promise<string> {
    return run(context, 'review:judge');
  }

  examine(context: Context): Promise<string> {
    return run(context, 'review:examine');
  }

  weigh(context: Context): Promise<string> {
    return run(context, 'review:weigh');
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'review:read', readArgument);
  }
}

function run(context: Context, name: ReviewTransaction): Promise<string> {
  const { schema, decide } = REVIEW_DECISIONS[name];
  return runAsMember(context, name, schema, decide);
}
