/** Sightings of MISP, and the opinions and notes of its analyst data: as remarks, and from them. */
import { z } from 'zod';
import { number, text } from './misp-number.ts';
import { readMoment, writeMoment } from './moment.ts';
import { type Remark, type RemarkSubject, SIGHTING_KINDS } from './remark.ts';

/** What has remarks. One that cannot be read is told, and takes nothing else with it. */
export const remarked = {
  Sighting: z.array(z.unknown()).default([]),
  Opinion: z.array(z.unknown()).default([]),
  Note: z.array(z.unknown()).default([]),
};
const holder = z.object(remarked);
type Holder = z.output<typeof holder>;

/** The year 9999. */
const MAX_SECONDS = 253_402_300_799;
const sighting = z.object({
  type: number.pipe(z.int().max(SIGHTING_KINDS.length - 1)),
  date_sighting: number.pipe(z.int().max(MAX_SECONDS)),
  source: text.nullish(),
});
const authored = { authors: text.nullish(), modified: text.nullish(), created: text.nullish() };
const opinion = z.object({
  opinion: number.pipe(z.int().max(100)),
  comment: text.nullish(),
  ...authored,
});
const note = z.object({ note: text, ...authored });

/** All that is said of one thing, and what is said of that. */
export function readRemarks({ Sighting, Opinion, Note }: Holder, of: RemarkSubject): Remark[] {
  return [
    ...Sighting.map((each) => readSighting(each, of)),
    ...Opinion.flatMap((each) => [readOpinion(each, of), ...readNested(each)]),
    ...Note.flatMap((each) => [readNote(each, of), ...readNested(each)]),
  ];
}

function readNested(value: unknown): Remark[] {
  const { data } = holder.safeParse(value);
  return data === undefined ? [] : readRemarks(data, 'REMARK');
}

function readSighting(value: unknown, of: RemarkSubject): Remark {
  const { data } = sighting.safeParse(value);
  if (data === undefined) return { remark: 'UNREADABLE', of, detail: 'a sighting' };
  const { type, date_sighting, source } = data;
  const at = date_sighting * 1000;
  return { remark: 'SIGHTING', of, kind: SIGHTING_KINDS[type]!, at, ...(source && { source }) };
}

function readOpinion(value: unknown, of: RemarkSubject): Remark {
  const { data } = opinion.safeParse(value);
  if (data === undefined) return { remark: 'UNREADABLE', of, detail: 'an opinion' };
  const { opinion: said, comment, authors: author, modified, created } = data;
  const at = readMoment(modified ?? created ?? '');
  return {
    ...{ remark: 'OPINION', of, value: said },
    ...(comment && { comment }),
    ...(author && { author }),
    ...(!Number.isNaN(at) && { at }),
  };
}

function readNote(value: unknown, of: RemarkSubject): Remark {
  const { data } = note.safeParse(value);
  if (data === undefined) return { remark: 'UNREADABLE', of, detail: 'a note' };
  const { note: said, authors: author } = data;
  return { remark: 'NOTE', of, text: said, ...(author && { author }) };
}

/** Of the attribute with the address. MISP's times are whole seconds. */
export function writeRemarks(
  remarks: readonly Remark[],
  attribute: string,
  nameRemark: (number: number) => string,
) {
  const named = remarks.map((remark, number) => ({ ...remark, uuid: nameRemark(number) }));
  return {
    Sighting: named.flatMap((each) =>
      each.remark !== 'SIGHTING'
        ? []
        : [
            {
              uuid: each.uuid,
              type: `${SIGHTING_KINDS.indexOf(each.kind)}`,
              date_sighting: `${Math.floor(each.at / 1000)}`,
              ...(each.source !== undefined && { source: each.source }),
            },
          ],
    ),
    Opinion: named.flatMap((each) =>
      each.remark !== 'OPINION'
        ? []
        : [
            {
              uuid: each.uuid,
              ...{ object_type: 'Attribute', object_uuid: attribute },
              opinion: `${each.value}`,
              ...(each.comment !== undefined && { comment: each.comment }),
              ...(each.author !== undefined && { authors: each.author }),
              ...(each.at !== undefined && writeTimes(each.at)),
            },
          ],
    ),
  };
}

function writeTimes(at: number) {
  const time = writeMoment(at).slice(0, 19).replace('T', ' ');
  return { created: time, modified: time };
}
