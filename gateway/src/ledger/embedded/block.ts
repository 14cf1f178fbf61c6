/** Builds blocks in Fabric's encoding: linked by hash, signed by the ordering identity. */
import { common } from '@hyperledger/fabric-protos';
import { type BlockHeader, blockDataHash, blockHeaderBytes, concatBytes } from '@tabellion/proof';
import type { Signer } from '../act.ts';

const { BlockMetadataIndex } = common;
const METADATA_SLOTS = 5;

export interface OrderedBlock {
  readonly header: BlockHeader;
  readonly envelopes: readonly Uint8Array[];
  /** `common.Metadata` bytes: the ordering identity's signature. */
  readonly signatures: Uint8Array;
}

/** Orders envelopes into a block whose header is signed; validation is written in afterwards. */
export async function orderBlock(
  position: { readonly number: number; readonly previousHash: Uint8Array; lastConfig: number },
  envelopes: readonly Uint8Array[],
  orderer: Signer,
  nonce: Uint8Array,
): Promise<OrderedBlock> {
  const header = {
    number: position.number,
    previousHash: position.previousHash,
    dataHash: blockDataHash(envelopes),
  };
  const lastConfig = new common.LastConfig();
  lastConfig.setIndex(position.lastConfig);
  const orderedMetadata = new common.OrdererBlockMetadata();
  orderedMetadata.setLastConfig(lastConfig);
  const value = orderedMetadata.serializeBinary();

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(orderer.creator);
  signatureHeader.setNonce(nonce);
  const headerBytes = signatureHeader.serializeBinary();
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(headerBytes);
  signature.setSignature(
    await orderer.sign(concatBytes(value, headerBytes, blockHeaderBytes(header))),
  );
  const metadata = new common.Metadata();
  metadata.setValue(value);
  metadata.setSignaturesList([signature]);
  return { header, envelopes, signatures: metadata.serializeBinary() };
}

/** `common.Block` bytes with the validation codes and the hash of the state changes. */
export function encodeBlock(
  block: OrderedBlock,
  codes: readonly number[],
  commitHash: Uint8Array,
): Uint8Array {
  const header = new common.BlockHeader();
  header.setNumber(block.header.number);
  header.setPreviousHash(block.header.previousHash);
  header.setDataHash(block.header.dataHash);
  const data = new common.BlockData();
  data.setDataList([...block.envelopes]);
  const commit = new common.Metadata();
  commit.setValue(commitHash);

  const slots: Uint8Array[] = Array.from({ length: METADATA_SLOTS }, () => new Uint8Array());
  slots[BlockMetadataIndex.SIGNATURES] = block.signatures;
  slots[BlockMetadataIndex.TRANSACTIONS_FILTER] = Uint8Array.from(codes);
  slots[BlockMetadataIndex.COMMIT_HASH] = commit.serializeBinary();
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(slots);

  const message = new common.Block();
  message.setHeader(header);
  message.setData(data);
  message.setMetadata(metadata);
  return message.serializeBinary();
}

/** The commit hash that a block carries; empty when it carries none. */
export function readCommitHash(metadata: readonly Uint8Array[]): Uint8Array {
  const bytes = metadata[BlockMetadataIndex.COMMIT_HASH];
  return bytes ? common.Metadata.deserializeBinary(bytes).getValue_asU8() : new Uint8Array();
}
