/** Reads the same lists in the same way, and does no more than write one file: `FORMAT OUTPUT FILE...`. */
import { open } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type PackFormat, readPack } from '../../gateway/src/cli/label/read-pack.ts';
import { createTaxonomy, readTaxonomyFile } from '../../gateway/src/label/format/taxonomy.ts';

const TAXONOMY = fileURLToPath(new URL('../../node-config/label-taxonomy.yaml', import.meta.url));
/** Characters written at once. */
const PIECE = 1 << 20;

const [format, output, ...files] = process.argv.slice(2) as [PackFormat, string, ...string[]];
const taxonomy = createTaxonomy((await readTaxonomyFile(TAXONOMY)).categories);
const options = { taxonomy, tlp: 'CLEAR', pap: 'CLEAR' } as const;
await using file = await open(output, 'wx');
let text = '';
for (const each of files) {
  for await (const entry of readPack(each, { format, options }, () => undefined)) {
    if ('facts' in entry) text += `${JSON.stringify(entry.facts)}\n`;
    if (text.length < PIECE) continue;
    await file.write(text);
    text = '';
  }
}
await file.write(text);
await file.sync();
