/** The commands that run a consortium's nodes natively. */
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { layoutMember, type NodeKind } from '../layout.ts';
import { type Endpoint, formatEndpoint, type MemberNodes } from '../topology.ts';
import type { Binaries } from './binaries.ts';
import type { Command } from './process.ts';
import type { ChaincodeServer, NetworkState } from './state.ts';

export const NODE_KINDS: readonly NodeKind[] = ['orderer', 'peer', 'chaincode'];

export interface Node {
  /** `<kind>.<mspId>`; a second chaincode server is `chaincode-next.<mspId>`. */
  readonly name: string;
  readonly kind: NodeKind;
  readonly nodes: MemberNodes;
  readonly endpoint: Endpoint;
}

/** The server of the program that a member goes over to, beside the one that it has. */
export const nextServer = (mspId: string): string => `chaincode-next.${mspId}`;

export const listNodes = (
  members: readonly MemberNodes[],
  servers: Readonly<Record<string, ChaincodeServer>> = {},
): Node[] => [
  ...NODE_KINDS.flatMap((kind) =>
    members.map((nodes) => ({
      name: `${kind}.${nodes.mspId}`,
      kind,
      nodes,
      endpoint: nodes[kind],
    })),
  ),
  ...members.flatMap((nodes): Node[] => {
    const name = nextServer(nodes.mspId);
    const next = servers[name];
    return next ? [{ name, kind: 'chaincode', nodes, endpoint: next.endpoint }] : [];
  }),
];

export const logFile = (directory: string, name: string): string =>
  join(directory, 'logs', `${name}.log`);

/** Only what a node needs: nobody's `CORE_…` or `ORDERER_…` variables change its configuration. */
export const bareEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG']
      .map((name) => [name, process.env[name]] as const)
      .filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** Without Fabric's colours. */
const LOG_FORMAT = '%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}';

export async function describeCommand(
  directory: string,
  state: Pick<NetworkState, 'packageId' | 'server' | 'servers'>,
  binaries: Binaries,
  { name, kind, nodes, endpoint }: Node,
): Promise<Command> {
  const home = layoutMember(directory, nodes.mspId)[kind];
  const log = logFile(directory, name);
  await mkdir(join(directory, 'logs'), { recursive: true });
  const common = { directory: home, log };
  const fabric = {
    ...bareEnvironment(),
    FABRIC_CFG_PATH: home,
    FABRIC_LOGGING_SPEC: process.env.FABRIC_LOGGING_SPEC ?? 'warning',
    FABRIC_LOGGING_FORMAT: LOG_FORMAT,
  };
  if (kind === 'chaincode') {
    const { server, packageId } = state.servers?.[name] ?? state;
    return {
      ...common,
      program: process.execPath,
      args: [server],
      environment: {
        ...bareEnvironment(),
        CHAINCODE_ID: packageId,
        CHAINCODE_SERVER_ADDRESS: formatEndpoint(endpoint),
        CHAINCODE_TLS_KEY_FILE: join(home, 'tls', 'server.key'),
        CHAINCODE_TLS_CERT_FILE: join(home, 'tls', 'server.crt'),
        CHAINCODE_TLS_CLIENT_CACERT_FILE: join(home, 'tls', 'ca.crt'),
      },
    };
  }
  return {
    ...common,
    program: binaries[kind],
    args: kind === 'peer' ? ['node', 'start'] : [],
    environment: fabric,
  };
}

/** A node's program that ended instead of listening. */
export class NodeEnded extends Error {
  override readonly name = 'NodeEnded';
}

/**
 * Waits until something listens there.
 * @throws when the signal ends the wait; NodeEnded once `isAlive` denies that anything will.
 */
export async function awaitListening(
  endpoint: Endpoint,
  signal: AbortSignal,
  isAlive: () => Promise<boolean> = async () => true,
): Promise<void> {
  while (!(await isListening(endpoint))) {
    if (!(await isAlive()))
      throw new NodeEnded(`ended before it listened on ${formatEndpoint(endpoint)}`);
    await sleep(50, undefined, { signal }).catch((cause) => {
      throw new Error(`nothing listens on ${formatEndpoint(endpoint)} in time`, { cause });
    });
  }
}

export async function isListening(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(endpoint);
    const finish = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
