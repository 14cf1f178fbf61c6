import type { AnchorInput, BatchRecord } from '@tabellion/chaincode/evidence/record';
import { type BatchContext, buildBatchRecord } from '@tabellion/chaincode/evidence/rules';
import { buildAct, readCredentials } from '@tabellion/chaincode/kernel/credentials';
import type { Signer } from '../ledger/act.ts';

/**
 * The batch record that a transaction of this signer must lead to, by the contract's own pure rule.
 * @throws ContractError if the signer's certificate lacks what every act must state.
 */
export function expectBatch(
  input: AnchorInput,
  context: BatchContext & { readonly jurisdiction: string },
  { mspId, certificate }: Signer,
  transaction: { readonly txId: string; readonly at: number },
): BatchRecord {
  const act = buildAct(readCredentials(mspId, certificate), context.jurisdiction, transaction);
  return buildBatchRecord(input, context, act);
}
