/**
 * Replays what was captured from a real Fabric network on the embedded ledger: the same contract, the
 * same calls, the same endorsers, overtaking each other in the same way. Codes, results, events and
 * read-write sets must come out alike; versions are compared by the scenario that wrote them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Envelope, readBlock, readEnvelope, validationCodeName } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import {
  type EmbeddedLedger,
  openEmbeddedLedger,
} from '../../gateway/src/ledger/embedded/ledger.ts';
import type { ContractClass } from '../../gateway/src/ledger/embedded/shim.ts';
import type { EndorsedTransaction, Signed } from '../../gateway/src/ledger/port.ts';
import { sign } from './client.ts';
import { createTestConsortium, type TestConsortium } from './embedded-network.ts';

const CAPTURE = fileURLToPath(new URL('../../../shared/data/fabric-3.1.5/', import.meta.url));
const isThere = existsSync(CAPTURE);

interface Scenario {
  readonly scenario: string;
  readonly txId: string;
  readonly codeName: string;
  readonly block: number;
}

const captured: Partial<Scenario>[] = isThere
  ? JSON.parse(readFileSync(`${CAPTURE}scenarios.json`, 'utf8')).scenarios
  : [];
/** The others never reached a block. */
const scenarios = captured.filter((scenario): scenario is Scenario => scenario.block !== undefined);

/** Endorsed before the scenario in front of them was committed. */
const OVERTAKEN = /second$|^write after a|: write$/;

function readCaptured({ block, txId }: Scenario): { envelope: Envelope; code: string } {
  const { envelopes, validationCodes } = readBlock(readFileSync(`${CAPTURE}block-${block}.pb`));
  const position = envelopes.findIndex((bytes) => readEnvelope(bytes).txId === txId);
  return {
    envelope: readEnvelope(envelopes[position]!),
    code: validationCodeName(validationCodes[position]!),
  };
}

/** The captured contract, run as it stands. */
function loadContract(): ContractClass[] {
  const module = { exports: {} as { contracts: ContractClass[] } };
  const source = readFileSync(`${CAPTURE}contract.js.txt`, 'utf8');
  new Function('require', 'module', source)(createRequire(import.meta.url), module);
  return module.exports.contracts;
}

/** A read-write set in which blocks are named by the scenario that they hold. */
function describeRwset(envelope: Envelope, nameOfBlock: (block: number) => string) {
  return JSON.parse(
    JSON.stringify(envelope.rwset, (name, value) => {
      if (name === 'version' && value) return nameOfBlock(value.block);
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
    }),
  );
}

describe.skipIf(!isThere)('captured from Fabric 3.1.5 (skipped without the captures)', () => {
  let consortium: TestConsortium;
  let ledger: EmbeddedLedger;
  let person: Signer;
  const blocks = new Map<number, string>();
  const txIds = new Map<string, string>();

  beforeAll(async () => {
    const members = ['Org1MSP', 'Org2MSP'].map((mspId) => ({ mspId, state: true }));
    const names = { channel: 'mychannel', chaincode: 'mk', threshold: 1 };
    consortium = await createTestConsortium(members, names);
    const directory = `${consortium.directory}/ledger`;
    ledger = await openEmbeddedLedger({ directory, network: consortium.network });
    ledger.install(loadContract());
    person = await consortium.enrol('Org1MSP');
  });
  afterAll(async () => {
    await ledger?.close();
    await consortium?.remove();
  });

  async function propose(envelope: Envelope) {
    const [fn, ...args] = envelope.args;
    const transaction = Buffer.from(fn!).toString();
    const prepared = await ledger.prepare({ transaction, args, creator: person.creator });
    return sign(prepared.proposal, person);
  }

  async function endorse(scenario: Scenario): Promise<EndorsedTransaction> {
    const { envelope } = readCaptured(scenario);
    const endorsers = envelope.endorsements.map(({ endorser }) => endorser.mspId);
    return ledger.endorse(await propose(envelope), { endorsers });
  }

  const nameHere = (block: number) => blocks.get(block) ?? 'definition';
  const nameThere = (block: number) =>
    scenarios.find((candidate) => candidate.block === block)?.scenario ?? 'definition';
  const nameTransactions = (result: Uint8Array, names: ReadonlyMap<string, string>) =>
    Buffer.from(result)
      .toString()
      .replaceAll(/[0-9a-f]{64}/g, (id) => names.get(id) ?? id);

  let ahead: EndorsedTransaction | undefined;
  let submitted: Signed | undefined;
  for (const [index, scenario] of scenarios.entries()) {
    it(scenario.scenario, async () => {
      const endorsed = ahead ?? (await endorse(scenario));
      const next = scenarios[index + 1];
      ahead = next && OVERTAKEN.test(next.scenario) ? await endorse(next) : undefined;
      submitted = await sign(endorsed.payload, person);
      await ledger.submit(submitted);
      const status = await ledger.status(endorsed.txId);
      blocks.set(status.block, scenario.scenario);
      txIds.set(endorsed.txId, scenario.scenario);

      const captured = readCaptured(scenario);
      expect(captured.code).toBe(scenario.codeName);
      expect(status.code).toBe(captured.code);
      const stored = await readStored(status.block, status.position);
      expect(describeRwset(stored, nameHere)).toEqual(describeRwset(captured.envelope, nameThere));
      const idsThere = new Map(scenarios.map(({ txId, scenario: name }) => [txId, name]));
      expect(nameTransactions(stored.response.payload, txIds)).toBe(
        nameTransactions(captured.envelope.response.payload, idsThere),
      );
      expect(stored.event && { ...stored.event, txId: '' }).toEqual(
        captured.envelope.event && { ...captured.envelope.event, txId: '' },
      );
    });
  }

  it('same envelope again is refused at submit', async () => {
    await expect(ledger.submit(submitted!)).rejects.toMatchObject({
      code: 'DUPLICATE_TRANSACTION',
    });
  });

  it('an attested read has the captured one’s read-write set', async () => {
    const captured = readEnvelope(readFileSync(`${CAPTURE}attestation.envelope.pb`));
    const endorsers = captured.endorsements.map(({ endorser }) => endorser.mspId);
    const attestation = readEnvelope(await ledger.attest(await propose(captured), { endorsers }));
    expect(describeRwset(attestation, nameHere)).toEqual(describeRwset(captured, nameThere));
    expect(attestation.response).toEqual(captured.response);
    expect(attestation.endorsements.map(({ endorser }) => endorser.mspId)).toEqual(endorsers);
  });

  async function readStored(block: number, position: number): Promise<Envelope> {
    for await (const bytes of ledger.blocks(block)) {
      return readEnvelope(readBlock(bytes).envelopes[position]!);
    }
    throw new Error('the block is not there');
  }
});
