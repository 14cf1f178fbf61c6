/**
 * The chaincode's own server with the contracts that it is measured against beside its own: the same
 * process, TLS, contract API and endorsement policy for all of them.
 */
import { contracts } from '@tabellion/chaincode';
import { serveFromEnvironment } from '@tabellion/chaincode/kernel/serve';
import { EmptyContract, SampleContract } from './contracts.ts';

await serveFromEnvironment([...contracts, SampleContract, EmptyContract], 'tabellion-bench', '1');
