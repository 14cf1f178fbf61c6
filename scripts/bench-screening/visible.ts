/**
 * How long after its commit a new assertion is found by screening: single labels, one after the other, on
 * the embedded ledger, from the moment that the commit is known.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { openLabels } from '../../gateway/src/label/labels.ts';
import { sampleAddress, sampleFacts } from '../../gateway/src/label/testing.ts';
import { openConsortiumLedger } from '../../gateway/src/node/consortium-ledger.ts';
import { startProjection } from '../../gateway/src/projection/projection.ts';
import type { Bench } from '../bench-common/bench.ts';
import { percentile, type Row, toLimitRow } from '../bench-common/report.ts';
import { CONSORTIUM } from '../serve.ts';
import { assertBatch } from './assert-batch.ts';

const LABELS = 200;
const LIMIT_MS = 100;
const LOOK_MS = 1;

export async function measureVisible({ quick, directory, report }: Bench): Promise<Row[]> {
  report('from commit to screening');
  const root = join(directory, 'visible');
  await mkdir(root, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const network = await openConsortiumLedger(root, await loadConsortium(CONSORTIUM));
  const { ledger, serviceSigners } = network;
  opened.defer(() => network.close());
  const logger = pino({ level: 'silent' });
  const file = join(root, 'projection.sqlite');
  const projection = await startProjection({ file, ledger, logger });
  opened.defer(() => projection.close());
  const labels = await openLabels({
    ...{ directory: join(root, 'labels'), projection, logger, now: Date.now },
  });
  opened.defer(() => labels.close());
  await projection.catchUp(AbortSignal.timeout(60_000));
  const [signer] = serviceSigners.values();

  const assertOne = async (number: number): Promise<number> => {
    await assertBatch({ ledger, signer: signer!, manifests: labels.manifests }, [
      sampleFacts(number),
    ]);
    const committed = performance.now();
    const address = sampleAddress(number);
    for (;;) {
      const { verdict } = labels.screen.begin().answer({ address });
      if (verdict === 'LABELLED') return performance.now() - committed;
      // Looked for now and then: whoever asks without a pause would measure themselves.
      await delay(LOOK_MS);
    }
  };
  const waits: number[] = [];
  for (let number = 0; number < (quick ? LABELS / 4 : LABELS); number += 1)
    waits.push(await assertOne(number));
  return [toLimitRow('assertion visible, p99', 'ms', percentile(waits, 0.99), { limit: LIMIT_MS })];
}
