/** A real Fabric network in a temporary directory, with people, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import {
  type Binaries,
  findBinaries,
  MissingProgram,
} from '../../node-config/fabric/native/binaries.ts';
import { connectMember } from '../../node-config/fabric/native/connect.ts';
import { bringUp, removeNetwork } from '../../node-config/fabric/native/network.ts';
import type { NetworkState } from '../../node-config/fabric/native/state.ts';
import type { NetworkTerms } from '../../node-config/fabric/topology.ts';
import { enrolAt, TEST_MEMBERS } from '../conformance/embedded-network.ts';

/** Why tests that need Fabric are skipped, or the programs that they use. */
export const fabric: { readonly binaries?: Binaries; readonly missing?: string } = lookForFabric();

function lookForFabric() {
  try {
    return { binaries: findBinaries(process.env) };
  } catch (error) {
    if (error instanceof MissingProgram) return { missing: error.message };
    throw error;
  }
}

export interface TestNetwork extends AsyncDisposable {
  readonly directory: string;
  readonly state: NetworkState;
  /** The port of a member's gateway to its own peer; closed with the network. */
  connect(mspId: string): Promise<LedgerPort>;
  /** A new person of a member. */
  enrol(mspId: string, role?: string): Promise<Signer>;
}

const TEST_TERMS: NetworkTerms = {
  channel: 'evidence',
  chaincode: 'tabellion',
  members: TEST_MEMBERS.map(({ mspId, state }) => ({ mspId, kind: state ? 'STATE' : 'EXCHANGE' })),
  parameters: { endorsementThreshold: 2, timeWindowSeconds: 900 },
};

/** `server` is the chaincode server's program, an absolute path. */
export async function createTestNetwork(
  server: string,
  terms: Partial<NetworkTerms> = {},
): Promise<TestNetwork> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-fabric-'));
  const consortium = { ...TEST_TERMS, ...terms };
  const { endorsementThreshold } = consortium.parameters;
  const members = consortium.members.map(({ mspId, kind }) => ({ mspId, state: kind === 'STATE' }));
  const ledgers: LedgerPort[] = [];
  const close = async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await removeNetwork({ directory });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const binaries = fabric.binaries!;
    const state = await bringUp({ directory, binaries, consortium, server });
    return {
      directory,
      state,
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
  } catch (error) {
    await close();
    throw error;
  }
}
