import type { z } from 'zod';
import type { Context } from '../kernel/shim.ts';
import { type Call, type Decision, runTransaction } from '../kernel/transaction.ts';
import { type Caller, identifyMember } from './caller.ts';
import type { MemberDecision } from './decision.ts';
import type { TransactionName } from './permission.ts';

/** Runs a transaction of somebody whose member stands in the register and whose role may submit it. */
export function runAsMember<Input>(
  context: Context,
  name: TransactionName,
  schema: z.ZodType<Input>,
  decide: (call: Call<Input, Caller>) => Promise<Decision>,
): Promise<string> {
  return runTransaction(context, name, schema, identifyMember(name), decide);
}

/** Runs the transactions of one word by their table. */
export const runnerOf =
  <Name extends TransactionName>(decisions: Readonly<Record<Name, MemberDecision>>) =>
  (context: Context, name: Name): Promise<string> => {
    const { schema, decide } = decisions[name];
    return runAsMember(context, name, schema, decide);
  };
