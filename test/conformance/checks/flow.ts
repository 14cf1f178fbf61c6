/** What following transfers asks of a ledger: the same blocks lead to the same answer, whoever ordered them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { FlowQuery } from '../../../gateway/src/flow/follow.ts';
import type { FlowAnswer } from '../../../gateway/src/flow/show-flow.ts';
import { makeTransfers, sampleTransfer } from '../../../gateway/src/flow/testing.ts';
import { Problem } from '../../../gateway/src/http/problem.ts';
import { openLabels } from '../../../gateway/src/label/labels.ts';
import { ETHEREUM, sampleAddress } from '../../../gateway/src/label/testing.ts';
import { startProjection } from '../../../gateway/src/projection/projection.ts';
import { check } from '../check.ts';
import type { Client } from '../client.ts';
import { acquireAtHome, perform } from '../founded.ts';

const CHARTER = { id: 'charter', version: 1 };
const CATCH_UP_MS = 60_000;

const assertion = ({ digest, root, size, tlp, evidence }: ReturnType<typeof makeTransfers>) => ({
  ...{ root, size, manifest: digest, tlp, content: 'TRANSFERS', evidence },
  taxonomy: { id: 'addresses', version: 1 },
  ...{ legalBasis: CHARTER, reason: 'traced in our own case' },
});

/** As a gateway of that ledger answers once it has read all of it and was handed in the manifest. */
async function follow(
  { port }: Client,
  { digest, bytes }: ReturnType<typeof makeTransfers>,
  query: FlowQuery,
): Promise<FlowAnswer> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-conformance-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  // The suite's own contract writes what no gateway reads.
  const logger = pino({ level: 'silent' });
  const file = join(directory, 'projection.sqlite');
  const projection = await startProjection({ file, ledger: port, logger });
  opened.defer(() => projection.close());
  const labels = await openLabels({
    ...{ directory: join(directory, 'labels'), projection, logger, now: Date.now },
  });
  opened.defer(() => labels.close());
  const pieces = async function* () {
    yield bytes;
  };
  await labels.manifests.put(digest, pieces());
  const signal = AbortSignal.timeout(CATCH_UP_MS);
  const asOf = await port.height();
  expect(await projection.waitForHeight(asOf, signal)).toBe(true);
  for (;;) {
    try {
      return await labels.flows.follow(query, { asOf });
    } catch (error) {
      // Labels and transfers follow the ledger by themselves.
      if (!(error instanceof Problem) || error.code !== 'NOT_READY' || signal.aborted) throw error;
      await delay(100);
    }
  }
}

export const flowChecks = [
  check('transfers that were asserted are followed, and lead to one answer', async (client) => {
    const member = client.state(0);
    const id = await acquireAtHome(client, await client.ledger.person(member));
    const analyst = await client.ledger.person(member, 'analyst');
    const made = makeTransfers(
      [[1, 2, 100, 1] as const, [9, 2, 100, 2] as const, [2, 3, 50, 3] as const].map((move) =>
        sampleTransfer(move, { links: [{ kind: 'ACQUISITION', id }] }),
      ),
    );
    await perform(client, 'label:assert', assertion(made), analyst);
    const answer = await follow(client, made, {
      ...{ network: ETHEREUM, address: sampleAddress(1), direction: 'FORWARD' },
      ...{ hops: 5, nodes: 100, taint: 'haircut' },
    });
    const ends = answer.nodes.map(({ address, hop, end, pools }) => ({
      ...{ address, hop, end, tainted: pools.map(({ tainted }) => tainted) },
    }));
    expect(ends).toEqual([
      { address: sampleAddress(1), hop: 0, end: null, tainted: ['0'] },
      { address: sampleAddress(2), hop: 1, end: 'UNSPENT', tainted: ['75'] },
      { address: sampleAddress(3), hop: 2, end: 'NOT_OBSERVED', tainted: ['25'] },
    ]);
    const said = answer.transfers.map(({ amount, tainted, observations }) => ({
      ...{ amount, tainted, by: observations.map(({ member: by, links }) => ({ by, links })) },
    }));
    const by = [{ by: member, links: [{ kind: 'ACQUISITION', id }] }];
    expect(said).toEqual([
      { amount: '100', tainted: '100', by },
      { amount: '50', tainted: '25', by },
    ]);
    expect(answer.isCut).toBe(false);
  }),
];
