/**
 * `docker-compose.member.yml`: four projects of it on one daemon, each with volumes of its own and a
 * network between them, stand for four machines. One of them runs its gateway as well.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import {
  compose,
  composeCommand,
  type DockerNetwork,
  listContainers,
} from '../../node-config/fabric/docker/compose.ts';
import { CN, CONSORTIUM, collectEvidence, createRun, SG } from '../fabric/gateway-world.ts';
import { startTestIssuer, type TestIssuer } from '../fabric/test-issuer.ts';
import { docker } from './compose-network.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const file = join(root, 'docker-compose.member.yml');
const consortium = await loadConsortium(CONSORTIUM);
const members = consortium.members.map(({ mspId }) => mspId);
const title = `one member a machine${docker.missing ? ` (skipped: ${docker.missing})` : ''}`;

describe('docker-compose.member.yml', async () => {
  const { services } = parse(await readFile(file, 'utf8'), { merge: true });

  it('runs nothing as root, and opens the gateway to this machine only', () => {
    for (const [name, service] of Object.entries<Record<string, unknown>>(services)) {
      if (!service.build) expect(service.user, name).toBe('1000:1000');
      expect(service.cap_drop, name).toEqual(['ALL']);
    }
    expect(services.gateway.ports[0]).toMatch(/^\$\{GATEWAY_LISTEN:-127\.0\.0\.1\}:/);
  });

  it('makes keys and the genesis block without a network', () => {
    for (const name of ['keys', 'genesis']) expect(services[name].network_mode).toBe('none');
  });
});

/** Puts a machine on the network between the machines. */
const describeOutside = (network: string, peer: string, orderer: string) => ({
  services: {
    orderer: { networks: { outside: { aliases: [orderer] } } },
    peer: { networks: { outside: { aliases: [peer] } } },
    channel: { networks: { default: {}, outside: {} } },
  },
  networks: { outside: { external: true, name: network } },
});

describe.skipIf(docker.missing !== undefined)(title, () => {
  let directory: string;
  let issuer: TestIssuer;
  let machines: ReadonlyMap<string, DockerNetwork>;
  const opened = new AsyncDisposableStack();
  const at = (name: string) => join(directory, name);
  const cli = createRun(at);
  const machine = (mspId: string) => machines.get(mspId)!;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-machines-'));
    opened.defer(() => rm(directory, { recursive: true, force: true }));
    issuer = opened.use(await startTestIssuer());
    machines = await describeMachines();
    await compose(machine(CN), 'build');
    await Promise.all(
      members.map(async (mspId) =>
        writeFile(at(`exchange/${mspId}.json`), await output(mspId, 'keys')),
      ),
    );
    await writeFile(at('exchange/genesis.block'), await output(SG, 'genesis'));
    // All at once: each waits for the others.
    await Promise.all(
      members.map((mspId) =>
        compose(machine(mspId), 'up', '-d', ...(mspId === CN ? [] : ['channel'])),
      ),
    );
    await Promise.all(members.map((mspId) => awaitChannel(mspId)));
  }, 600_000);
  afterAll(() => opened.disposeAsync(), 120_000);

  async function describeMachines() {
    const { docker: run } = docker.engine!;
    const outside = `tabellion-test-${process.pid}-${Date.now()}`;
    await run('network', 'create', outside);
    opened.defer(async () => void (await run('network', 'rm', outside)));
    await mkdir(at('exchange'));
    const trusted = issuer.trustedBy(CN);
    const known = { ...trusted, members: undefined };
    await writeFile(at('issuers.yaml'), stringify({ issuers: [known] }));
    const all = members.map(async (mspId) => {
      const name = mspId.toLowerCase();
      const hosts = [`peer.${name}.example`, `orderer.${name}.example`] as const;
      const overlay = at(`${name}.yml`);
      await writeFile(overlay, stringify(describeOutside(outside, ...hosts)));
      const network: DockerNetwork = {
        engine: docker.engine!,
        files: [file, overlay],
        project: `${outside}-${name}`,
        environment: {
          ...{ MSP_ID: mspId, PEER_HOST: hosts[0], ORDERER_HOST: hosts[1] },
          ...{ EXCHANGE: at('exchange'), ISSUERS: at('issuers.yaml') },
          // Empty: any free port.
          ...{ LISTEN: '127.0.0.1', PEER_PORT: '', ORDERER_PORT: '', GATEWAY_PORT: '' },
        },
        ...{ consortium, directory, report: () => undefined },
      };
      opened.defer(() => compose(network, 'down', '--volumes'));
      return [mspId, network] as const;
    });
    return new Map(await Promise.all(all));
  }

  /** What a one-shot service prints. */
  async function output(mspId: string, ...service: string[]): Promise<Buffer> {
    const all = ['run', '--rm', '-T', '--no-deps', ...service];
    const { program, args, env } = await composeCommand(machine(mspId), ...all);
    return (await run(program, args, { env, encoding: 'buffer' })).stdout;
  }

  async function awaitChannel(mspId: string): Promise<void> {
    const { docker: call } = docker.engine!;
    const { id } = (await listContainers(machine(mspId))).get('channel')!;
    await call('wait', id);
    const end = await call('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', id);
    if (end !== 'exited 0') throw new Error(await call('logs', '--tail', '20', id));
  }

  /**
   * Where this machine reaches the gateway. The issuer, whose plain HTTP a gateway takes from its own
   * machine only, is brought to the container: by the container's own loopback, to this machine.
   */
  async function reachGateway(): Promise<string> {
    const { docker: call } = docker.engine!;
    const { id } = (await listContainers(machine(CN))).get('gateway')!;
    const port = new URL(issuer.issuer).port;
    const bridge = '{{(index .IPAM.Config 0).Gateway}}';
    const here = await call(
      'network',
      'inspect',
      '--format',
      bridge,
      `${machine(CN).project}_default`,
    );
    const server = createServer((socket) => {
      const onward = connect(Number(port), '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, here, resolve));
    opened.defer(() => void server.close());
    const { port: back } = server.address() as AddressInfo;
    const forward = `const net = require('node:net');
      net.createServer((socket) => {
        const onward = net.connect(${back}, '${here}');
        socket.pipe(onward).pipe(socket);
        for (const end of [socket, onward]) end.on('error', () => end.destroy());
      }).listen(${port}, '127.0.0.1');`;
    await call('exec', '--detach', id, 'node', '-e', forward);
    const address = `http://${await call('port', id, '8080/tcp')}`;
    await expect
      .poll(
        () =>
          fetch(`${address}/v1/health/ready`).then(
            ({ ok }) => ok,
            () => false,
          ),
        {
          timeout: 120_000,
          interval: 500,
        },
      )
      .toBe(true);
    return address;
  }

  it('has the keys of its own member, and of no other', async () => {
    for (const mspId of members) {
      const { id } = (await listContainers(machine(mspId))).get('chaincode')!;
      const find = ['find', '/network', '-name', '*key*', '-type', 'f'];
      const keys = (await docker.engine!.docker('exec', id, ...find)).split('\n');
      expect(keys.length).toBeGreaterThan(5);
      for (const key of keys) expect(key).toMatch(new RegExp(`^/network/members/${mspId}/`));
    }
  }, 120_000);

  it('acts through its own gateway, and the proof verifies', async () => {
    const gateway = await reachGateway();
    issuer.become({ member: CN, role: 'investigator' });
    const init = ['init', '--gateway', gateway, '--issuer', issuer.issuer];
    await cli(CN, [...init, '--trust-on-first-use', '--progress', 'json']);
    await collectEvidence({ at, run: cli });
    const verify = ['verify', at('proof.json'), '--trust', at('trust.json')];
    const verdict = await cli('court', [...verify, '--file', at('seized/b.txt')]);
    expect(verdict).toMatchObject({ code: 'INTACT' });
  }, 240_000);
});
