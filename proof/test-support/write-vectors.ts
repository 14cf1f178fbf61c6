/** `scripts/node proof/test-support/write-vectors.ts`: makes new keys and writes the vectors anew. */
import { createCases } from './cases.ts';
import { createConsortium } from './consortium.ts';
import { writeVectors } from './vectors.ts';

const embedded = await createConsortium('embedded');
const network = await createConsortium('fabric');
writeVectors(await createCases(embedded, network));
