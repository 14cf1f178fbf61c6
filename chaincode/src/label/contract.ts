/** Fabric transactions of the word `label`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead, runTell } from '../kernel/transaction.ts';
import { runnerOf } from '../member/run.ts';
import { LABEL_DECISIONS } from './decide.ts';
import { readArgument, saidArgument } from './record.ts';
import { tellSaid } from './said.ts';

const run = runnerOf(LABEL_DECISIONS);

export class LabelContract extends WordContract {
  constructor() {
    super('label');
  }

  assert(context: Context): Promise<string> {
    return run(context, 'label:assert');
  }

  miss(context: Context): Promise<string> {
    return run(context, 'label:miss');
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

  readSaid(context: Context): Promise<string> {
    return runTell(context, 'label:readSaid', saidArgument, (state, asked) => {
      const [batch = '', leaf = ''] = asked.split('/');
      return tellSaid(state, batch, leaf);
    });
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'label:read', readArgument);
  }
}
