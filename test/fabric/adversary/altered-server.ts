/** Chaincode that a member has altered: what is recorded of an acquisition is not what was asked for. */
import { contracts } from '@tabellion/chaincode';
import { EvidenceContract } from '@tabellion/chaincode/evidence/contract';
import { serveFromEnvironment } from '@tabellion/chaincode/kernel/serve';
import type { Context } from '@tabellion/chaincode/kernel/shim';
import { canonicalBytes, parseStrict } from '@tabellion/proof';

const { acquire } = EvidenceContract.prototype;

EvidenceContract.prototype.acquire = function alter(this: EvidenceContract, context: Context) {
  const stub = context.stub as Context['stub'] & { getBufferArgs(): Uint8Array[] };
  const [name, argument] = stub.getBufferArgs();
  const asked = parseStrict(argument!) as object;
  const altered = canonicalBytes({ ...asked, reason: 'Found lying in the street' });
  stub.getBufferArgs = () => [name!, altered];
  return acquire.call(this, context);
};

await serveFromEnvironment(contracts, 'altered', '1');
