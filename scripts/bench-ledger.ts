/**
 * The embedded ledger: whole transactions a second (proposed, signed, checked, executed by each endorsing
 * member and signed by it, signed again, ordered, validated, written and synced) with 1, 2 and 4 members
 * endorsing, against executions of the same function by fabric-shim alone, without a signature, a check
 * or a disk. Client and ledger share one process. One item an asset, as Fabric's public sample writes it;
 * any one member may endorse here.
 */
import '@tabellion/proof/node';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { peer } from '@hyperledger/fabric-protos';
import { utf8 } from '@tabellion/proof';
import type { Signer } from '../gateway/src/ledger/act.ts';
import { openEmbeddedLedger } from '../gateway/src/ledger/embedded/ledger.ts';
import {
  type Chaincode,
  createChaincode,
  createStub,
} from '../gateway/src/ledger/embedded/shim.ts';
import type { ShimHandler } from '../gateway/src/ledger/embedded/shim-handler.ts';
import { buildProposal, NONCE_BYTES } from '../gateway/src/ledger/proposal.ts';
import { createTestConsortium, TEST_MEMBERS } from '../test/conformance/embedded-network.ts';
import { runBench } from './bench-common/bench.ts';
import { comparePairs, type Measure, type Row, toRow } from './bench-common/report.ts';
import { SampleContract } from './bench-fabric/contracts.ts';
import { keepInFlight } from './bench-fabric/load.ts';
import { createAssets } from './bench-fabric/transactions.ts';

const CHANNEL = 'evidence';
const CHAINCODE = 'tabellion';
const IN_FLIGHT = 64;
const PAIRS = 5;
const ENDORSERS = [1, 2, 4];

await runBench('ledger', async ({ quick, directory, report }) => {
  const milliseconds = quick ? 1000 : 3000;
  const consortium = await createTestConsortium(TEST_MEMBERS, { threshold: 1 });
  try {
    const [member] = TEST_MEMBERS;
    const signer = await consortium.enrol(member!.mspId);
    const ledger = await openEmbeddedLedger({
      directory: join(directory, 'ledger'),
      network: consortium.network,
    });
    ledger.install([SampleContract]);
    const create = createAssets();
    const execute = executeAlone(signer, milliseconds);
    const rows: Row[] = [];
    for (const count of ENDORSERS) {
      report(`${count} endorsing`);
      const endorsers = TEST_MEMBERS.slice(0, count).map(({ mspId }) => mspId);
      const client = { ledger, signer, endorsers };
      const transact: Measure = async () => {
        const load = await keepInFlight(IN_FLIGHT, milliseconds, () => create(client));
        const [failure] = load.failures;
        if (failure !== undefined) throw failure;
        return load.results.length / load.seconds;
      };
      const compared = await comparePairs(transact, execute, PAIRS);
      const figure = `${count} member${count === 1 ? '' : 's'} endorsing`;
      rows.push(toRow(figure, 'tx/s', 'execution by the shim alone', compared));
    }
    await ledger.close();
    return rows;
  } finally {
    await consortium.remove();
  }
});

/** The shim with a state that is always empty and forgets what is written. */
function executeAlone(signer: Signer, milliseconds: number): Measure {
  const chaincode = createChaincode([SampleContract], CHAINCODE);
  const nothing = async () => Buffer.alloc(0);
  const handler = { handleGetState: nothing, handlePutState: nothing } as unknown as ShimHandler;
  let executed = 0;
  return async () => {
    const before = executed;
    const began = performance.now();
    while (performance.now() - began < milliseconds) {
      await execute(chaincode, handler, signer, executed);
      executed += 1;
    }
    return ((executed - before) * 1000) / (performance.now() - began);
  };
}

async function execute(
  chaincode: Chaincode,
  handler: ShimHandler,
  { creator }: Signer,
  index: number,
): Promise<void> {
  const fields = [`item-${index}`, index.toString(16).padStart(64, '0'), 'export/1.eml', '1'];
  const args = fields.map(utf8);
  const { txId, proposal } = buildProposal({
    ...{ channel: CHANNEL, chaincode: CHAINCODE, transaction: 'sample:CreateAsset', args, creator },
    ...{ nonce: randomBytes(NONCE_BYTES), at: Date.now() },
  });
  const input = new peer.ChaincodeInput();
  input.setArgsList([utf8('sample:CreateAsset'), ...args]);
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal);
  const stub = createStub(handler, { channel: CHANNEL, txId, input, signed });
  const { status, message } = await chaincode.Invoke(stub);
  if (status !== 200) throw new Error(message);
}
