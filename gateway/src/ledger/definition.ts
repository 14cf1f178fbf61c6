/** Definitions of the chaincode, as the members committed them on the channel. */
import { peer } from '@hyperledger/fabric-protos';
import { readApplicationPolicy } from '@tabellion/proof';
import { readCommitted } from './committed.ts';
import { fieldKey, LIFECYCLE, sequenceKey } from './embedded/definition-keys.ts';

export interface Definition {
  readonly sequence: number;
  /** Where it was committed: the version that attested reads of the chaincode show. */
  readonly block: number;
  readonly transaction: number;
  /** Tells what program the members run as the chaincode. */
  readonly version: string;
  /** `common.SignaturePolicyEnvelope` bytes; null where the policy is a reference to the channel's. */
  readonly endorsementPolicy: Uint8Array | null;
}

/**
 * Those that a block's valid transactions commit.
 * @param before the one in force before the block: `_lifecycle` writes only what a definition changes.
 * @throws Error when the bytes are not a validated block.
 */
export function readDefinitions(
  bytes: Uint8Array,
  chaincode: string,
  before?: Definition,
): Definition[] {
  const { number, transactions } = readCommitted(bytes, LIFECYCLE);
  const found: Definition[] = [];
  for (const { position, writes } of transactions) {
    const read = (key: string) => writes.find((write) => write.key === key)?.value;
    const sequence = read(sequenceKey(chaincode));
    if (!sequence) continue;
    const endorsement = read(fieldKey(chaincode, 'EndorsementInfo'));
    const validation = read(fieldKey(chaincode, 'ValidationInfo'));
    const last = found.at(-1) ?? before;
    found.push({
      sequence: peer.lifecycle.StateData.deserializeBinary(sequence).getInt64(),
      block: number,
      transaction: position,
      version: endorsement ? readVersion(endorsement) : (last?.version ?? ''),
      endorsementPolicy: validation ? readPolicy(validation) : (last?.endorsementPolicy ?? null),
    });
  }
  return found;
}

function readVersion(endorsement: Uint8Array): string {
  const { ChaincodeEndorsementInfo, StateData } = peer.lifecycle;
  const info = StateData.deserializeBinary(endorsement).getBytes_asU8();
  return ChaincodeEndorsementInfo.deserializeBinary(info).getVersion();
}

function readPolicy(validation: Uint8Array): Uint8Array | null {
  const { ChaincodeValidationInfo, StateData } = peer.lifecycle;
  const info = StateData.deserializeBinary(validation).getBytes_asU8();
  const parameter = ChaincodeValidationInfo.deserializeBinary(info).getValidationParameter_asU8();
  const policy = readApplicationPolicy(parameter);
  return policy.kind === 'signature' ? policy.envelope : null;
}
