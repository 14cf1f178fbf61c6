/** One real network of four members, one member's gateway as it is run, and that member's way to its peer. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { createAdmin } from '../../node-config/fabric/native/admin.ts';
import { connectMember, readSigner } from '../../node-config/fabric/native/connect.ts';
import { awaitEndorsers } from '../../node-config/fabric/native/ready.ts';
import { type GatewayProcess, startGatewayProcess } from '../../test/fabric/gateway-process.ts';
import { startTestIssuer } from '../../test/fabric/test-issuer.ts';
import { createTestNetwork, fabric, type TestNetwork } from '../../test/fabric/test-network.ts';
import { CONSORTIUM } from '../serve.ts';
import type { Groups } from './processes.ts';

const SERVER = join(import.meta.dirname, 'server.ts');
const ESTABLISH_MS = 60_000;
/** The member that collects and anchors. */
export const MEMBER = 'DeAgencyMSP';
/** A second definition of the same package, which any one member can endorse. */
export const ANY_ONE = 'any-one';

export interface World extends AsyncDisposable {
  readonly network: TestNetwork;
  readonly members: readonly string[];
  /** The member's own port, to its own peer. */
  readonly ledger: LedgerPort;
  /** The member's service identity, with which its gateway signs. */
  readonly signer: Signer;
  startGateway(): Promise<GatewayProcess>;
  /** An access token of the member's system. */
  token(): Promise<string>;
  /** The same to {@link ANY_ONE}. */
  readonly anyOne: LedgerPort;
  readonly processes: Groups;
  /** Fabric's, for example `v3.1.5`. */
  readonly version: string;
}

export async function openWorld(report: (step: string) => void): Promise<World> {
  const consortium = await loadConsortium(CONSORTIUM);
  const opened = new AsyncDisposableStack();
  try {
    report('bringing up the network');
    const network = opened.use(await createTestNetwork(SERVER, consortium));
    const issuer = opened.use(await startTestIssuer());
    issuer.become({ member: MEMBER, role: 'system' });
    const { directory, state } = network;
    const signer = await readSigner(MEMBER, layoutMember(directory, MEMBER).gateway);
    const ledger = await network.connect(MEMBER);
    report('committing the second definition');
    await defineAnyOne(network);
    const members = consortium.members.map(({ mspId, kind }) => ({
      ...{ mspId, state: kind === 'STATE' },
    }));
    const terms = { members, endorsementThreshold: 1, chaincode: ANY_ONE };
    const anyOne = await connectMember({ directory, mspId: MEMBER, ...terms });
    opened.defer(() => anyOne.close());
    const at = (name: string) => join(directory, name);
    const groups = [
      ['peers', 'peer.'],
      ['orderers', 'orderer.'],
      ['chaincode', 'chaincode.'],
    ].map(([group, prefix]) => [
      group,
      Object.fromEntries(
        Object.entries(state.processes)
          .filter(([name]) => name.startsWith(prefix!))
          .map(([name, { pid }]) => [name, pid]),
      ),
    ]);
    return {
      ...{ network, ledger, anyOne, signer },
      members: state.members.map(({ mspId }) => mspId),
      token: issuer.token,
      startGateway: async () => {
        const gateway = await startGatewayProcess(
          { network, issuer, at },
          { member: MEMBER, data: at('gateway') },
        );
        opened.defer(() => gateway.end('SIGTERM').then(() => undefined));
        return gateway;
      },
      processes: { ...Object.fromEntries(groups), client: { bench: process.pid } },
      version: readVersion(),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function readVersion(): string {
  const told = execFileSync(fabric.binaries!.peer, ['version'], { encoding: 'utf8' });
  return /Version: (\S+)/.exec(told)?.[1] ?? 'unknown';
}

async function defineAnyOne({ directory, state }: TestNetwork): Promise<void> {
  const { channel, members, packageId } = state;
  const signal = AbortSignal.timeout(ESTABLISH_MS);
  const admin = createAdmin(directory, fabric.binaries!, signal);
  const policy = `OR(${members.map(({ mspId }) => `'${mspId}.peer'`).join(', ')})`;
  const definition = { channel, name: ANY_ONE, version: '1', sequence: 1, policy };
  await Promise.all(members.map((nodes) => admin.approve(nodes, definition, packageId)));
  await admin.commit(members, definition);
  await awaitEndorsers(directory, members, signal, ANY_ONE);
}
