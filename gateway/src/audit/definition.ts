/** The contracts' definitions, as `_lifecycle` keeps them: sequence and endorsement policy. */
import chaincodeDefinition from '@hyperledger/fabric-protos/lib/peer/lifecycle/chaincode_definition_pb.js';
import lifecycleData from '@hyperledger/fabric-protos/lib/peer/lifecycle/db_pb.js';
import {
  endorsementPolicy,
  equalBytes,
  type NamespaceRwset,
  readApplicationPolicy,
  type Trust,
} from '@tabellion/proof';
import type { TransactionPlace } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import type { WorldState } from './world-state.ts';

export const LIFECYCLE = '_lifecycle';

const fieldKey = (chaincode: string, field: string) => `namespaces/fields/${chaincode}/${field}`;

/** `common.SignaturePolicyEnvelope` bytes of the definition in force; undefined before the first. */
export function readPolicy(state: WorldState, chaincode: string): Uint8Array | undefined {
  const stored = state.get(LIFECYCLE, fieldKey(chaincode, 'ValidationInfo'));
  return stored && decodePolicy(stored.value);
}

function decodePolicy(value: Uint8Array): Uint8Array | undefined {
  const data = lifecycleData.StateData.deserializeBinary(value).getBytes_asU8();
  const info = chaincodeDefinition.ChaincodeValidationInfo.deserializeBinary(data);
  const policy = readApplicationPolicy(info.getValidationParameter_asU8());
  return policy.kind === 'signature' ? policy.envelope : undefined;
}

/**
 * Holds a new definition to the trust file: its sequence stands there at this very place, and its policy
 * asks for the trust file's k distinct members, one of them a state.
 */
export function checkDefinition(
  sets: readonly NamespaceRwset[],
  trust: Trust,
  place: TransactionPlace,
): void {
  const writes = sets.filter((set) => set.namespace === LIFECYCLE).flatMap((set) => set.writes);
  const readField = (field: string) =>
    writes.find(({ key }) => key === fieldKey(trust.chaincode, field))?.value;
  const sequence = readField('Sequence');
  if (sequence !== undefined) {
    const number = lifecycleData.StateData.deserializeBinary(sequence).getInt64();
    const accepted = trust.definitions.some(
      (one) =>
        one.sequence === number &&
        one.block === place.block &&
        one.transaction === place.transaction,
    );
    assertHolds(place, accepted, 'DEFINITION_NOT_TRUSTED', `sequence ${number}`);
  }
  const validation = readField('ValidationInfo');
  if (validation === undefined) return;
  const policy = decodePolicy(validation);
  const isStrict =
    policy !== undefined && trustedPolicies(trust).some((one) => equalBytes(one, policy));
  assertHolds(place, isStrict, 'DEFINITION_NOT_TRUSTED', 'its endorsement policy');
}

/** The policy over the trust file's members, and over those that the trust file lists first. */
function trustedPolicies({ members, endorsementThreshold }: Trust): Uint8Array[] {
  return members.map((_, last) =>
    endorsementPolicy(members.slice(0, last + 1), endorsementThreshold),
  );
}
