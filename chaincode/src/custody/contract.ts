/** Fabric transactions of the word `custody`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { runRead } from '../kernel/transaction.ts';
import { runnerOf } from '../member/run.ts';
import { CUSTODY_DECISIONS } from './decide.ts';
import { readArgument } from './record.ts';

const run = runnerOf(CUSTODY_DECISIONS);

export class CustodyContract extends WordContract {
  constructor() {
    super('custody');
  }

  open(context: Context): Promise<string> {
    return run(context, 'custody:open');
  }

  register(context: Context): Promise<string> {
    return run(context, 'custody:register');
  }

  derive(context: Context): Promise<string> {
    return run(context, 'custody:derive');
  }

  offer(context: Context): Promise<string> {
    return run(context, 'custody:offer');
  }

  accept(context: Context): Promise<string> {
    return run(context, 'custody:accept');
  }

  refuse(context: Context): Promise<string> {
    return run(context, 'custody:refuse');
  }

  withdraw(context: Context): Promise<string> {
    return run(context, 'custody:withdraw');
  }

  takeOver(context: Context): Promise<string> {
    return run(context, 'custody:takeOver');
  }

  examine(context: Context): Promise<string> {
    return run(context, 'custody:examine');
  }

  seal(context: Context): Promise<string> {
    return run(context, 'custody:seal');
  }

  unseal(context: Context): Promise<string> {
    return run(context, 'custody:unseal');
  }

  move(context: Context): Promise<string> {
    return run(context, 'custody:move');
  }

  return(context: Context): Promise<string> {
    return run(context, 'custody:return');
  }

  hold(context: Context): Promise<string> {
    return run(context, 'custody:hold');
  }

  lift(context: Context): Promise<string> {
    return run(context, 'custody:lift');
  }

  dispose(context: Context): Promise<string> {
    return run(context, 'custody:dispose');
  }

  correct(context: Context): Promise<string> {
    return run(context, 'custody:correct');
  }

  confirm(context: Context): Promise<string> {
    return run(context, 'custody:confirm');
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'custody:read', readArgument);
  }
}
