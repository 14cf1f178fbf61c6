/** Sizes for a list that has none: each of its files is read, and must have the listed digest. */
import { lstatSync } from 'node:fs';
import { type BytePath, joinPath, pathBytes, realPath } from '../byte-path.ts';
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
  for await (const group of hashFiles(findJobs(), signal === undefined ? {} : { signal })) {
    for (const { job, result } of group) {
      const { name, sha256 } = job.item;
      if ('code' in result)
        onDeviation({ name, code: 'unread', detail: result.detail ?? result.code });
      else if (result.digests.sha256 !== sha256) onDeviation({ name, code: 'altered' });
      else listed.setSize(name, job.size);
    }
  }
}
