/** What of some addresses can be watched. */
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import type { Query } from '../label/screen.ts';
import type { Entry } from './store.ts';

export function readEntries(queries: readonly Query[]) {
  const entries: Entry[] = [];
  const tests: Entry[] = [];
  const refused: { at: number; code: string }[] = [];
  for (const [at, { address, network, reference = null }] of queries.entries()) {
    const read = normaliseAddress(address, network);
    if (isRefusal(read)) {
      refused.push({ at, code: read.code });
      continue;
    }
    const entry = { key: read.key, address: read.address, reference };
    entries.push(entry);
    if (read.reserved === 'LABELLED') tests.push(entry);
  }
  return { entries, tests, refused };
}
