/**
 * The development consortium on a real network, founded, with an agreed time window of seconds, and a
 * gateway of CN: what the cases of this folder share.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  canonicalBytes,
  HEADER_TYPE,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  type Trust,
  validationCodeName,
} from '@tabellion/proof';
import { pino } from 'pino';
import { expect } from 'vitest';
import {
  type AnchoredBatch,
  anchorBatch,
  type BatchContent,
  forgetfulLog,
} from '../../../gateway/src/evidence/anchor.ts';
import { createLedgerReader } from '../../../gateway/src/evidence/ledger-reader.ts';
import {
  describeLines,
  draftAcquisition,
  makeLine,
} from '../../../gateway/src/evidence/testing.ts';
import { type Consortium, loadConsortium } from '../../../gateway/src/identity/consortium.ts';
import {
  type ActOptions,
  type ActPort,
  type PerformedAct,
  performAct,
  type Signer,
} from '../../../gateway/src/ledger/act.ts';
import { expectRecord } from '../../../gateway/src/ledger/compare-record.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { openFabricMember } from '../../../gateway/src/node/fabric-member.ts';
import type { NodeLedger } from '../../../gateway/src/node/node-ledger.ts';
import type { RunningNode } from '../../../gateway/src/node/start-node.ts';
import { describeMember } from '../../../node-config/fabric/native/connect.ts';
import { canEndorse } from '../../../node-config/fabric/native/ready.ts';
import { readState, writeState } from '../../../node-config/fabric/native/state.ts';
import { readTrust } from '../../support/read-trust.ts';
import { controlNodes, type Nodes } from '../faults/nodes.ts';
import {
  CN,
  CONSORTIUM,
  DE,
  EXCHANGE,
  type GatewayWorld,
  openGatewayWorld,
  SG,
} from '../gateway-world.ts';
import { fabric } from '../test-network.ts';

export const MEMBERS = [CN, SG, DE, EXCHANGE];
/** Long enough for a loaded machine to endorse in, short enough to wait for its end. */
export const WINDOW_MS = 30_000;

export interface World extends GatewayWorld {
  readonly consortium: Consortium;
  readonly gateway: RunningNode;
  /** A member's way to its own peer, as its gateway has it. */
  ledger(mspId: string): LedgerPort;
  readonly trust: () => Promise<Trust>;
  /** What the gateways of all members had to warn of. */
  readonly warnings: readonly Record<string, unknown>[];
  /** A person of CN, who collects. */
  readonly investigator: Signer;
  /** Any of the acts, compared and signed as a gateway and the CLI do. */
  act(
    transaction: string,
    input: object,
    options?: ActOptions & { readonly port?: ActPort; readonly signer?: Signer },
  ): Promise<PerformedAct>;
  readonly nodes: Nodes;
  /** Has a member run this chaincode program; the consortium's own if absent. */
  runProgram(mspId: string, program?: string): Promise<void>;
  /** The investigator opens an acquisition. Returns its ID. */
  acquire(options?: ActOptions): Promise<string>;
  /** The investigator anchors one item. */
  anchor(acquisition: string, port?: ActPort): Promise<AnchoredBatch>;
}

export async function openWorld(): Promise<World> {
  const opened = new AsyncDisposableStack();
  try {
    return await composeWorld(opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function composeWorld(opened: AsyncDisposableStack): Promise<World> {
  const loaded = await loadConsortium(CONSORTIUM);
  const parameters = { ...loaded.parameters, timeWindowSeconds: WINDOW_MS / 1000 };
  const consortium = { ...loaded, parameters };
  const base = opened.use(await openGatewayWorld(consortium));
  const { directory } = base.network;
  const warnings: Record<string, unknown>[] = [];
  const write = (line: string) => void warnings.push(JSON.parse(line));
  const logger = pino({ level: 'warn' }, { write });
  const members = new Map<string, NodeLedger>();
  for (const mspId of MEMBERS) {
    const described = await describeMember(directory, mspId);
    const member = await openFabricMember(described, { consortium, logger, now: Date.now });
    opened.defer(() => member.close());
    members.set(mspId, member);
  }
  const nodes = opened.use(controlNodes({ directory, binaries: fabric.binaries! }));
  const gateway = await base.start(CN);
  const investigator = await base.network.enrol(CN);
  const ledger = (mspId: string) => members.get(mspId)!.ledger;

  const act: World['act'] = (transaction, input, options = {}) => {
    const { port = ledger(CN), signer = investigator, ...rest } = options;
    const request = { transaction, args: [canonicalBytes(input as never)] };
    return performAct(port, signer, request, expectRecord(request, signer), rest);
  };
  return {
    ...base,
    ...{ consortium, gateway, ledger, investigator, act, nodes, warnings },
    trust: async () => {
      const { ledger: port, serviceSigners } = members.get(CN)!;
      return readTrust(port, serviceSigners.get(CN)!, consortium.name);
    },
    runProgram: async (mspId, program) => {
      const name = `chaincode.${mspId}`;
      await nodes.stop(name);
      const state = (await readState(directory))!;
      const { packageId } = state;
      const { chaincode } = state.members.find((one) => one.mspId === mspId)!;
      const server = program ?? state.server;
      const servers = { ...state.servers, [name]: { server, packageId, endpoint: chaincode } };
      await writeState(directory, { ...state, servers });
      await nodes.start(name);
      const { service } = await describeMember(directory, CN);
      const signal = AbortSignal.timeout(30_000);
      while (!(await canEndorse(ledger(CN), service, [mspId]))) {
        await sleep(200, undefined, { signal });
      }
    },
    acquire: async (options) => {
      const input = draftAcquisition('CN', 'cn-cpl-136');
      const { status } = await act('evidence:acquire', input, options);
      if (status.code !== 'VALID') throw new Error(`the acquisition is ${status.code}`);
      return input.id;
    },
    anchor: (acquisition, port = ledger(CN)) => {
      const reader = createLedgerReader(ledger(CN), investigator);
      const ports = { act: port, signer: investigator, reader, target: ledger(CN) };
      return anchorBatch(draftBatch(acquisition), ports, forgetfulLog());
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** One item, for the ledger alone: nobody asks here for its manifest. */
export function draftBatch(acquisition: string): BatchContent {
  const { digest, root, size, bytes } = describeLines([makeLine(randomBytes(8).toString('hex'))]);
  return { acquisition, root, size, bytes, manifest: digest, collectedAt: Date.now() };
}

/** Nothing that was done within `step` is in any block, whatever was found valid or not. */
export async function expectNothingWritten(world: World, step: () => Promise<void>) {
  const ledger = world.ledger(CN);
  const from = await ledger.height();
  await step();
  // What comes after it, so that no block of it is yet to come.
  const { txId, status } = await world.act(
    'evidence:acquire',
    draftAcquisition('CN', 'cn-cpl-136'),
  );
  const written = await listTransactions(ledger, from, status.block);
  // The gateway writes down, in its own time, whom it refused.
  const others = written.filter(({ event }) => event !== 'evidence:anchorJournal');
  expect(others).toEqual([{ txId, event: 'evidence:acquire', code: 'VALID' }]);
}

/** Those in blocks `from` to `to`, with what they announced. */
export async function listTransactions(ledger: LedgerPort, from: number, to: number) {
  const found: { txId: string; event: string | undefined; code: string }[] = [];
  for await (const bytes of ledger.blocks(from)) {
    const { number, envelopes, validationCodes } = readBlock(bytes);
    envelopes.forEach((bytes, position) => {
      if (readEnvelopeHeader(bytes).type !== HEADER_TYPE.ENDORSER_TRANSACTION) return;
      const { txId, event } = readEnvelope(bytes);
      const code = validationCodeName(validationCodes[position] ?? -1);
      found.push({ txId, event: event?.name, code });
    });
    if (number >= to) break;
  }
  return found;
}

/** The code of the error with which a promise fails. */
export const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'NONE',
    ({ code, message }) => code ?? message,
  );

/** The error with which a promise fails. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
