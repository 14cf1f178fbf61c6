/** Finds the programs of an older Fabric on this machine, for tests. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from '../../../node-config/fabric/native/binaries.ts';

/** Programs, and whether ordering nodes can only be given a channel through a system channel. */
export interface LegacyBinaries extends Binaries {
  /** Fabric 2.2: it has no osnadmin. */
  readonly needsSystemChannel: boolean;
}

const NEEDED = ['peer', 'orderer', 'configtxgen'] as const;

/** Programs in the directory `FABRIC_LEGACY_BIN`, or a sentence saying what is missing. */
export function findLegacyBinaries(environment: NodeJS.ProcessEnv): LegacyBinaries | string {
  const directory = environment.FABRIC_LEGACY_BIN;
  const get = 'https://github.com/hyperledger/fabric/releases';
  if (!directory) {
    return `FABRIC_LEGACY_BIN is not set: the directory of Fabric 2.2 or 2.5's programs, from ${get}`;
  }
  const at = (program: string) => join(directory, program);
  const missing = NEEDED.filter((program) => !isExecutable(at(program)));
  if (missing.length > 0) {
    return `${missing.join(', ')} of Fabric 2.2 or 2.5 not in FABRIC_LEGACY_BIN; from ${get}`;
  }
  return {
    peer: at('peer'),
    orderer: at('orderer'),
    configtxgen: at('configtxgen'),
    osnadmin: at('osnadmin'),
    needsSystemChannel: !isExecutable(at('osnadmin')),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
