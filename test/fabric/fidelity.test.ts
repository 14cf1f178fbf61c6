/** The embedded ledger against what a real network did with the same calls. */
import {
  fromUtf8,
  type NamespaceRwset,
  readBlock,
  readEnvelope,
  toHex,
  type Version,
} from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedLedger } from '../../gateway/src/ledger/embedded/ledger.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { contracts } from '../conformance/contract.ts';
import { createTestConsortium, type TestConsortium } from '../conformance/embedded-network.ts';
import { ALPHA, type Outcome, runScenarios } from './scenarios.ts';
import { capturedBlocks, capturedOutcomes } from './vectors.ts';

const committed = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ block }) => block !== undefined);

/** Blocks have other numbers there, so a version is named by the scenario that wrote it. */
function describeRwsets(outcomes: readonly Outcome[], block: (number: number) => Uint8Array) {
  const nameVersion = (version: Version | null) => {
    if (!version) return null;
    const writer = outcomes.find(
      (outcome) => outcome.block === version.block && outcome.position === version.transaction,
    );
    return writer?.scenario ?? 'definition';
  };
  return committed(outcomes).map((outcome) => {
    const { envelopes } = readBlock(block(outcome.block!));
    const { rwset, event, response } = readEnvelope(envelopes[outcome.position!]!);
    return {
      scenario: outcome.scenario,
      response: { ...response, payload: fromUtf8(response.payload) },
      event: event && { name: event.name, payload: fromUtf8(event.payload) },
      rwset: rwset.map((set) => describeSet(set, nameVersion)),
    };
  });
}

function describeSet(set: NamespaceRwset, nameVersion: (version: Version | null) => string | null) {
  const reads = (list: NamespaceRwset['reads']) =>
    list.map(({ key, version }) => [key, nameVersion(version)]);
  return {
    namespace: set.namespace,
    reads: reads(set.reads),
    writes: set.writes.map(({ key, isDelete, value }) => [key, isDelete, toHex(value)]),
    ranges: set.rangeQueries.map((range) => ({
      ...range,
      reads: range.reads && reads(range.reads),
    })),
    metadata: set.metadataWrites.map(({ key, entries }) => [
      ...[key, entries.map(({ name, value }) => [name, toHex(value)])],
    ]),
    collections: set.collections.map(({ collection, reads: read, writes, metadataWrites }) => ({
      collection,
      reads: read.map(({ keyHash, version }) => [toHex(keyHash), nameVersion(version)]),
      writes: writes.map((write) => ({
        ...write,
        keyHash: toHex(write.keyHash),
        valueHash: toHex(write.valueHash),
      })),
      metadataWrites,
    })),
  };
}

describe('the embedded ledger', () => {
  let consortium: TestConsortium;
  let ledger: LedgerPort;
  let outcomes: readonly Outcome[];
  const blocks: Uint8Array[] = [];
  beforeAll(async () => {
    consortium = await createTestConsortium();
    const embedded = await openEmbeddedLedger({
      directory: `${consortium.directory}/ledger`,
      network: consortium.network,
      blockMaxAgeMs: 80,
    });
    embedded.install(contracts);
    ledger = embedded;
    outcomes = await runScenarios(ledger, await consortium.enrol(ALPHA));
    const last = (await ledger.height()) - 1;
    for await (const block of ledger.blocks(0)) if (blocks.push(block) > last) break;
  });
  afterAll(async () => {
    await ledger?.close();
    await consortium?.remove();
  });

  it.each(
    capturedOutcomes.map(({ scenario, code }) => [scenario, code]),
  )('%s: %s, as on Fabric', (scenario, code) => {
    expect(outcomes.find((outcome) => outcome.scenario === scenario)?.code).toBe(code);
  });

  it('gives the same results', () => {
    const results = (of: readonly Outcome[]) =>
      of.map(({ scenario, result }) => [scenario, result]);
    expect(results(outcomes)).toEqual(results(capturedOutcomes));
  });

  it('makes the same read-write sets, events and responses', () => {
    expect(describeRwsets(outcomes, (number) => blocks[number]!)).toEqual(
      describeRwsets(capturedOutcomes, (number) => capturedBlocks[number]!),
    );
  });
});
