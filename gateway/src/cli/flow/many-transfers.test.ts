/** A list of transfers larger than many batches, with one bad line in it. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MAX_LABELS } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleAddress } from '../../label/testing.ts';
import { startCounts } from '../label/make-parts.ts';

/** With the heading. */
const LINES = 1_000_001;
const BAD = 777_777;
const [FROM, TO] = [sampleAddress(1), sampleAddress(2)];
const HASH = `0x${'5'.repeat(64)}`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-transfers-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function writeList(file: string) {
  const out = createWriteStream(file);
  let text = 'transaction,index,from,to,amount,at\n';
  for (let line = 2; line <= LINES; line += 1) {
    const amount = line === BAD ? '-1' : `${line}`;
    text += `${HASH},${line},${FROM},${TO},${amount},2026-03-01T10:00:00Z\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'finish');
}

describe('a million transfers with one bad', () => {
  it('are batches of all others, and it is told by its line, in bounded memory', {
    timeout: 900_000,
  }, async () => {
    const file = join(directory, 'list.csv');
    await writeList(file);
    const worker = new Worker(new URL('./many-transfers-child.ts', import.meta.url), {
      workerData: { file },
      resourceLimits: { maxOldGenerationSizeMb: 400 },
    });
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const taken = LINES - 2;
    const full = Array.from({ length: Math.floor(taken / MAX_LABELS) }, () => MAX_LABELS);
    expect(answer).toEqual({
      counts: {
        ...startCounts(),
        ...{ lines: taken + 1, taken, derived: taken, refused: { AMOUNT_FORM: 1 } },
      },
      sizes: [...full, taken % MAX_LABELS],
      others: [expect.objectContaining({ file, line: BAD, fate: 'REFUSED', code: 'AMOUNT_FORM' })],
    });
  });
});
