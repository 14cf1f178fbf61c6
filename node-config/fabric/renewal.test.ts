import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeConfig, encodeUpdate, recertifyConsenter } from './channel-update.ts';
import { generateMember, renewConnections, writePackageConnection } from './generate.ts';
import { encodeGenesisBlock, quorumPolicy } from './genesis.ts';
import { finishRenewal, prepareRenewal, readExpiry, WAITING } from './identities.ts';
import { layoutMember } from './layout.ts';
import { planLocalTopology } from './topology.ts';

const topology = planLocalTopology(
  {
    ...{ channel: 'evidence', chaincode: 'tabellion' },
    members: ['Cn', 'De'].map((mspId) => ({ mspId, kind: 'STATE' })),
    parameters: { endorsementThreshold: 2, timeWindowSeconds: 900 },
  },
  '127.0.0.1',
  Array.from({ length: 14 }, (_, index) => 1000 + index),
);
const cn = topology.members[0]!;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-renewal-'));
  for (const nodes of topology.members) await generateMember(directory, topology, nodes);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const layout = () => layoutMember(directory, 'Cn');
const read = (...path: string[]) => readFile(join(...path), 'utf8');
const serialOf = async (...path: string[]) => new X509Certificate(await read(...path)).serialNumber;

describe('renewing a folder', () => {
  it('makes all anew beside what is in use, once', async () => {
    const { peer } = layout();
    const used = await serialOf(peer, 'tls/server.crt');
    // What an interrupted renewal leaves is not taken for a whole one.
    await mkdir(join(peer, `${WAITING}.tmp`));
    await prepareRenewal(directory, cn);
    const waiting = await serialOf(peer, WAITING, 'tls/server.crt');
    await prepareRenewal(directory, cn);
    expect(await serialOf(peer, WAITING, 'tls/server.crt')).toBe(waiting);
    expect(await serialOf(peer, 'tls/server.crt')).toBe(used);
    expect(waiting).not.toBe(used);
  });

  it('puts it in place, by the same authorities, and leaves nothing waiting', async () => {
    const { peer, tlsCa, ca } = layout();
    await finishRenewal(peer);
    await finishRenewal(peer);
    expect(await readdir(peer)).not.toContain(WAITING);
    const [root, tlsRoot] = [await read(ca, 'root.pem'), await read(tlsCa, 'cert.pem')];
    const certificate = new X509Certificate(await read(peer, 'msp/signcerts/cert.pem'));
    expect(certificate.verify(new X509Certificate(root).publicKey)).toBe(true);
    const tls = new X509Certificate(await read(peer, 'tls/server.crt'));
    expect(tls.verify(new X509Certificate(tlsRoot).publicKey)).toBe(true);
  });

  it('has the peer know itself to all its chaincode servers by its new certificate', async () => {
    const { peer } = layout();
    await writePackageConnection(peer, { host: '127.0.0.1', port: 1 }, 'label:0');
    await writeFile(join(peer, 'tls/server.crt'), 'renewed');
    await mkdir(join(peer, 'data/externalbuilder/builds/label-0'), { recursive: true });
    await renewConnections(peer);
    for (const [name, address] of [
      ['connection.json', `127.0.0.1:${cn.chaincode.port}`],
      ['connection-label.json', '127.0.0.1:1'],
    ] as const) {
      const connection = JSON.parse(await read(peer, 'builder', name));
      expect(connection).toMatchObject({ address, client_cert: 'renewed' });
    }
    expect(await readdir(join(peer, 'data/externalbuilder'))).toEqual([]);
  });
});

it('tells when the first of a folder’s certificates ends', async () => {
  const { orderer, admin, root } = layout();
  const endOf = async (path: string) =>
    new X509Certificate(await read(orderer, path)).validToDate.getTime();
  const ends = [await endOf('tls/server.crt'), await endOf('msp/signcerts/cert.pem')];
  expect(await readExpiry(orderer)).toBe(Math.min(...ends));
  expect(await readExpiry(admin)).toBeGreaterThan(Date.now());
  expect(await readExpiry(root)).toBeUndefined();
});

it('has the channel know one ordering node by other certificates, in mapping and quorum', async () => {
  const original = decodeConfig(await encodeGenesisBlock(directory, topology)).getChannelGroup()!;
  const { orderer } = layout();
  const identity = await read(orderer, WAITING, 'msp/signcerts/cert.pem');
  const tls = await read(orderer, WAITING, 'tls/server.crt');
  const updated = recertifyConsenter(original, 'Cn', { identity, tls });
  const ordering = updated.getGroupsMap().get('Orderer')!;
  const value = ordering.getValuesMap().get('Orderers')!.getValue_asU8();
  const mapping = common.Orderers.deserializeBinary(value).getConsenterMappingList();
  expect(mapping.map((one) => Buffer.from(one.getIdentity_asU8()).toString())).toEqual([
    identity,
    await read(layoutMember(directory, 'De').orderer, 'msp/signcerts/cert.pem'),
  ]);
  expect(Buffer.from(mapping[0]!.getServerTlsCert_asU8()).toString()).toBe(tls);
  const policy = ordering.getPoliciesMap().get('BlockValidation')!.getPolicy()!;
  expect(Buffer.from(policy.getValue_asU8())).toEqual(Buffer.from(quorumPolicy(mapping)));
  expect(encodeUpdate('evidence', original, updated)).not.toBeNull();
  expect(encodeUpdate('evidence', updated, updated)).toBeNull();
});
