/** Sizes for a list that has none: each of its files is read, and must be as it is listed. */
import { lstatSync } from 'node:fs';
import { type BytePath, joinPath, pathBytes, realPath } from '../byte-path.ts';
import type { FileDigests } from '../hash-job.ts';
import { hashFiles } from '../hash-pool.ts';
import { isReport, omissionOf, type Source, walkSources } from '../source.ts';
import type { KnownItem, KnownItems } from '../tree/known-items.ts';

export interface ListDeviation {
  readonly name: BytePath;
  /** `unread` says nothing of the content. */
  readonly code: 'missing' | 'altered' | 'unread';
  readonly detail?: string;
}

interface Job extends Source {
  readonly item: KnownItem;
}

/**
 * Fills in the sizes of files that are as they are listed, and tells all others. Links are followed, as
 * the tools that write lists follow them.
 * @param directory where the listed names start from.
 */
export async function measureList(
  listed: KnownItems,
  directory: BytePath,
  onDeviation: (deviation: ListDeviation) => void,
  signal?: AbortSignal,
): Promise<void> {
  const locate = (item: KnownItem): Job | null => {
    const { name } = item;
    const path = name.startsWith('/') ? name : joinPath(directory, name);
    try {
      const target = realPath(path);
      if (!lstatSync(pathBytes(target)).isFile())
        onDeviation({ name, code: 'altered', detail: 'no file' });
      else
        for (const entry of walkSources([target])) if (!isReport(entry)) return { ...entry, item };
    } catch (error) {
      const { code, detail } = omissionOf(name, error);
      onDeviation(
        code === 'vanished'
          ? { name, code: 'missing' }
          : { name, code: 'unread', detail: detail ?? code },
      );
    }
    return null;
  };
  function* findJobs(): Generator<Job | null, void, undefined> {
    for (const item of listed.latest()) yield locate(item);
  }
  const also = (['sha1', 'md5'] as const).filter((algorithm) => listed.hasAny(algorithm));
  const options = { also, ...(signal !== undefined && { signal }) };
  for await (const group of hashFiles(findJobs(), options)) {
    for (const { job, result } of group) {
      const { name } = job.item;
      if ('code' in result) {
        onDeviation({ name, code: 'unread', detail: result.detail ?? result.code });
        continue;
      }
      const detail = describeDifference(job.item, job.size, result.digests);
      if (detail !== undefined) onDeviation({ name, code: 'altered', detail });
      else listed.setSize(name, job.size);
    }
  }
}

/** All that the list says of a file is anchored with it, so all of it must be true. */
function describeDifference(
  item: KnownItem,
  size: number,
  digests: FileDigests,
): string | undefined {
  if (item.size !== undefined && item.size !== size) {
    return `${item.size} bytes were listed, ${size} found`;
  }
  const others = (['sha256', 'sha1', 'md5'] as const).filter(
    (algorithm) => item[algorithm] !== undefined && item[algorithm] !== digests[algorithm],
  );
  return others.length === 0 ? undefined : `another ${others.join(', ')}`;
}
