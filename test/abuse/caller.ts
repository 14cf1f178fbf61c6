/** Callers as they should be, in a process of their own: told to measure, they tell what they saw. */
import process from 'node:process';

export interface MeasureOrder {
  readonly address: string;
  /** Access tokens, one for each caller: those who ask for pages, and those who hand in items. */
  readonly readers: readonly string[];
  readonly writers: readonly string[];
  readonly acquisition: string;
  readonly requests: number;
}

export interface Measured {
  /** Milliseconds of each answer. */
  readonly latencies: readonly number[];
  /** What was not answered as it should be. */
  readonly failures: readonly string[];
}

process.on('message', (order: MeasureOrder) => {
  void measure(order).then((measured) => process.send!(measured));
});

async function measure(order: MeasureOrder): Promise<Measured> {
  const latencies: number[] = [];
  const failures: string[] = [];
  const call = async (ask: typeof readPage, token: string, expected: number) => {
    for (let number = 0; number < order.requests; number += 1) {
      const began = performance.now();
      const status = await ask(order, token).catch(String);
      latencies.push(performance.now() - began);
      if (status !== expected) failures.push(String(status));
    }
  };
  await Promise.all([
    ...order.readers.map((token) => call(readPage, token, 200)),
    ...order.writers.map((token) => call(addItem, token, 201)),
  ]);
  return { latencies, failures };
}

async function readPage({ address }: MeasureOrder, token: string): Promise<number> {
  const response = await fetch(`${address}/v1/evidence/acquisitions?limit=10`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.arrayBuffer();
  return response.status;
}

async function addItem({ address, acquisition }: MeasureOrder, token: string): Promise<number> {
  const item = { sha256: '5'.repeat(64), size: 5, path: 'a message' };
  const response = await fetch(`${address}/v1/evidence/acquisitions/${acquisition}/items`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(item),
  });
  await response.arrayBuffer();
  return response.status;
}
