/** What a member on Fabric 2.2 to 2.5 runs beside its peer, instead of the chaincode's own server. */
import process from 'node:process';
import { contracts } from '@tabellion/chaincode';
import { serveFromEnvironment } from '@tabellion/chaincode/kernel/serve';
import packageJson from '../../chaincode/package.json' with { type: 'json' };
import { limitTime, readWindow } from './time-window.ts';

const window = readWindow(process.env);
await serveFromEnvironment(contracts, packageJson.name, packageJson.version, (chaincode) =>
  limitTime(chaincode, window),
);
