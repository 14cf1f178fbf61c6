import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packChaincode } from '../../node-config/fabric/chaincode-package.ts';
import { formatConfigtx } from '../../node-config/fabric/configtx.ts';
import { generateMember } from '../../node-config/fabric/generate.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { findBinaries, MissingProgram } from '../../node-config/fabric/native/binaries.ts';
import { findFreePorts } from '../../node-config/fabric/native/ports.ts';
import { isRunning, startProcess, stopProcess } from '../../node-config/fabric/native/process.ts';
import { formatEndorsementPolicy } from '../../node-config/fabric/policy.ts';
import { countPorts, planLocalTopology } from '../../node-config/fabric/topology.ts';

const terms = {
  channel: 'evidence',
  chaincode: 'tabellion',
  members: [
    { mspId: 'Cn', kind: 'STATE' as const },
    { mspId: 'De', kind: 'STATE' as const },
    { mspId: 'Exchange', kind: 'EXCHANGE' as const },
  ],
  parameters: { endorsementThreshold: 2, timeWindowSeconds: 600 },
};
const ports = Array.from({ length: countPorts(3) }, (_, index) => 20_000 + index);
const topology = planLocalTopology(terms, '127.0.0.1', ports);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-native-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('the endorsement policy joins each state with the other members', () => {
  expect(formatEndorsementPolicy(terms.members, 2)).toBe(
    "OR(AND('Cn.peer', OutOf(1, 'De.peer', 'Exchange.peer')), AND('De.peer', OutOf(1, 'Cn.peer', 'Exchange.peer')))",
  );
});

it('every node has an address of its own', () => {
  const used = topology.members.flatMap((nodes) =>
    Object.values(nodes).flatMap((value) => (typeof value === 'object' ? [value.port] : [])),
  );
  expect(new Set(used).size).toBe(countPorts(3));
  expect(topology.members.map(({ consenterId }) => consenterId)).toEqual([1, 2, 3]);
});

it('the channel is ordered by one consenter a member', () => {
  const { Orderer, Capabilities, Application } = parse(formatConfigtx(topology)).Profiles.Tabellion;
  expect(Orderer.OrdererType).toBe('BFT');
  expect(Orderer.ConsenterMapping.map(({ MSPID }: { MSPID: string }) => MSPID)).toEqual([
    ...['Cn', 'De', 'Exchange'],
  ]);
  expect(Capabilities).toEqual({ V3_0: true });
  expect(Application.Capabilities).toEqual({ V2_5: true });
});

describe('generateMember', () => {
  it('keeps private keys from others and out of what is handed over', async () => {
    await generateMember(directory, topology, topology.members[0]!);
    const layout = layoutMember(directory, 'Cn');
    for (const secret of [
      join(layout.peer, 'msp', 'keystore', 'key.pem'),
      join(layout.peer, 'tls', 'server.key'),
      join(layout.peer, 'builder', 'connection.json'),
      join(layout.ca, 'key.pem'),
      join(layout.tlsCa, 'key.pem'),
    ]) {
      expect((await stat(secret)).mode & 0o077, secret).toBe(0);
    }
    await expect(stat(join(layout.msp, 'keystore'))).rejects.toThrow('ENOENT');
  });

  it('sets the time window that the members agreed on, and the private data limits', async () => {
    const core = parse(
      await readFile(join(directory, 'members', 'Cn', 'peer', 'core.yaml'), 'utf8'),
    );
    expect(core.peer.authentication.timewindow).toBe('600s');
    expect(core.peer.gossip.pvtData).toMatchObject({
      skipPullingInvalidTransactionsDuringCommit: true,
      pullRetryThreshold: '5s',
    });
  });
});

it('packChaincode: one archive for all members, named by its digest', () => {
  const { bytes, id } = packChaincode('tabellion_1');
  expect(id).toBe(`tabellion_1:${createHash('sha256').update(bytes).digest('hex')}`);
  expect(packChaincode('tabellion_1').bytes).toEqual(bytes);
  const text = gunzipSync(bytes).toString('latin1');
  expect(text).toContain('{"type":"ccaas","label":"tabellion_1"}');
  expect(text).toContain('code.tar.gz');
});

it('findBinaries says what is missing and where to get it', () => {
  const search = () => findBinaries({ FABRIC_BIN: directory });
  expect(search).toThrow(MissingProgram);
  expect(search).toThrow(/peer, orderer, configtxgen, osnadmin .*github\.com\/hyperledger\/fabric/);
});

it('findFreePorts leaves out those in use', async () => {
  const [taken] = await findFreePorts('127.0.0.1', 1);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  try {
    const found = await findFreePorts('127.0.0.1', 200);
    expect(new Set(found).size).toBe(200);
    expect(found).not.toContain(taken);
  } finally {
    server.close();
  }
});

describe('processes', () => {
  const command = (script: string) => ({
    program: process.execPath,
    args: ['-e', script],
    directory,
    environment: {},
    log: join(directory, 'process.log'),
  });

  it('are started apart, known again and ended, by force if need be', async () => {
    const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
    const ref = await startProcess(command(deaf));
    expect(await isRunning(ref)).toBe(true);
    await expect.poll(() => readFile(join(directory, 'process.log'), 'utf8')).toContain('up');
    await stopProcess(ref, 200);
    expect(await isRunning(ref)).toBe(false);
  });

  it('are not taken for others that got their number since', async () => {
    const stranger = { pid: process.pid, started: 'another time' };
    expect(await isRunning(stranger)).toBe(false);
    await stopProcess(stranger, 0);
  });

  it('that cannot be started are an error', async () => {
    const nowhere = { ...command(''), program: join(directory, 'nothing') };
    await expect(startProcess(nowhere)).rejects.toThrow('ENOENT');
  });
});
