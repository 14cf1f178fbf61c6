/**
 * Loaded before a node's own program: its wall clock is off by as many milliseconds as the file says
 * that `SHIFTED_CLOCK` names, from one moment to the next. What measures durations is not touched, as
 * when the time of a machine is set.
 */
import { readFileSync, statSync } from 'node:fs';
import process from 'node:process';

const file = process.env.SHIFTED_CLOCK!;
const { Date: Real } = globalThis;
let [stamp, shift] = [-1, 0];

function present(): number {
  const { mtimeMs } = statSync(file);
  if (mtimeMs !== stamp) [stamp, shift] = [mtimeMs, Number(readFileSync(file, 'utf8'))];
  return Real.now() + shift;
}

globalThis.Date = new Proxy(Real, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [present()] : args, newTarget),
  apply: () => new Real(present()).toString(),
  get: (target, name, receiver) => (name === 'now' ? present : Reflect.get(target, name, receiver)),
});
