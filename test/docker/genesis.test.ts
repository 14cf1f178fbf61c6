import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { readBlock, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROFILE } from '../../node-config/fabric/configtx.ts';
import { assertAgreed } from '../../node-config/fabric/docker/member/agreement.ts';
import { planDockerTopology } from '../../node-config/fabric/docker/topology.ts';
import { generateChannel, generateMember } from '../../node-config/fabric/generate.ts';
import { encodeGenesisBlock } from '../../node-config/fabric/genesis.ts';
import { channelDirectory } from '../../node-config/fabric/layout.ts';
import { fabric } from '../fabric/test-network.ts';

const topology = planDockerTopology({
  channel: 'evidence',
  chaincode: 'tabellion',
  members: ['Cn', 'De', 'Sg', 'Exchange'].map((mspId) => ({
    mspId,
    kind: mspId === 'Exchange' ? 'EXCHANGE' : 'STATE',
  })),
  parameters: { endorsementThreshold: 2, timeWindowSeconds: 600 },
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-genesis-'));
  for (const nodes of topology.members) await generateMember(directory, topology, nodes);
  await generateChannel(directory, topology);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a channel's first block says; entries of maps are written in the order of their names. */
function readConfig(block: Uint8Array): { channel: string; config: common.ConfigEnvelope } {
  const { number, envelopes } = readBlock(block);
  expect(number).toBe(0);
  expect(envelopes).toHaveLength(1);
  const envelope = common.Envelope.deserializeBinary(envelopes[0]!);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = common.ChannelHeader.deserializeBinary(
    payload.getHeader()!.getChannelHeader_asU8(),
  );
  return {
    channel: header.getChannelId(),
    config: common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()),
  };
}

it('the genesis block takes a Byzantine quorum of the ordering nodes to sign blocks', async () => {
  const { channel, config } = readConfig(await encodeGenesisBlock(directory, topology));
  expect(channel).toBe('evidence');
  const ordering = config.getConfig()!.getChannelGroup()!.getGroupsMap().get('Orderer')!;
  const policy = ordering.getPoliciesMap().get('BlockValidation')!.getPolicy()!;
  const rule = common.SignaturePolicyEnvelope.deserializeBinary(policy.getValue_asU8());
  expect(rule.getRule()!.getNOutOf()!.getN()).toBe(3);
  expect(rule.getIdentitiesList()).toHaveLength(4);
});

it('the genesis block of another member is taken if it says the same, and only then', async () => {
  const own = await encodeGenesisBlock(directory, topology);
  const again = await encodeGenesisBlock(directory, topology);
  expect(toHex(again)).not.toBe(toHex(own));
  expect(() => assertAgreed(again, own)).not.toThrow();
  const [first, ...others] = topology.members;
  const elsewhere = { ...first!, peer: { ...first!.peer, host: 'peer.somewhere-else' } };
  const other = { ...topology, members: [elsewhere, ...others] };
  const refused = await encodeGenesisBlock(directory, other);
  expect(() => assertAgreed(refused, own)).toThrow('does not say');
  expect(() => assertAgreed(own.subarray(100), own)).toThrow('does not say');
});

const against = `the genesis block says what configtxgen’s says${
  fabric.missing ? ` (skipped: ${fabric.missing})` : ''
}`;

it.skipIf(fabric.missing !== undefined)(against, async () => {
  const theirs = join(directory, 'configtxgen.block');
  execFileSync(fabric.binaries!.configtxgen, [
    ...['-configPath', channelDirectory(directory), '-profile', PROFILE],
    ...['-channelID', 'evidence', '-outputBlock', theirs],
  ]);
  const [own, expected] = [await encodeGenesisBlock(directory, topology), await readFile(theirs)];
  const bytesOf = (block: Uint8Array) => toHex(readConfig(block).config.serializeBinary());
  expect(bytesOf(own)).toBe(bytesOf(expected));
  expect(own).toHaveLength(expected.length);
});
