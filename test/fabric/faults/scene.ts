/** The development consortium, a member's gateway in a process of its own, and load on it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { common } from '@hyperledger/fabric-protos';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { readBlock } from '@tabellion/proof';
import { draftAcquisition } from '../../../gateway/src/evidence/testing.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { findFreePorts } from '../../../node-config/fabric/native/ports.ts';
import { type GatewayProcess, startGatewayProcess } from '../gateway-process.ts';
import { CN, DE, openGatewayWorld } from '../gateway-world.ts';
import { fabric } from '../test-network.ts';
import { LedgerCheck } from './ledger-check.ts';
import { callGateway, Load } from './load.ts';
import { controlNodes, type Nodes } from './nodes.ts';

/** Whose gateway it is. */
export const OWN = CN;
/** Whose peer the ledger is read from: no fault befalls it. */
export const WITNESS = DE;

export interface Scene extends AsyncDisposable {
  readonly nodes: Nodes;
  readonly load: Load;
  readonly check: LedgerCheck;
  /** MSP IDs in the order of the consenters. */
  readonly members: readonly string[];
  /** MSP ID of the member whose ordering node leads. */
  findLeader(): Promise<string>;
  killGateway(): Promise<void>;
  /** Ready when it resolves. */
  startGateway(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const opened = new AsyncDisposableStack();
  try {
    return await compose(opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function compose(opened: AsyncDisposableStack): Promise<Scene> {
  const world = opened.use(await openGatewayWorld());
  const { directory, state } = world.network;
  const nodes = opened.use(controlNodes({ directory, binaries: fabric.binaries! }));
  const members = state.members.map(({ mspId }) => mspId);
  const ledger = await world.network.connect(WITNESS);

  const [port] = await findFreePorts('127.0.0.1', 1);
  const place = { member: OWN, data: world.at('gateway'), port: port! };
  let running: GatewayProcess | undefined;
  const killGateway = async () => void (await running?.end('SIGKILL'));
  const startGateway = async () => {
    running = await startGatewayProcess(world, place);
  };
  opened.defer(killGateway);
  await startGateway();

  world.issuer.become({ member: OWN, role: 'system' });
  const gateway = { address: `http://127.0.0.1:${port}`, token: world.issuer.token };
  const input = draftAct();
  const answer = await callGateway(gateway, '/v1/evidence/acquire', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  const load = new Load({ gateway, acquisition: input.id, draftAct });
  opened.defer(() => load.abandon());
  return {
    ...{ nodes, load, members, killGateway, startGateway },
    check: new LedgerCheck(ledger, gateway, load),
    findLeader: async () => members[(await readView(ledger)) % members.length]!,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const draftAct = (): AcquireInput =>
  draftAcquisition('CN', 'cn-cpl-141', {
    authorisation: { kind: 'INTERNAL', reference: 'INT-1' },
    purposes: ['JUDGE_CASE'],
  });

/** Of the last block. Without rotation, a view has one leader: its number modulo the consenters'. */
async function readView(ledger: LedgerPort): Promise<number> {
  const stop = new AbortController();
  const last = (await ledger.height()) - 1;
  for await (const bytes of ledger.blocks(last, { signal: stop.signal })) {
    stop.abort();
    const [signatures] = readBlock(bytes).metadata;
    const { Metadata, OrdererBlockMetadata } = common;
    const value = Metadata.deserializeBinary(signatures!).getValue_asU8();
    const view = OrdererBlockMetadata.deserializeBinary(value).getConsenterMetadata_asU8();
    return readFirstNumber(view);
  }
  throw new Error(`block ${last} did not come`);
}

/** Field 1 of SmartBFT's `ViewMetadata`, a varint; absent where it is 0. */
function readFirstNumber(message: Uint8Array): number {
  if (message[0] !== 0x08) return 0;
  let value = 0;
  for (let at = 1; ; at += 1) {
    value += (message[at]! & 0x7f) * 128 ** (at - 1);
    if (message[at]! < 0x80) return value;
  }
}

/** What was seen of one fault. */
export interface Seen {
  readonly fault: string;
  readonly seconds: number;
  readonly commits: number;
  readonly longestPauseMs: number;
  /** Answers that made requests be sent again. */
  readonly repeats: string;
}

const PATIENCE_MS = 60_000;

/** Lets a fault happen, waits until there is progress after it, and holds everything to the ledger. */
export async function sufferFault(
  { load, check }: Scene,
  fault: string,
  run: () => Promise<void>,
): Promise<Seen> {
  await load.awaitCommit(Date.now(), PATIENCE_MS);
  const before = new Map(load.repeats);
  const from = Date.now();
  await run();
  const mended = Date.now();
  await load.awaitCommit(mended, PATIENCE_MS);
  const to = Date.now();
  await check.checkAcknowledged();
  const repeats = [...load.repeats]
    .map(([code, count]) => [code, count - (before.get(code) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([code, count]) => `${code} ${count}`);
  return {
    fault,
    seconds: (to - from) / 1000,
    commits: load.countCommits(from, to),
    longestPauseMs: load.longestPause(from, to),
    repeats: repeats.join(', '),
  };
}

/** For the reader: nothing is asserted of it. */
export function formatSeen(seen: readonly Seen[]): string {
  const rows = seen.map((one) => [
    one.fault.padEnd(52),
    one.seconds.toFixed(1).padStart(6),
    String(one.commits).padStart(8),
    (one.longestPauseMs / 1000).toFixed(1).padStart(9),
    `  ${one.repeats}`,
  ]);
  const head = ['fault'.padEnd(52), '     s', ' commits', '  pause s', '  asked again'];
  return [head, ...rows].map((row) => row.join('')).join('\n');
}

export const lasting = (seconds: number) => sleep(seconds * 1000);
