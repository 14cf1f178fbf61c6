/**
 * Clock, timers and randomness throw while a contract executes, so that a contract that endorsers
 * could not agree on fails here instead of on the network. The rest of the process is not touched:
 * the patched functions look whether their caller runs inside an execution.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);
const executing = new AsyncLocalStorage<true>();
let installed = false;

export class NondeterminismError extends Error {
  override readonly name = 'NondeterminismError';
  constructor(what: string) {
    super(`NONDETERMINISM: ${what} is not for contracts`);
  }
}

/** Runs `contract` with clock, timers and randomness forbidden in it and in all that it awaits. */
export function runDeterministically<T>(contract: () => Promise<T>): Promise<T> {
  installGuards();
  return executing.run(true, contract);
}

function assertOutside(what: string): void {
  if (executing.getStore()) throw new NondeterminismError(what);
}

// biome-ignore lint/suspicious/noExplicitAny: any function of a host object
type AnyFunction = (...args: any[]) => any;

function guard(target: object, name: string, label: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  if (typeof descriptor?.value !== 'function' || !descriptor.configurable) return;
  const original: AnyFunction = descriptor.value;
  const guarded = function (this: unknown, ...args: unknown[]) {
    assertOutside(label);
    return Reflect.apply(original, this, args);
  };
  // Keeps what hangs on the function, such as the promise form of setTimeout.
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, { ...descriptor, value: guarded });
}

function installGuards(): void {
  if (installed) return;
  installed = true;
  guardDate();
  guard(Math, 'random', 'Math.random');
  guard(Object.getPrototypeOf(performance) as object, 'now', 'performance.now');
  guard(process, 'hrtime', 'process.hrtime');
  guard(process.hrtime, 'bigint', 'process.hrtime');
  for (const name of ['getRandomValues', 'randomUUID']) {
    guard(Object.getPrototypeOf(globalThis.crypto) as object, name, `crypto.${name}`);
  }
  const crypto: object = require('node:crypto');
  for (const name of Object.keys(crypto)) {
    if (/^(random|pseudoRandom|getRandomValues|generateKey|prng|rng)/.test(name)) {
      guard(crypto, name, `crypto.${name}`);
    }
  }
  const timers = ['setTimeout', 'setInterval', 'setImmediate'];
  for (const target of [
    globalThis,
    require('node:timers') as object,
    require('node:timers/promises') as object,
  ]) {
    for (const name of timers) guard(target, name, name);
  }
  syncBuiltinESMExports();
}

function guardDate(): void {
  guard(Date, 'now', 'Date.now');
  const guarded: DateConstructor = new Proxy(Date, {
    construct(target, args, newTarget): Date {
      if (args.length === 0) assertOutside('new Date()');
      return Reflect.construct(target, args, newTarget === guarded ? target : newTarget);
    },
    apply(target, self, args) {
      assertOutside('Date()');
      return Reflect.apply(target, self, args) as string;
    },
  });
  globalThis.Date = guarded;
}
