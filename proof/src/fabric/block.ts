/** Blocks: links, transactions, validation codes and the orderers' signatures. */
import { concatBytes } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { FabricError } from './error.ts';
import { listFields } from './field.ts';
import { readIdentity, type SerializedIdentity } from './identity.ts';
import { common, decodeExact, required, transaction } from './message.ts';

export interface BlockHeader {
  readonly number: number;
  /** {@link blockHeaderHash} of the block before; empty in block 0. */
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
}

export interface Block extends BlockHeader {
  /** `common.Envelope` bytes, in order. */
  readonly envelopes: readonly Uint8Array[];
  /** `peer.TxValidationCode` of each envelope; empty until a peer has validated the block. */
  readonly validationCodes: readonly number[];
  /** By `common.BlockMetadataIndex`. */
  readonly metadata: readonly Uint8Array[];
}

/** Reads `common.Block` bytes; hashes and signatures are not judged here. @throws FabricError. */
export function readBlock(bytes: Uint8Array): Block {
  const block = decodeExact(common.Block, bytes, 'block');
  const header = required(block.getHeader(), 'block header');
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  return {
    number: header.getNumber(),
    previousHash: header.getPreviousHash_asU8(),
    dataHash: header.getDataHash_asU8(),
    envelopes: required(block.getData(), 'block data').getDataList_asU8(),
    validationCodes: [...(metadata[common.BlockMetadataIndex.TRANSACTIONS_FILTER] ?? [])],
    metadata,
  };
}

/** Names of every `peer.TxValidationCode`. */
export const VALIDATION_CODES: readonly string[] = Object.keys(transaction.TxValidationCode);

/** Name of a `peer.TxValidationCode`, for example `MVCC_READ_CONFLICT`; `CODE_n` if unknown. */
export function validationCodeName(code: number): string {
  const names = Object.entries(transaction.TxValidationCode);
  return names.find(([, value]) => value === code)?.[0] ?? `CODE_${code}`;
}

/**
 * ASN.1 DER SEQUENCE {INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash}, as Fabric's
 * `protoutil.BlockHeaderBytes`: what is hashed for the next block and what orderers sign.
 */
export function blockHeaderBytes(header: BlockHeader): Uint8Array {
  const body = concatBytes(
    derElement(0x02, derUnsigned(header.number)),
    derElement(0x04, header.previousHash),
    derElement(0x04, header.dataHash),
  );
  return derElement(0x30, body);
}

/** SHA-256 of {@link blockHeaderBytes}. */
export function blockHeaderHash(header: BlockHeader): Uint8Array<ArrayBuffer> {
  return sha256(blockHeaderBytes(header));
}

/**
 * SHA-256 of the concatenated envelopes. There are no lengths in it, so where one envelope ends must
 * follow from the bytes: each begins with its payload, which stands nowhere else in it. Fields that
 * nobody knows may follow; peers take them, and so anybody could put them into a block.
 * @throws FabricError.
 */
export function blockDataHash(envelopes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  for (const envelope of envelopes) {
    const [first, ...others] = listFields(envelope);
    if (first !== ENVELOPE_PAYLOAD || others.includes(ENVELOPE_PAYLOAD)) {
      throw new FabricError('FABRIC_MALFORMED', 'an envelope that may begin or end elsewhere');
    }
  }
  return sha256(concatBytes(...envelopes));
}

const ENVELOPE_PAYLOAD = 1;

export interface BlockSignature {
  /** The orderer's own identity, or null when only its consenter number is given. */
  readonly creator: SerializedIdentity | null;
  /** SmartBFT consenter number, or null. */
  readonly consenter: number | null;
  /** What was signed: metadata value ‖ signature or identifier header ‖ block header. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads the SIGNATURES metadata with the number of the last configuration block. @throws FabricError. */
export function readBlockSignatures(block: Block): {
  readonly lastConfig: number;
  readonly signatures: readonly BlockSignature[];
} {
  const bytes = block.metadata[common.BlockMetadataIndex.SIGNATURES] ?? new Uint8Array();
  const metadata = decodeExact(common.Metadata, bytes, 'block signatures');
  const value = metadata.getValue_asU8();
  const orderer = decodeExact(common.OrdererBlockMetadata, value, 'orderer metadata');
  return {
    lastConfig: orderer.getLastConfig()?.getIndex() ?? 0,
    signatures: metadata.getSignaturesList().map((signature) => {
      const signatureHeader = signature.getSignatureHeader_asU8();
      const identifierHeader = signature.getIdentifierHeader_asU8();
      const header = signatureHeader.length > 0 ? signatureHeader : identifierHeader;
      return {
        creator: signatureHeader.length > 0 ? readSigner(signatureHeader) : null,
        consenter: signatureHeader.length > 0 ? null : readConsenter(identifierHeader),
        signedBytes: concatBytes(value, header, blockHeaderBytes(block)),
        signature: signature.getSignature_asU8(),
      };
    }),
  };
}

function readSigner(bytes: Uint8Array): SerializedIdentity {
  return readIdentity(
    decodeExact(common.SignatureHeader, bytes, 'signature header').getCreator_asU8(),
  );
}

function readConsenter(bytes: Uint8Array): number {
  return decodeExact(common.IdentifierHeader, bytes, 'identifier header').getIdentifier();
}

function derElement(tag: number, content: Uint8Array): Uint8Array {
  if (content.length > 0xff) throw new FabricError('FABRIC_MALFORMED', 'a hash that is no hash');
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return concatBytes(Uint8Array.of(tag, ...length), content);
}

function derUnsigned(value: number): Uint8Array {
  const digits: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  if (digits.length === 0 || digits[0]! >= 0x80) digits.unshift(0);
  return Uint8Array.from(digits);
}
