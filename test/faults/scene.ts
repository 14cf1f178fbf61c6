/** One embedded node on its data directory, load on it, and whoever holds it to what it said. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, parseTrust } from '@tabellion/proof';
import { auditLedger } from '../../gateway/src/audit/audit.ts';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import { openLedgerBlocks } from '../../gateway/src/ledger/stored-blocks.ts';
import { findFreePorts } from '../../node-config/fabric/native/ports.ts';
import { LedgerCheck } from '../fabric/faults/ledger-check.ts';
import { callGateway, type Gateway, Load } from '../fabric/faults/load.ts';
import { createSystemToken, NodeProcess, type StartOptions } from './node-process.ts';
import { createWitness } from './witness.ts';

/** Whose system hands in the items. */
export const MEMBER = 'CnAgencyMSP';
const CHAINCODE = 'tabellion';
const PATIENCE_MS = 60_000;

/** A data directory in which nothing has happened but the founding. */
export class Base implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<Base> {
    const directory = await mkdtemp(join(tmpdir(), 'tabellion-faults-'));
    const base = new Base(directory);
    try {
      const [port] = await findFreePorts('127.0.0.1', 1);
      const node = await NodeProcess.start({ data: base.data, port: port! });
      const { code, stderr } = await node.end('SIGTERM');
      assert.equal(code, 0, stderr);
      return base;
    } catch (error) {
      await base[Symbol.asyncDispose]();
      throw error;
    }
  }

  get data(): string {
    return join(this.directory, 'data');
  }

  /** A copy of it, for one scene. */
  async copy(): Promise<string> {
    const copy = join(await mkdtemp(join(this.directory, 'copy-')), 'data');
    await cp(this.data, copy, { recursive: true, preserveTimestamps: true });
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

export interface LoadShape {
  readonly requestsPerSecond?: number;
}

export class Scene implements AsyncDisposable {
  readonly data: string;
  readonly port: number;
  readonly gateway: Gateway;
  #node: NodeProcess | undefined;
  readonly #loads: { readonly load: Load; readonly check: LedgerCheck }[] = [];

  private constructor(data: string, port: number) {
    this.data = data;
    this.port = port;
    const token = createSystemToken({ data, port }, MEMBER);
    this.gateway = { address: `http://127.0.0.1:${port}`, token };
  }

  static async open(data: string, options: StartOptions = {}): Promise<Scene> {
    const [port] = await findFreePorts('127.0.0.1', 1);
    const scene = new Scene(data, port!);
    await scene.start(options);
    return scene;
  }

  get node(): NodeProcess {
    return this.#node!;
  }

  get load(): Load {
    return this.#loads.at(-1)!.load;
  }

  /** Ready when it resolves. */
  async start(options: StartOptions = {}): Promise<void> {
    this.#node = await NodeProcess.start({ data: this.data, port: this.port }, options);
  }

  /** Begins to hand in items under a new acquisition. */
  async startLoad({ requestsPerSecond = 40 }: LoadShape = {}): Promise<Load> {
    const input = draftAct();
    const response = await callGateway(this.gateway, '/v1/evidence/acquire', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    assert.equal(response.status, 201, await response.text());
    return this.#addLoad(input.id, requestsPerSecond);
  }

  /** To hand in again what was handed in under an acquisition that there is. */
  resumeLoad(acquisition: string): Load {
    return this.#addLoad(acquisition, 0);
  }

  #addLoad(acquisition: string, requestsPerSecond: number): Load {
    const { gateway } = this;
    const options = { gateway, acquisition, draftAct, longestPauseMs: 250 };
    const load = new Load({ ...options, requestsPerSecond });
    const check = new LedgerCheck(createWitness(gateway, CHAINCODE), gateway, load);
    this.#loads.push({ load, check });
    return load;
  }

  /** The gateway knows the receipt, and has not given it up. */
  async assertReceipt(receipt: string): Promise<void> {
    const response = await callGateway(this.gateway, `/v1/evidence/receipts/${receipt}`);
    const { state } = (await response.json()) as { state?: string };
    assert.match(`${response.status} ${state}`, /^200 (PENDING|ANCHORED)$/, receipt);
  }

  /** What was acknowledged so far is on the ledger, once, where it was said to be. */
  async checkAcknowledged(): Promise<void> {
    for (const { check } of this.#loads) await check.checkAcknowledged();
  }

  /** Ends the load, and holds everything that was ever acknowledged to the ledger and the proofs. */
  async checkAll(): Promise<{ items: number; batches: number; blocks: number }> {
    let found = { items: 0, batches: 0, blocks: 0 };
    for (const { load, check } of this.#loads) {
      await load.stop(PATIENCE_MS);
      const { items, batches, blocks } = await check.checkAll();
      found = { items: found.items + items, batches: found.batches + batches, blocks };
    }
    return found;
  }

  /** Ends the node as its operator does, and audits its directory. */
  async audit(): Promise<void> {
    const response = await callGateway(this.gateway, '/v1/trust');
    const trust = parseTrust(canonicalBytes(await response.json()));
    const { code, stderr } = await this.node.end('SIGTERM');
    assert.equal(code, 0, stderr);
    const blocks = openLedgerBlocks(join(this.data, 'ledger'));
    const { report, close } = await auditLedger({ blocks, trust, now: Date.now() });
    close();
    assert.equal(report.outcome, 'CLEAN', JSON.stringify(report.break));
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`${this.gateway.address}/v1/health/ready`).catch(() => undefined);
    return response?.status === 200;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { load } of this.#loads) load.abandon();
    await this.#node?.end('SIGKILL');
  }
}

export const draftAct = (): AcquireInput =>
  draftAcquisition('CN', 'cn-cpl-141', {
    authorisation: { kind: 'INTERNAL', reference: 'INT-1' },
    purposes: ['JUDGE_CASE'],
  });

/** Resolves once it holds. @throws after `patience` milliseconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patience: number,
  what: string,
): Promise<void> {
  for (const deadline = Date.now() + patience; !(await holds()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`not within ${patience} ms: ${what}`);
  }
}
