/** `msp.SerializedIdentity`: how Fabric names a person or a node in its messages. */
import { type Decode, decodeExact, identities, readText } from './message.ts';

export interface SerializedIdentity {
  /** The exact `msp.SerializedIdentity` bytes. */
  readonly bytes: Uint8Array;
  readonly mspId: string;
  /** The certificate as PEM text; not yet judged. */
  readonly certificatePem: string;
}

/** @throws FabricError `FABRIC_MALFORMED`, `FABRIC_NOT_CANONICAL`. */
export function readIdentity(bytes: Uint8Array, decode: Decode = decodeExact): SerializedIdentity {
  const identity = decode(identities.SerializedIdentity, bytes, 'identity');
  const certificatePem = readText(identity.getIdBytes_asU8(), 'certificate');
  return { bytes, mspId: identity.getMspid(), certificatePem };
}
