/** Fabric transactions of the word `review`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runnerOf } from '../member/run.ts';
import { REVIEW_DECISIONS } from './decide.ts';
import { readArgument } from './record.ts';

const run = runnerOf(REVIEW_DECISIONS);

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
