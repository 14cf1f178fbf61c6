/** Names of the files that an export is split into. */
import { extname } from 'node:path';

/** `a.jsonld` becomes `a-0001.jsonld`. */
export function numberFile(output: string, number: number): string {
  const ending = extname(output);
  const stem = output.slice(0, output.length - ending.length);
  return `${stem}-${`${number}`.padStart(4, '0')}${ending}`;
}
