/** What a member runs beside its peer; `kernel/serve.ts` tells the environment that it takes. */
import packageJson from '../package.json' with { type: 'json' };
import { contracts } from './index.ts';
import { serveFromEnvironment } from './kernel/serve.ts';

await serveFromEnvironment(contracts, packageJson.name, packageJson.version);
