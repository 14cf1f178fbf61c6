/** Anchored items as rows, as the member's own manifests tell them. */
import { commitmentBytes, leafHash, toHex } from '@tabellion/proof';
import { readablePath } from '../../evidence/commitment.ts';
import { describeContainer } from '../container/describe-container.ts';
import { formatTime } from '../format-time.ts';
import type { ExportedBatch } from '../recorded.ts';
import type { Cell } from './csv.ts';

export const ITEM_HEADING = [
  'item',
  'batch',
  'index',
  'kind',
  'path',
  'path_base64url',
  'size',
  'sha256',
  'sha1',
  'md5',
  'media_type',
  'modified_at',
  'exhibit',
  'seal',
  'container',
  'anchored_at',
  'block',
] as const;

/** A path that is no text stands in `path_base64url` only. */
export async function* listItemRows(
  batches: AsyncIterable<ExportedBatch> | Iterable<ExportedBatch>,
): AsyncGenerator<readonly Cell[], void, undefined> {
  for await (const { batch, items } of batches) {
    let index = 0;
    for await (const item of items) {
      const { digest, modifiedAt } = item;
      yield [
        toHex(leafHash(commitmentBytes(item))),
        batch.key.slice('batch/'.length),
        index,
        item.kind,
        readablePath(Buffer.from(item.path, 'base64url')),
        item.path,
        item.size,
        digest.sha256,
        digest.sha1,
        digest.md5,
        item.mediaType,
        modifiedAt === undefined ? undefined : formatTime(modifiedAt),
        item.exhibit,
        item.seal,
        item.container && describeContainer(item.container),
        formatTime(batch.record.act.at),
        batch.block,
      ];
      index += 1;
    }
  }
}
