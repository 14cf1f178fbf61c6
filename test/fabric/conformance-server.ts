/** Serves the conformance suite's contract to a peer; environment as for the chaincode's own server. */
import { serveFromEnvironment } from '@tabellion/chaincode/kernel/serve';
import { contracts } from '../conformance/contract.ts';

await serveFromEnvironment(contracts, 'conformance', '1');
