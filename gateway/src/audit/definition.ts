/** The contracts' definitions, as `_lifecycle` keeps them: sequence and endorsement policy. */
import chaincodeDefinition from '@hyperledger/fabric-protos/lib/peer/lifecycle/chaincode_definition_pb.js';
import lifecycleData from '@hyperledger/fabric-protos/lib/peer/lifecycle/db_pb.js';
import {
  describeSignaturePolicy,
  endorsementPolicy,
  type NamespaceRwset,
  readApplicationPolicy,
  type Trust,
  thresholdOf,
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
 * asks for the trust file's k distinct members, one of them a state. Returns the sequence; undefined
 * where none is committed, as in the approval that each member gives beforehand.
 */
export function checkDefinition(
  sets: readonly NamespaceRwset[],
  trust: Trust,
  place: TransactionPlace,
): number | undefined {
  const writes = sets.filter((set) => set.namespace === LIFECYCLE).flatMap((set) => set.writes);
  const readField = (field: string) =>
    writes.find(({ key }) => key === fieldKey(trust.chaincode, field))?.value;
  const sequence = readField('Sequence');
  const validation = readField('ValidationInfo');
  if (sequence === undefined && validation === undefined) return undefined;
  const stored = sequence && lifecycleData.StateData.deserializeBinary(sequence).getInt64();
  const accepted = trust.definitions.find(
    (one) =>
      one.sequence === stored && one.block === place.block && one.transaction === place.transaction,
  );
  assertHolds(place, accepted !== undefined, 'DEFINITION_NOT_TRUSTED', `sequence ${stored}`);
  const policy = validation && decodePolicy(validation);
  const found = policy && describeSignaturePolicy(policy);
  const isStrict = found !== undefined && describeTrusted(trust, accepted).includes(found);
  assertHolds(
    place,
    validation === undefined || isStrict,
    'DEFINITION_NOT_TRUSTED',
    'its endorsement policy',
  );
  return accepted.sequence;
}

/**
 * The policy over the members that the trust file counts under a definition; where it names none, over
 * all of them, or over those that it lists first.
 */
function describeTrusted(trust: Trust, definition: Trust['definitions'][number]): string[] {
  const { members } = trust;
  const counted = definition.members;
  const threshold = thresholdOf(trust, definition);
  const groups = counted
    ? [members.filter(({ mspId }) => counted.includes(mspId))]
    : members.map((_, last) => members.slice(0, last + 1));
  return groups.map((group) => describeSignaturePolicy(endorsementPolicy(group, threshold)));
}
