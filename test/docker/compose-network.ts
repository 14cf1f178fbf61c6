/** The network of `docker-compose.yml` on ports of its own, by testcontainers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerComposeEnvironment, Wait } from 'testcontainers';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import {
  type Engine,
  findEngine,
  findMissingImages,
  MissingDocker,
} from '../../node-config/fabric/docker/engine.ts';
import {
  awaitChannel,
  FABRIC_IMAGES,
  removeNetwork,
} from '../../node-config/fabric/docker/network.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { connectMember } from '../../node-config/fabric/native/connect.ts';
import type { NetworkTerms } from '../../node-config/fabric/topology.ts';
import { enrolAt } from '../conformance/embedded-network.ts';
import type { TestNetwork } from '../fabric/test-network.ts';

const report = () => undefined;
const root = join(import.meta.dirname, '../..');
/** Base of the project's own image. */
const BASE_IMAGE = 'node:24-trixie-slim';

interface Docker {
  readonly engine?: Engine;
  /** Why tests that need Docker are skipped. */
  readonly missing?: string;
}

export const docker: Docker = await lookForDocker();

/** Fetches nothing: whoever wants these tests has the images. */
async function lookForDocker(): Promise<Docker> {
  try {
    const engine = await findEngine();
    const missing = await findMissingImages(engine, [...FABRIC_IMAGES, BASE_IMAGE]);
    if (missing.length === 0) return { engine };
    return { missing: `no image ${missing.join(', ')}; get it by docker pull` };
  } catch (error) {
    if (error instanceof MissingDocker) return { missing: error.message };
    throw error;
  }
}

export interface ComposeNetwork extends TestNetwork {
  /** What a program that acts on this network's containers finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ComposeNetworkOptions {
  readonly consortium: NetworkTerms;
  /** Changes to the services of `docker-compose.yml`. */
  readonly services?: Readonly<Record<string, object>>;
}

export async function createComposeNetwork({
  consortium,
  services,
}: ComposeNetworkOptions): Promise<ComposeNetwork> {
  const engine = docker.engine!;
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-compose-'));
  const files = [join(root, 'docker-compose.yml')];
  if (services) {
    const overlay = join(directory, 'overlay.yml');
    await writeFile(overlay, JSON.stringify({ services }));
    files.push(overlay);
  }
  // Empty: any free port.
  const ports = ['CN', 'SG', 'DE', 'EXCHANGE'].map((name) => [`${name}_PEER_PORT`, '']);
  const environment: Record<string, string> = Object.fromEntries(ports);
  const project = `tabellion-test-${process.pid}-${Date.now()}`;
  const [program, ...plugin] = engine.compose;
  const standalone = plugin.length === 0;
  const started = await new DockerComposeEnvironment(root, files)
    .withProjectName(project)
    .withEnvironment(environment)
    .withBuild()
    // No Ryuk: it needs an image more, and the test cleans up itself.
    .withAutoCleanup(false)
    .withClientOptions(standalone ? { executable: { standalone, executablePath: program } } : {})
    .withWaitStrategy('channel-1', Wait.forOneShotStartup())
    .withWaitStrategy('channel_1', Wait.forOneShotStartup())
    .up();
  const network = { engine, files, project, environment, consortium, directory };
  const ledgers: LedgerPort[] = [];
  const close = async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    // Members that joined are none of those that testcontainers started.
    await removeNetwork({ ...network, report });
    await started.down({ removeVolumes: true, timeout: 10_000 });
    await rm(directory, { recursive: true, force: true });
  };
  const state = await awaitChannel({ ...network, report }).catch(async (error) => {
    await close();
    throw error;
  });
  const { endorsementThreshold } = consortium.parameters;
  const members = consortium.members.map(({ mspId, kind }) => ({ mspId, state: kind === 'STATE' }));
  return {
    ...{ directory, state },
    environment: { ...environment, COMPOSE_PROJECT_NAME: project },
    connect: async (mspId) => {
      const ledger = await connectMember({ directory, mspId, members, endorsementThreshold });
      ledgers.push(ledger);
      return ledger;
    },
    enrol: async (mspId, role = 'investigator') => {
      const { ca } = layoutMember(directory, mspId);
      return enrolAt(await MemberCa.open({ directory: ca, mspId, embedded: false }), role);
    },
    [Symbol.asyncDispose]: close,
  };
}
