/** The categories that the members agreed on, with the words under which other lists write them. */
import { fileURLToPath } from 'node:url';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import { referenceRecord } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import {
  type Category,
  createTaxonomy,
  readTaxonomyFile,
  type Taxonomy,
} from '../../label/format/taxonomy.ts';
import { parseGoverned } from '../acquisition-input.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { listAll } from '../page.ts';

const WORDS_FILE = fileURLToPath(
  new URL('../../../../node-config/label-taxonomy.yaml', import.meta.url),
);
const entry = z.looseObject({ record: referenceRecord });

export interface TaxonomyEntry {
  readonly governed: Governed;
  readonly taxonomy: Taxonomy;
}

/**
 * The categories are the ledger's; the words come with the program and serve for those that it has.
 * @param text `addresses`, for its latest version, or `addresses@1`.
 * @throws CliError `USAGE` where the members agreed on no such taxonomy.
 */
export async function readTaxonomyEntry(
  client: GatewayClient,
  text: string,
): Promise<TaxonomyEntry> {
  const asked = text.includes('@') ? parseGoverned(text) : { id: text, version: undefined };
  const found = await findEntry(client, asked);
  if (found === undefined) {
    throw new CliError('USAGE', `the members agreed on no taxonomy ${text}`);
  }
  const { categories: words } = await readTaxonomyFile(WORDS_FILE);
  const wordsOf = new Map(words.map((each) => [each.id, each]));
  const categories = found.body.categories.map((each): Category => {
    const { graphsense, words } = wordsOf.get(each.id) ?? {};
    return { ...each, ...(graphsense && { graphsense }), ...(words && { words }) };
  });
  const { id, version } = found;
  return { governed: { id, version }, taxonomy: createTaxonomy(categories) };
}

/** Those that the members agreed on; undefined where there is no such version. */
export async function readCategories(
  client: GatewayClient,
  asked: Governed,
): Promise<ReadonlySet<string> | undefined> {
  const found = await findEntry(client, asked);
  return found && new Set(found.body.categories.map(({ id }) => id));
}

/** The latest, where no version is asked for. */
async function findEntry(
  client: GatewayClient,
  asked: { readonly id: string; readonly version: number | undefined },
) {
  const { items } = await listAll(client, '/v1/member/reference/taxonomy', entry);
  const [found] = items
    .map(({ record }) => record.entry)
    .filter(({ id, version }) => id === asked.id && version === (asked.version ?? version))
    .sort((one, other) => other.version - one.version);
  return found?.register === 'taxonomy' ? found : undefined;
}
