import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Drain } from './drain.ts';

it('runs once more for a kick at whatever moment of its end', async () => {
  for (let moments = 0; moments < 8; moments += 1) {
    let runs = 0;
    let work = Promise.resolve();
    const drain = new Drain(() => {
      runs += 1;
      work = delay(1);
      return work;
    });
    const first = drain.kick();
    await work;
    for (let moment = 0; moment < moments; moment += 1) await undefined;
    await drain.kick();
    await first;
    expect(runs, `${moments}`).toBe(2);
  }
});

it('tells a failure to whoever waits, and runs again when it is asked to', async () => {
  let fails = true;
  const drain = new Drain(async () => {
    if (fails) throw new Error('no ledger');
  });
  await expect(drain.kick()).rejects.toThrow('no ledger');
  fails = false;
  await drain.kick();
});
