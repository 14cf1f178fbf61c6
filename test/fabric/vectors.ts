/** The captured vectors: `test/vectors/fabric-3.1`, described there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './scenarios.ts';

const directory = join(import.meta.dirname, '../vectors/fabric-3.1');

export const vectorPath = (name: string): string => join(directory, name);

export const readVector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(vectorPath(name)));

/** `common.Block` bytes by number, from 0 on without a gap. */
export const readVectorBlocks = (folder: string): readonly Uint8Array[] =>
  globSync('block-*.pb', { cwd: join(directory, folder) })
    .sort()
    .map((name) => readVector(join(folder, name)));

export const capturedBlocks = readVectorBlocks('.');

export const capturedOutcomes = JSON.parse(
  readFileSync(join(directory, 'scenarios.json'), 'utf8'),
) as readonly Outcome[];
