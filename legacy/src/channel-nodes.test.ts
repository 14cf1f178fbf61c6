import { common } from '@hyperledger/fabric-protos';
import { readConfig } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { readVectorBlocks } from '../../test/fabric/vectors.ts';
import { readChannelNodes } from './channel-nodes.ts';

/** The configuration of a channel on real nodes. */
const [genesis] = readVectorBlocks('evidence') as [Uint8Array];

it('finds each member’s peer and every ordering node, with whom their TLS certificates are of', () => {
  const { peers, orderers } = readChannelNodes(genesis);
  const members = readConfig(genesis).members.map(({ mspId }) => mspId);
  expect([...peers.keys()].toSorted()).toEqual(members);
  expect(orderers).toHaveLength(members.length);
  const nodes = [...peers.values(), ...orderers];
  for (const { address, tlsRoot } of nodes) {
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(tlsRoot).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/);
  }
  expect(new Set(nodes.map(({ address }) => address)).size).toBe(2 * members.length);
});

it('reads the one list of ordering nodes that older channels have', () => {
  const addresses = new common.OrdererAddresses();
  addresses.setAddressesList(['orderer.example:7050']);
  const changed = editConfig(genesis, (root) => {
    for (const [, group] of root.getGroupsMap().get('Orderer')!.getGroupsMap().entries()) {
      group.getValuesMap().del('Endpoints');
    }
    const value = new common.ConfigValue();
    value.setValue(addresses.serializeBinary());
    root.getValuesMap().set('OrdererAddresses', value);
  });
  const { orderers, peers } = readChannelNodes(changed);
  expect(orderers.map(({ address }) => address)).toEqual(['orderer.example:7050']);
  expect(orderers[0]!.tlsRoot.match(/BEGIN/g)).toHaveLength(peers.size);
});

function editConfig(bytes: Uint8Array, edit: (root: common.ConfigGroup) => void): Uint8Array {
  const block = common.Block.deserializeBinary(bytes);
  const [first] = block.getData()!.getDataList_asU8();
  const envelope = common.Envelope.deserializeBinary(first!);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const content = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8());
  edit(content.getConfig()!.getChannelGroup()!);
  payload.setData(content.serializeBinary());
  envelope.setPayload(payload.serializeBinary());
  block.getData()!.setDataList([envelope.serializeBinary()]);
  return block.serializeBinary();
}
