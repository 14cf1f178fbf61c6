/**
 * The chaincode's definition on the channel: `_lifecycle` keys that every execution reads, written by
 * a transaction that all members' peers endorse.
 */
import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import {
  computeProposalHash,
  concatBytes,
  endorsementPolicy,
  readBlock,
  readEnvelope,
  utf8,
} from '@tabellion/proof';
import type { Signer } from '../act.ts';
import { buildProposal, NONCE_BYTES } from '../proposal.ts';
import {
  cutProposal,
  encodeEnvelope,
  encodeResponsePayload,
  encodeTransaction,
} from '../transaction.ts';
import { fieldKey, LIFECYCLE, metadataKey, sequenceKey } from './definition-keys.ts';
import type { EmbeddedNetwork } from './network.ts';
import { ReadWriteSet } from './rwset.ts';
import { publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';

const { lifecycle } = peer;

export const CHAINCODE_VERSION = '1';

/** The policy that the network asks for: k distinct members, one of them a state. */
export function networkPolicy(network: EmbeddedNetwork): Uint8Array {
  return endorsementPolicy(network.members, network.endorsementThreshold);
}

/** `common.SignaturePolicyEnvelope` bytes of the definition in force; null before the first one. */
export function readChaincodePolicy(store: Store, chaincode: string): Uint8Array | null {
  const stored = store.get(publicSpace(LIFECYCLE), utf8(fieldKey(chaincode, 'ValidationInfo')));
  if (!stored) return null;
  const data = lifecycle.StateData.deserializeBinary(stored.value).getBytes_asU8();
  const info = lifecycle.ChaincodeValidationInfo.deserializeBinary(data);
  const policy = peer.ApplicationPolicy.deserializeBinary(info.getValidationParameter_asU8());
  return policy.getSignaturePolicy()?.serializeBinary() ?? null;
}

/** The envelope that commits the network's definition as `sequence`. */
export async function encodeDefinition(
  network: EmbeddedNetwork,
  store: Store,
  peers: readonly Signer[],
  sequence: number,
  at: number,
): Promise<Uint8Array> {
  const [creator] = peers;
  if (!creator) throw new RangeError('a network has members');
  const { proposal } = buildProposal({
    channel: network.channel,
    chaincode: LIFECYCLE,
    transaction: 'CommitChaincodeDefinition',
    args: [encodeArguments(network, sequence)],
    creator: creator.creator,
    nonce: randomBytes(NONCE_BYTES),
    at,
  });
  const parts = cutProposal(proposal);
  const response = new peer.Response();
  response.setStatus(200);
  const responsePayload = encodeResponsePayload({
    proposalHash: computeProposalHash(
      parts.channelHeader,
      parts.signatureHeader,
      parts.chaincodePayload,
    ),
    chaincode: LIFECYCLE,
    version: 'syscc',
    response,
    rwset: writeDefinition(network, store, sequence).encode(),
    event: new Uint8Array(),
  });
  const endorsements = await Promise.all(
    peers.map(async (signer) => ({
      endorser: signer.creator,
      signature: await signer.sign(concatBytes(responsePayload, signer.creator)),
    })),
  );
  const payload = encodeTransaction(parts, responsePayload, endorsements);
  return encodeEnvelope(payload, await creator.sign(payload));
}

function writeDefinition(network: EmbeddedNetwork, store: Store, sequence: number): ReadWriteSet {
  const { chaincode } = network;
  const rwset = new ReadWriteSet();
  const current = store.get(publicSpace(LIFECYCLE), utf8(sequenceKey(chaincode)));
  rwset.read(LIFECYCLE, sequenceKey(chaincode), current?.version ?? null);

  const endorsement = new lifecycle.ChaincodeEndorsementInfo();
  endorsement.setVersion(CHAINCODE_VERSION);
  endorsement.setEndorsementPlugin('escc');
  const validation = new lifecycle.ChaincodeValidationInfo();
  validation.setValidationPlugin('vscc');
  validation.setValidationParameter(applicationPolicy(network));
  const sequenceData = new lifecycle.StateData();
  sequenceData.setInt64(sequence);
  const fields: Record<string, Uint8Array> = {
    Collections: bytesData(new Uint8Array()),
    EndorsementInfo: bytesData(endorsement.serializeBinary()),
    Sequence: sequenceData.serializeBinary(),
    ValidationInfo: bytesData(validation.serializeBinary()),
  };
  for (const [field, value] of Object.entries(fields)) {
    rwset.write(LIFECYCLE, fieldKey(chaincode, field), value);
  }
  const metadata = new lifecycle.StateMetadata();
  metadata.setDatatype('ChaincodeDefinition');
  metadata.setFieldsList(['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections']);
  rwset.write(LIFECYCLE, metadataKey(chaincode), metadata.serializeBinary());
  return rwset;
}

function encodeArguments(network: EmbeddedNetwork, sequence: number): Uint8Array {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  args.setSequence(sequence);
  args.setName(network.chaincode);
  args.setVersion(CHAINCODE_VERSION);
  args.setEndorsementPlugin('escc');
  args.setValidationPlugin('vscc');
  args.setValidationParameter(applicationPolicy(network));
  return args.serializeBinary();
}

function applicationPolicy(network: EmbeddedNetwork): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setSignaturePolicy(
    common.SignaturePolicyEnvelope.deserializeBinary(networkPolicy(network)),
  );
  return policy.serializeBinary();
}

function bytesData(bytes: Uint8Array): Uint8Array {
  const data = new lifecycle.StateData();
  data.setBytes(bytes);
  return data.serializeBinary();
}

export interface Definition {
  readonly sequence: number;
  /** Where it was committed: the version that every later read of the definition shows. */
  readonly block: number;
  readonly transaction: number;
}

/** All definitions that the chaincode has had, oldest first. */
export function readDefinitions(store: Store, chaincode: string): Definition[] {
  const key = sequenceKey(chaincode);
  return store
    .history(publicSpace(LIFECYCLE), utf8(key))
    .reverse()
    .map((version) => {
      const block = readBlock(store.block(version.block)!);
      const { rwset } = readEnvelope(block.envelopes[version.transaction]!);
      const set = rwset.find(({ namespace }) => namespace === LIFECYCLE);
      const write = set!.writes.find((candidate) => candidate.key === key)!;
      const data = lifecycle.StateData.deserializeBinary(write.value);
      return { sequence: data.getInt64(), ...version };
    });
}
