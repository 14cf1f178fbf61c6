/** Fabric transactions of the word `order`. */
import { type Context, WordContract } from '../kernel/shim.ts';
import { type Call, type Decision, runPrivateRead, runRead } from '../kernel/transaction.ts';
import type { Caller } from '../member/caller.ts';
import { loadCurrent, loadEntry } from '../member/load.ts';
import { runAsMember, runnerOf } from '../member/run.ts';
import { sealContents } from './content.ts';
import { ORDER_DECISIONS } from './decide.ts';
import { orderContentKey, orderKey } from './key.ts';
import type { IssueInput, OrderStep } from './record.ts';
import { contentArgument, issueInput, orderRecord, readArgument, stepInputs } from './record.ts';

const run = runnerOf(ORDER_DECISIONS);

export class OrderContract extends WordContract {
  constructor() {
    super('order');
  }

  issue(context: Context): Promise<string> {
    return runAsMember(context, 'order:issue', issueInput, decideIssue);
  }

  validate(context: Context): Promise<string> {
    return run(context, 'order:validate');
  }

  serve(context: Context): Promise<string> {
    return run(context, 'order:serve');
  }

  receive(context: Context): Promise<string> {
    return run(context, 'order:receive');
  }

  takeNotice(context: Context): Promise<string> {
    return run(context, 'order:takeNotice');
  }

  clear(context: Context): Promise<string> {
    return run(context, 'order:clear');
  }

  object(context: Context): Promise<string> {
    return run(context, 'order:object');
  }

  reportDefect(context: Context): Promise<string> {
    return run(context, 'order:reportDefect');
  }

  clarify(context: Context): Promise<string> {
    return runAsMember(context, 'order:clarify', stepInputs.clarify, decideClarify);
  }

  reportImpossible(context: Context): Promise<string> {
    return run(context, 'order:reportImpossible');
  }

  refuse(context: Context): Promise<string> {
    return run(context, 'order:refuse');
  }

  accept(context: Context): Promise<string> {
    return run(context, 'order:accept');
  }

  maintain(context: Context): Promise<string> {
    return run(context, 'order:maintain');
  }

  raiseConflict(context: Context): Promise<string> {
    return run(context, 'order:raiseConflict');
  }

  decideConflict(context: Context): Promise<string> {
    return run(context, 'order:decideConflict');
  }

  execute(context: Context): Promise<string> {
    return run(context, 'order:execute');
  }

  deliver(context: Context): Promise<string> {
    return run(context, 'order:deliver');
  }

  extend(context: Context): Promise<string> {
    return run(context, 'order:extend');
  }

  confirmProduction(context: Context): Promise<string> {
    return run(context, 'order:confirmProduction');
  }

  release(context: Context): Promise<string> {
    return run(context, 'order:release');
  }

  forfeit(context: Context): Promise<string> {
    return run(context, 'order:forfeit');
  }

  withdraw(context: Context): Promise<string> {
    return run(context, 'order:withdraw');
  }

  enforce(context: Context): Promise<string> {
    return run(context, 'order:enforce');
  }

  recognise(context: Context): Promise<string> {
    return run(context, 'order:recognise');
  }

  denyRecognition(context: Context): Promise<string> {
    return run(context, 'order:denyRecognition');
  }

  ask(context: Context): Promise<string> {
    return run(context, 'order:ask');
  }

  reply(context: Context): Promise<string> {
    return run(context, 'order:reply');
  }

  markOverdue(context: Context): Promise<string> {
    return run(context, 'order:markOverdue');
  }

  close(context: Context): Promise<string> {
    return run(context, 'order:close');
  }

  read(context: Context): Promise<string> {
    return runRead(context, 'order:read', readArgument);
  }

  /** What the caller's own member was given to read, or gave to read. */
  readContent(context: Context): Promise<string> {
    return runPrivateRead(context, 'order:readContent', (argument) => {
      if (!contentArgument.safeParse(argument).success) return undefined;
      const [id, party, digest] = argument.split('/') as [string, string, string];
      return orderContentKey(id, party, digest);
    });
  }
}

/** What the audit cannot repeat, because it does not see it: that the contents are what the profile allows. */
async function decideIssue(call: Call<IssueInput, Caller>): Promise<Decision> {
  const { input, caller, state } = call;
  const decision = await ORDER_DECISIONS['order:issue'].decide(call);
  const profile = await loadCurrent(state, 'orderProfile', input.profile);
  const contents = { order: input, issuer: caller.act.member, profile, digests: input.contents };
  return { ...decision, sealed: sealContents(contents, call.transient) };
}

async function decideClarify(
  call: Call<Omit<Extract<OrderStep, { verb: 'clarify' }>, 'verb'>, Caller>,
): Promise<Decision> {
  const { input, state } = call;
  const decision = await ORDER_DECISIONS['order:clarify'].decide(call);
  if (input.contents === undefined) return decision;
  const order = await state.load(orderRecord, orderKey(input.order));
  const profile = await loadEntry(state, 'orderProfile', order.profile);
  const contents = { order, issuer: order.act.member, profile, digests: input.contents };
  return { ...decision, sealed: sealContents(contents, call.transient) };
}
