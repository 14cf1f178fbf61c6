/** Which remarks of a list can become a record of whoever takes it, and which never do. */
import { describe, expect, it } from 'vitest';
import type { Remark, RemarkSubject } from '../../label/format/remark.ts';
import { startCounts } from './make-parts.ts';
import { tellRemarks } from './tell-remarks.ts';

const NOW = 1_700_000_000_000;
const sighting = (
  kind: 'SEEN' | 'FALSE_POSITIVE' | 'EXPIRED',
  at: number,
  of: RemarkSubject = 'ADDRESS',
): Remark => ({ remark: 'SIGHTING', of, kind, at });

const tell = (remarks: readonly Remark[], fate: 'TAKEN' | 'MERGED' | 'REFUSED' = 'TAKEN') => {
  const counts = startCounts();
  const { told, seenAt } = tellRemarks(remarks, fate, { counts, now: NOW });
  return { counts, seenAt, left: told.map(({ left }) => left !== undefined) };
};

describe('of what others said of an address', () => {
  it('the last time that it was seen can become a record, and nothing else', () => {
    const remarks: Remark[] = [
      sighting('SEEN', 5),
      sighting('SEEN', NOW),
      sighting('SEEN', NOW + 1),
      sighting('FALSE_POSITIVE', 7),
      sighting('EXPIRED', 8),
      { remark: 'OPINION', of: 'ADDRESS', value: 100 },
      { remark: 'NOTE', of: 'ADDRESS', text: 'seen' },
      { remark: 'UNREADABLE', of: 'ADDRESS', detail: 'a sighting' },
    ];
    const { counts, seenAt, left } = tell(remarks);
    expect(seenAt).toBe(NOW);
    expect(left).toEqual([true, false, true, true, true, true, true, true]);
    expect(counts).toMatchObject({
      ...{ sightings: 5, recordable: 1, opinions: 1, notes: 1, unreadable: 1 },
    });
  });

  it.each<[string, readonly Remark[], 'TAKEN' | 'MERGED' | 'REFUSED']>([
    ['seen in the future', [sighting('SEEN', NOW + 1)], 'TAKEN'],
    ['seen of another field', [sighting('SEEN', 5, 'FIELD')], 'TAKEN'],
    ['seen of the object', [sighting('SEEN', 5, 'OBJECT')], 'TAKEN'],
    ['of a refused line', [sighting('SEEN', 5)], 'REFUSED'],
    ['of a merged line', [sighting('SEEN', 5)], 'MERGED'],
    ['called false', [sighting('FALSE_POSITIVE', 5)], 'TAKEN'],
    ['nothing at all', [], 'TAKEN'],
  ])('%s, nothing does', (_, remarks, fate) => {
    const { counts, seenAt, left } = tell(remarks, fate);
    expect(seenAt).toBeUndefined();
    expect(left).toEqual(remarks.map(() => true));
    expect(counts.recordable).toBe(0);
    expect(counts.sightings).toBe(remarks.length);
  });
});
