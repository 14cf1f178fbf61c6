/** Where manifests lie: `<directory>/<acquisition>/<digest>.ndjson`, so that files alone tell all. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../identity/private-file.ts';
import { removeUnfinished } from './durable-file.ts';

export interface ManifestName {
  readonly acquisition: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
}

const ACQUISITION = /^[0-9a-f]{32}$/;
const FILE = /^([0-9a-f]{64})\.ndjson$/;

export function manifestPath(directory: string, { acquisition, digest }: ManifestName): string {
  return join(directory, acquisition, `${digest}.ndjson`);
}

/** Makes the directory, or removes what interrupted writes left in it. */
export async function prepareDirectory(directory: string): Promise<void> {
  await makeDirectory(directory);
  for (const acquisition of await listAcquisitions(directory)) {
    await removeUnfinished(join(directory, acquisition));
  }
}

/** Every manifest in a directory, sorted. */
export async function listManifests(directory: string): Promise<ManifestName[]> {
  const manifests: ManifestName[] = [];
  for (const acquisition of await listAcquisitions(directory)) {
    for (const name of (await readdir(join(directory, acquisition))).sort()) {
      const digest = FILE.exec(name)?.[1];
      if (digest !== undefined) manifests.push({ acquisition, digest });
    }
  }
  return manifests;
}

async function listAcquisitions(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => ACQUISITION.test(name)).sort();
}
