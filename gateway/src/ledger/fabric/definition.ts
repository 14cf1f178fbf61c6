/** Definitions of the chaincode, as the members committed them on the channel. */
import { peer } from '@hyperledger/fabric-protos';
import {
  readApplicationPolicy,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  validationCodeName,
} from '@tabellion/proof';
import { fieldKey, LIFECYCLE, sequenceKey } from '../embedded/definition-keys.ts';

export interface Definition {
  readonly sequence: number;
  /** Where it was committed: the version that attested reads of the chaincode show. */
  readonly block: number;
  readonly transaction: number;
  /** `common.SignaturePolicyEnvelope` bytes; null where the policy is a reference to the channel's. */
  readonly endorsementPolicy: Uint8Array | null;
}

/** Those that a block's valid transactions commit. @throws FabricError. */
export function readDefinitions(bytes: Uint8Array, chaincode: string): Definition[] {
  const { number, envelopes, validationCodes } = readBlock(bytes);
  return envelopes.flatMap((envelope, position) => {
    if (validationCodeName(validationCodes[position] ?? -1) !== 'VALID') return [];
    if (readEnvelopeHeader(envelope).chaincode !== LIFECYCLE) return [];
    const writes = readEnvelope(envelope).rwset.flatMap((set) =>
      set.namespace === LIFECYCLE ? set.writes : [],
    );
    const read = (key: string) => writes.find((write) => write.key === key)?.value;
    const sequence = read(sequenceKey(chaincode));
    const validation = read(fieldKey(chaincode, 'ValidationInfo'));
    if (!sequence || !validation) return [];
    return [
      {
        sequence: peer.lifecycle.StateData.deserializeBinary(sequence).getInt64(),
        block: number,
        transaction: position,
        endorsementPolicy: readPolicy(validation),
      },
    ];
  });
}

function readPolicy(validation: Uint8Array): Uint8Array | null {
  const { ChaincodeValidationInfo, StateData } = peer.lifecycle;
  const info = StateData.deserializeBinary(validation).getBytes_asU8();
  const parameter = ChaincodeValidationInfo.deserializeBinary(info).getValidationParameter_asU8();
  const policy = readApplicationPolicy(parameter);
  return policy.kind === 'signature' ? policy.envelope : null;
}
