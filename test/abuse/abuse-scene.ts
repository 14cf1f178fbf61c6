/**
 * A gateway as its operator runs it, with callers as they should be and abusers, who send 100 MB, read
 * nothing or never end, each in a process of their own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchGateway, startBenchGateway } from '../../scripts/bench-common/gateway.ts';
import type { Abused, AbuseOrder } from './abuser.ts';
import type { Measured, MeasureOrder } from './caller.ts';
import { signInUser } from './sign-in-user.ts';

const READERS = 4;
const WRITERS = 3;
/** The abusers have begun by then, milliseconds. */
const BEGUN_MS = 1000;

export class AbuseScene {
  readonly gateway: BenchGateway;
  readonly #order: MeasureOrder;
  readonly #abuse: AbuseOrder;
  readonly #caller = fork(join(import.meta.dirname, 'caller.ts'));
  readonly #abuser = fork(join(import.meta.dirname, 'abuser.ts'));

  private constructor(gateway: BenchGateway, order: MeasureOrder, abuse: AbuseOrder) {
    this.gateway = gateway;
    this.#order = order;
    this.#abuse = abuse;
  }

  /** @param requests of each caller in one measurement */
  static async open(data: string, requests: number): Promise<AbuseScene> {
    const gateway = await startBenchGateway(data);
    const { address } = gateway;
    const writer = await signInUser(gateway, data, 'system.de');
    const reader = await signInUser(gateway, data, 'auditor.de');
    const token = await signInUser(gateway, data, 'system.cn');
    const acquisition = await gateway.acquire(writer);
    const order = {
      ...{ address, acquisition, requests },
      readers: Array(READERS).fill(reader),
      writers: Array(WRITERS).fill(writer),
    };
    return new AbuseScene(gateway, order, { address, token, acquisition });
  }

  /** What callers see who ask one after the other. */
  measure(): Promise<Measured> {
    return ask<Measured>(this.#caller, this.#order);
  }

  /** The same while others abuse the gateway. */
  async measureAbused(): Promise<{ readonly measured: Measured; readonly abused: Abused }> {
    this.#abuser.send(this.#abuse);
    await sleep(BEGUN_MS);
    const measured = await this.measure();
    return { measured, abused: await ask<Abused>(this.#abuser, 'stop') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller.kill();
    this.#abuser.kill();
    await this.gateway[Symbol.asyncDispose]();
  }
}

async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  child.send(message);
  const [answer] = await once(child, 'message');
  return answer as T;
}
