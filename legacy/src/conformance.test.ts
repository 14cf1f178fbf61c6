import process from 'node:process';
import { CHECKS, runConformance } from '../../test/conformance/ledger.suite.ts';
import { findLegacyBinaries } from './testing/binaries.ts';
import { findMissing } from './testing/missing.ts';
import { openRaftLedger } from './testing/under-test.ts';

const binaries = findLegacyBinaries(process.env);

runConformance({
  name: 'legacy',
  skip: listSkips(),
  open: async () => {
    if (typeof binaries === 'string') throw new Error(binaries);
    return openRaftLedger(binaries);
  },
});

function listSkips() {
  const missing = findMissing(binaries);
  if (missing !== undefined) {
    return [{ reason: missing, tests: CHECKS.map(({ name }) => name) }];
  }
  const skips = [
    {
      reason: 'without the Gateway service nobody tells which keys have policies of their own',
      tests: ['a key’s own policy is met by default'],
    },
  ];
  const isOldest = typeof binaries !== 'string' && binaries.needsSystemChannel;
  if (isOldest) {
    skips.push({
      reason: 'Fabric 2.2 cannot purge private data',
      tests: ['deleted and purged private data have no hash any more'],
    });
  }
  return skips;
}
