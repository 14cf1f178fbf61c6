/** Serves the conformance suite's contract to a peer that does not look at a proposal's time. */
import { serveFromEnvironment } from '@tabellion/chaincode/kernel/serve';
import { contracts } from '../../../test/conformance/contract.ts';
import { limitTime } from '../time-window.ts';

await serveFromEnvironment(contracts, 'conformance', '1', (chaincode) => limitTime(chaincode, 900));
