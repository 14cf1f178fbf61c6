/**
 * What every ledger behind the port does alike, Fabric's rules in the first place. One suite for the
 * embedded ledger and for a real network; a skip names its reason.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Check } from './check.ts';
import { attestationChecks } from './checks/attestation.ts';
import { conflictChecks } from './checks/conflict.ts';
import { custodyChecks } from './checks/custody.ts';
import { eventChecks } from './checks/event.ts';
import { flowChecks } from './checks/flow.ts';
import { labelChecks } from './checks/label.ts';
import { orderChecks } from './checks/order.ts';
import { policyChecks } from './checks/policy.ts';
import { privateChecks } from './checks/private.ts';
import { proposalChecks } from './checks/proposal.ts';
import { rangeChecks } from './checks/range.ts';
import { stateChecks } from './checks/state.ts';
import { Client, type LedgerUnderTest } from './client.ts';

export const CHECKS: readonly Check[] = [
  ...stateChecks,
  ...rangeChecks,
  ...conflictChecks,
  ...privateChecks,
  ...policyChecks,
  ...proposalChecks,
  ...eventChecks,
  ...attestationChecks,
  ...custodyChecks,
  // Before the labels: those name manifests that nobody has, without which a library says nothing.
  ...flowChecks,
  ...labelChecks,
  ...orderChecks,
];

export interface ConformanceOptions {
  readonly name: string;
  /** A ledger with the contracts of `contract.ts` deployed; opened once for the whole suite. */
  open(): Promise<LedgerUnderTest>;
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

export function runConformance({ name, open, skip = [] }: ConformanceOptions): void {
  describe(`ledger port: ${name}`, () => {
    let ledger: LedgerUnderTest;
    // Containers take long to start where their image is built first.
    beforeAll(async () => {
      ledger = await open();
    }, 300_000);
    afterAll(() => ledger?.close(), 120_000);

    for (const { name: test, run } of CHECKS) {
      const skipped = skip.find(({ tests }) => tests.includes(test));
      if (skipped) it.skip(`${test} (skipped: ${skipped.reason})`);
      else it(test, async () => run(await Client.create(ledger)));
    }
  });
}
