/** Fabric transactions of the word `label`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runnerOf } from '../member/run.ts';
import { LABEL_DECISIONS } from './decide.ts';
import { readArgument } from './record.ts';

const run = runnerOf(LABEL_DECISIONS);

export class LabelContract extends WordContract {
  constructor() {
    super('label');
  }

  assert(context: Context): Promise<string> {
    return run(context, 'label:assert');
  }

  corroborate(context: Context): Promise<string> {
    return run(context, 'label:corroborate');
  }

  opine(context: Context): Promise<string> {
    return run(context, 'label:opine');
  }

  sight(context: Context): Promise<string> {
    return run(context, 'label:sight');
  }

  dispute(context: Context): Promise<string> {
    return run(context, 'label:dispute');
  }

  answer(context: Context): Promise<string> {
    return run(context, 'label:answer');
  }

  withdraw(context: Context): Promise<string> {
    return run(context, 'label:withdraw');
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'label:read', readArgument);
  }
}
