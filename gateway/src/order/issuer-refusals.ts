import { ContractError } from '@tabellion/chaincode/kernel/errors';
import { assertTakesPart } from '@tabellion/chaincode/member/caller';
import type { Side } from '@tabellion/chaincode/order/issue-rules';

/** Why nobody in that role of the member may issue any order, before its profile is looked at. */
export function* listIssuerRefusals(issuer: Side, role: string): Generator<ContractError> {
  try {
    assertTakesPart(issuer, role, 'order:issue');
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    yield error;
  }
}
