import { msp } from '@hyperledger/fabric-protos';

/** `msp.SerializedIdentity` bytes: how a certificate stands in proposals, transactions and blocks. */
export function encodeCreator(mspId: string, certificatePem: string): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificatePem, 'utf8'));
  return identity.serializeBinary();
}
