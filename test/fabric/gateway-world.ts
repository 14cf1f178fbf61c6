/** The development consortium on a real Fabric network, with gateways of its members and people at the CLI. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { runCli } from '../../gateway/src/cli/testing.ts';
import { type Consortium, loadConsortium } from '../../gateway/src/identity/consortium.ts';
import type { FabricMember } from '../../gateway/src/node/fabric-member.ts';
import { type RunningNode, startNode } from '../../gateway/src/node/start-node.ts';
import { describeMember } from '../../node-config/fabric/native/connect.ts';
import { startTestIssuer, type TestIssuer } from './test-issuer.ts';
import { createTestNetwork, type TestNetwork } from './test-network.ts';

const root = join(import.meta.dirname, '../..');
export const CONSORTIUM = join(root, 'node-config/consortium.yaml');
export const SERVER = join(root, 'chaincode/src/server.ts');
export const CN = 'CnAgencyMSP';
export const SG = 'SgAgencyMSP';
export const DE = 'DeAgencyMSP';
export const EXCHANGE = 'ExchangeMSP';

export interface GatewayWorld extends AsyncDisposable {
  readonly network: TestNetwork;
  readonly issuer: TestIssuer;
  /** A path below the network's directory. */
  at(name: string): string;
  /** Starts a member's gateway, again if it runs. */
  start(mspId: string): Promise<RunningNode>;
  /** Runs a command of the CLI in a home of its own, by default the member's, and reads its document. */
  // biome-ignore lint/suspicious/noExplicitAny: the document is whatever the command prints.
  run(home: string, args: readonly string[], exit?: number): Promise<any>;
  /** A person of the member signs in at the member's issuer and has a key of their own certified. */
  // biome-ignore lint/suspicious/noExplicitAny: as for `run`.
  init(mspId: string, role: string, home?: string): Promise<any>;
}

/** People at the CLI, with homes at `at('home-…')`. */
export const createRun =
  (at: GatewayWorld['at']): GatewayWorld['run'] =>
  async (home, args, exit = 0) => {
    const { stdout, ...result } = await runCli([...args, '--json'], { home: at(`home-${home}`) });
    if (result.exit !== exit) throw new Error(`${args[0]} ended with ${result.exit}: ${stdout}`);
    return JSON.parse(stdout);
  };

/** The development consortium's network, or that of a consortium like it. */
export const openGatewayWorld = async (consortium?: Consortium): Promise<GatewayWorld> =>
  openGateways(await createTestNetwork(SERVER, consortium ?? (await loadConsortium(CONSORTIUM))));

/** Gateways on a network that is up, which closes with them; `open` as in FabricMember. */
export async function openGateways(
  network: TestNetwork,
  open?: Pick<FabricMember, 'open'>,
): Promise<GatewayWorld> {
  const issuer = await startTestIssuer();
  const nodes = new Map<string, RunningNode>();
  const at = (name: string) => join(network.directory, name);

  const run = createRun(at);
  return {
    ...{ network, issuer, at, run },
    start: async (mspId) => {
      await nodes.get(mspId)?.close();
      const node = await startNode({
        directory: at(`gateway-${mspId}`),
        consortium: CONSORTIUM,
        port: 0,
        fabric: {
          member: { ...(await describeMember(network.directory, mspId)), ...open },
          issuers: [issuer.trustedBy(mspId)],
        },
        logger: pino({ level: 'silent' }),
      });
      nodes.set(mspId, node);
      return node;
    },
    init: async (mspId, role, home = mspId) => {
      issuer.become({ member: mspId, role });
      const gateway = ['--gateway', nodes.get(mspId)!.address, '--issuer', issuer.issuer];
      return run(home, ['init', ...gateway, '--trust-on-first-use', '--progress', 'json']);
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes.values()) await node.close();
      await issuer[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}

/** CN collects three files that touch SG, closes, and exports the proof of one with the trust file. */
export async function collectEvidence({
  at,
  run,
}: Pick<GatewayWorld, 'at' | 'run'>): Promise<string> {
  const { id } = await run(CN, [
    ...['acquire', '--case', 'TEST/2026/1', '--legal-basis', 'cn-icjal-25@1'],
    ...['--method', 'assisted-collection@1', '--standard', 'iso-iec-27037@1'],
    ...['--route', 'MUTUAL_ASSISTANCE', '--treaty', 'SG-2026-4', '--system', 'SG'],
    ...['--publicly-released', 'NO', '--reason', 'logs of a rented server'],
  ]);
  await mkdir(at('seized'));
  for (const name of ['a', 'b', 'c']) await writeFile(at(`seized/${name}.txt`), `file ${name}\n`);
  await run(CN, ['anchor', '--acquisition', id, at('seized')]);
  await run(CN, ['close', id, '--reason', 'all was collected']);
  await run(CN, ['proof', 'export', at('seized/b.txt'), '-o', at('proof.json')]);
  await run(CN, ['trust', 'export', '-o', at('trust.json')]);
  return id;
}

/** SG, which it touches, answers. */
export function answerEvidence({ run }: GatewayWorld, id: string) {
  return run(SG, [
    ...['answer', id, '--position', 'NO_OBJECTION', '--legal-basis', 'sg-cpc-39@1'],
    ...['--reason', 'as requested'],
  ]);
}
