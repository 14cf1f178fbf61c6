/** No field of any record is lost on its way into an export, whatever fields there will be. */
import { custodyRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { describe, expect, it } from 'vitest';
import type { ItemLife } from '../custody/life.ts';
import type { ProjectedRecord } from '../projection/records.ts';
import { buildLifeGraph } from './case/life-graph.ts';
import { writeRow } from './csv/csv.ts';
import { listLifeRows, TIMELINE_HEADING } from './csv/timeline-rows.ts';
import { formatTime } from './format-time.ts';
import { LEDGER, sampleLife } from './testing.ts';
import { makeSamples, type Sample } from './testing-record.ts';

/** Where each kind of record stands in a life; `steps` for every kind of step. */
const bare = (): ItemLife => {
  const life = sampleLife();
  const empty = { objections: [], regularity: [], authenticity: [], weights: [], derived: [] };
  return { ...life, ...empty, steps: [] };
};
const withProvenance = (changes: Partial<ItemLife['provenance']>): ItemLife => {
  const life = bare();
  return { ...life, provenance: { ...life.provenance, ...changes } };
};
// biome-ignore lint/suspicious/noExplicitAny: a sample is of the schema that it is made from
type Placed = ProjectedRecord<any>;
const PLACES = {
  acquisition: [acquisitionRecord, (one: Placed) => withProvenance({ acquisition: one })],
  batch: [batchRecord, (one: Placed) => withProvenance({ batch: one })],
  closing: [closingRecord, (one: Placed) => withProvenance({ closing: one })],
  location: [locationRecord, (one: Placed) => withProvenance({ locations: [one] })],
  answer: [answerRecord, (one: Placed) => withProvenance({ answers: [one] })],
  segregation: [segregationRecord, (one: Placed) => withProvenance({ segregations: [one] })],
  source: [itemRecord, (one: Placed) => withProvenance({ sources: [one] })],
  opening: [itemRecord, (one: Placed) => ({ ...bare(), opening: one })],
  derived: [itemRecord, (one: Placed) => ({ ...bare(), derived: [one] })],
  objection: [
    objectionRecord,
    (one: Placed) => ({
      ...bare(),
      objections: [{ objection: one, replies: [], overdue: false }],
    }),
  ],
  reply: [
    replyRecord,
    (one: Placed) => ({
      ...bare(),
      objections: sampleLife().objections.map((of) => ({ ...of, replies: [one] })),
    }),
  ],
  regularity: [regularityRecord, (one: Placed) => ({ ...bare(), regularity: [one] })],
  authenticity: [authenticityRecord, (one: Placed) => ({ ...bare(), authenticity: [one] })],
  weight: [weightRecord, (one: Placed) => ({ ...bare(), weights: [one] })],
  ...Object.fromEntries(
    custodyRecord.options.map((schema) => [
      `step ${schema.shape.kind.value}`,
      [schema, (one: Placed) => ({ ...bare(), steps: [one] })] as const,
    ]),
  ),
} as const;

/** Of a record, but no part of what it tells. */
const UNTOLD = /^(type|v|timeWindowSeconds|act\.certificate)$/;
const KEY = `sample/${'9'.repeat(64)}`;
const place = ({ record }: Sample): Placed => ({
  key: KEY,
  record,
  txId: '9'.repeat(64),
  block: 77,
  position: 3,
  late: true,
});

const isTold = (value: string | number | boolean, text: string): boolean => {
  if (typeof value === 'boolean') return true;
  if (typeof value === 'string') return text.includes(value);
  return text.includes(`${value}`) || text.includes(formatTime(value));
};
const listLost = ({ leaves }: Sample, text: string, untold = UNTOLD) =>
  [...leaves].filter(([at, value]) => !untold.test(at) && !isTold(value, text)).map(([at]) => at);

describe.each(Object.entries(PLACES))('%s', (_, [schema, put]) => {
  const samples = makeSamples(schema);

  it('has every field in the row of the time line, and LATE among its flags', () => {
    for (const sample of samples) {
      const rows = listLifeRows(put(place(sample)));
      const found = rows.filter((row) => row[TIMELINE_HEADING.indexOf('record')] === KEY);
      expect(found).toHaveLength(1);
      const [row] = found as [(typeof rows)[number]];
      expect(row).toHaveLength(TIMELINE_HEADING.length);
      expect(listLost(sample, writeRow(row))).toEqual([]);
      expect(`${row[TIMELINE_HEADING.indexOf('flags')]}`.split(' ')).toContain('LATE');
      expect(row[TIMELINE_HEADING.indexOf('happened_at')]).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
  });

  it('has every field in the CASE graph, and LATE among its tags', () => {
    for (const sample of samples) {
      const graph = JSON.stringify([...buildLifeGraph(LEDGER, put(place(sample)), undefined)]);
      // Of an annotation, whose author is a member: the act's own row tells the rest.
      const isNote = !('sequence' in sample.record) && graph.includes('core:Annotation');
      const untold = isNote ? /^(type|v|timeWindowSeconds|act\..*)$/ : UNTOLD;
      expect(listLost(sample, graph, untold)).toEqual([]);
      expect(graph).toContain('flag:LATE');
    }
  });
});
