/** The lists that are taken in: the real TagPacks where they are, else as many made ones. */
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleAddress } from '../../gateway/src/label/testing.ts';

const REAL = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'tagpacks');

export interface Packs {
  readonly what: string;
  readonly format: 'tagpack' | 'csv';
  readonly files: readonly string[];
}

export async function findPacks(directory: string, labels: number | undefined): Promise<Packs> {
  if (labels === undefined && existsSync(REAL)) {
    const files = readdirSync(REAL)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => join(REAL, name));
    return { what: 'real tags', format: 'tagpack', files };
  }
  const file = join(directory, 'made.csv');
  const rows = Array.from(
    { length: labels ?? 72_000 },
    (_, number) => `eip155:1,${sampleAddress(number)},ransomware,wallet ${number},forensic,a list`,
  );
  await writeFile(
    file,
    ['network,address,category,label,provenance,source', ...rows, ''].join('\n'),
  );
  return { what: 'made labels', format: 'csv', files: [file] };
}
