/**
 * A transaction whole, from its input to what it writes, with all that it looks up: contracts run it, and
 * an audit runs the very same over the state that the blocks give.
 */
import type { z } from 'zod';
import type { Call, Decision } from '../kernel/transaction.ts';
import type { Caller } from './caller.ts';

export type MemberCall<Input> = Pick<Call<Input, Caller>, 'input' | 'caller' | 'state'>;

export interface MemberDecision<Input = object> {
  readonly schema: z.ZodType<Input>;
  /** @throws ContractError. */
  decide(call: MemberCall<Input>): Promise<Decision>;
}

export const defineDecision = <Input extends object>(
  schema: z.ZodType<Input>,
  decide: (call: MemberCall<Input>) => Promise<Decision>,
): MemberDecision => ({ schema, decide: (call) => decide(call as MemberCall<Input>) });
