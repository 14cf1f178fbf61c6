/**
 * The categories that a label may have, with the words under which other vocabularies write them. A word
 * that no category has is refused: a label is never filed under a guess.
 */
import type { LabelStatement } from '@tabellion/proof';
import { z } from 'zod';
import { readYamlFile } from '../../identity/yaml-file.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);

const category = z.strictObject({
  id,
  parent: id.optional(),
  title: z.string().min(1).max(120),
  /** GraphSense's concept, where its id differs. */
  graphsense: id.optional(),
  words: z.array(z.string().min(1).max(120)).min(1).optional(),
});
export type Category = z.infer<typeof category>;

export const taxonomyFile = z
  .strictObject({
    id,
    version: z
      .string()
      .regex(/^[1-9][0-9]{0,8}$/)
      .transform(Number),
    title: z.string().min(1).max(160),
    publisher: z.string().min(1).max(120),
    edition: z.string().min(1).max(40),
    categories: z.array(category).min(1).max(512),
  })
  .superRefine(({ categories }, context) => {
    const known = new Set<string>();
    const words = new Map<string, string>();
    for (const [at, { id, parent, ...names }] of categories.entries()) {
      const path = ['categories', at];
      if (parent !== undefined && !known.has(parent)) {
        context.addIssue({
          code: 'custom',
          path,
          message: `its parent ${parent} stands not before it`,
        });
      }
      if (known.has(id)) context.addIssue({ code: 'custom', path, message: `${id} stands twice` });
      known.add(id);
      for (const word of wordsOf({ id, ...names })) {
        const other = words.get(word);
        if (other !== undefined && other !== id) {
          context.addIssue({
            code: 'custom',
            path,
            message: `“${word}” is a word of ${other} too`,
          });
        }
        words.set(word, id);
      }
    }
  });
export type TaxonomyFile = z.infer<typeof taxonomyFile>;

export interface Taxonomy {
  readonly categories: readonly Category[];
  /** The category that a word stands for. */
  find(word: string): string | undefined;
  /** The word that GraphSense has for it, else its own id. */
  nameForGraphsense(id: string): string;
  /** Whether `id` is `ancestor` or stands below it. */
  isWithin(id: string, ancestor: string): boolean;
}

export function createTaxonomy(categories: readonly Category[]): Taxonomy {
  const byId = new Map(categories.map((each) => [each.id, each]));
  const byWord = new Map(
    categories.flatMap((each) => wordsOf(each).map((word) => [word, each.id] as const)),
  );
  return {
    categories,
    find: (word) => byWord.get(foldWord(word)),
    nameForGraphsense: (id) => byId.get(id)?.graphsense ?? id,
    isWithin(id, ancestor) {
      for (let at: string | undefined = id; at !== undefined; at = byId.get(at)?.parent) {
        if (at === ancestor) return true;
      }
      return false;
    },
  };
}

/** Whether a label is filed under one of some categories, or below it. */
export const isWithinAny = (
  taxonomy: Taxonomy,
  { category, concepts = [] }: Pick<LabelStatement, 'category' | 'concepts'>,
  chosen: readonly string[],
): boolean =>
  [category, ...concepts].some((own) =>
    chosen.some((each) => own === each || taxonomy.isWithin(own, each)),
  );

/** @throws IdentityError `CONFIGURATION_INVALID`. */
export const readTaxonomyFile = (file: string): Promise<TaxonomyFile> =>
  readYamlFile(file, taxonomyFile as z.ZodType<TaxonomyFile>);

const wordsOf = ({ id, graphsense, words = [] }: Pick<Category, 'id' | 'graphsense' | 'words'>) =>
  [id, ...(graphsense === undefined ? [] : [graphsense]), ...words].map(foldWord);

const foldWord = (word: string) =>
  word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-');
