/** Why tests on an older Fabric are skipped. */
import { createRequire } from 'node:module';
import { NOT_INSTALLED } from '../sdk.ts';
import type { LegacyBinaries } from './binaries.ts';

export function isSdkInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('fabric-common');
    return true;
  } catch {
    return false;
  }
}

export function findMissing(binaries: LegacyBinaries | string): string | undefined {
  if (!isSdkInstalled()) return NOT_INSTALLED;
  return typeof binaries === 'string' ? binaries : undefined;
}
