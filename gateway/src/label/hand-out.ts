import { NDJSON } from '../http/item-body.ts';
import { Problem } from '../http/problem.ts';
import type { Labels } from './labels.ts';

/** The exact bytes of a manifest that a batch on the ledger names. @throws Problem `NOT_FOUND`. */
export async function handOutManifest(
  { manifests, view }: Pick<Labels, 'manifests' | 'view'>,
  digest: string,
) {
  if (!view.isAsserted(digest) || !(await manifests.has(digest))) throw new Problem('NOT_FOUND');
  return {
    status: 200,
    body: manifests.open(digest),
    mediaType: NDJSON,
    disclosed: [`label-manifest/${digest}`],
  } as const;
}
