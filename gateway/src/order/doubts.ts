/**
 * What an addressee, or the authority that is notified, will likely send back although the contract takes it:
 * blank texts, no limits, names that are malformed, a copy that shows too much. Nothing of the contents is
 * repeated.
 */
import { DAY_MS } from '@tabellion/chaincode/order/clock/day';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type { OrderContent } from '@tabellion/chaincode/order/record';
import type { DataCategory } from '@tabellion/chaincode/order/vocabulary';
import { listFormFaults } from './identifier-form.ts';
import { readTimeRange } from './time-range.ts';

export const DOUBTS = [
  'BLANK_TEXT',
  'NO_LIMITS',
  'RANGE_UNREADABLE',
  'RANGE_REVERSED',
  'RANGE_TOO_LONG',
  'RANGE_IN_FUTURE',
  'EVERY_CATEGORY',
  'IDENTIFIER_FORM',
  'ENFORCING_TEXT_SHOWN',
  'COPIES_DIFFER',
  'SCOPE_NOT_MET',
  'SCOPE_NOT_KNOWN',
] as const;
export type DoubtCode = (typeof DOUBTS)[number];

export interface Doubt {
  readonly code: DoubtCode;
  /** Where it stands: `contents.ADDRESSEE.c`. */
  readonly field: string;
  readonly text: string;
}

/** What each party is given to read, by the ids of its fields. */
export type PartyTexts = {
  readonly [Party in OrderContent['for']]?: Readonly<Record<string, string>> | undefined;
};

export interface Doubted {
  readonly profile: OrderProfile;
  readonly categories: readonly DataCategory[];
  readonly contents: PartyTexts;
  readonly at: number;
}

/** A longer range asks for a reason that an addressee cannot see. */
const MAX_RANGE_DAYS = 366;
/** Fewer words in common are chance. */
const MIN_SHOWN = 30;
const PLACEHOLDER =
  /^(?:n\/?a|none|nil|tbd|tba|tbc|todo|xxx+|test|unknown|see above|lorem ipsum.*)$/;

export function* listDoubts(doubted: Doubted): Generator<Doubt> {
  yield* findBlank(doubted);
  yield* findUnlimited(doubted);
  yield* findRangeDoubts(doubted);
  yield* findFormDoubts(doubted);
  yield* findShown(doubted);
  yield* findDifferences(doubted);
}

const place = (party: string, id: string): string => `contents.${party}.${id}`;

/** Every text of every copy. */
const listTexts = ({ contents }: Pick<Doubted, 'contents'>) =>
  (['ADDRESSEE', 'ENFORCING'] as const).flatMap((party) =>
    Object.entries(contents[party] ?? {}).map(([id, text]) => ({ party, id, text })),
  );

function isBlank(text: string): boolean {
  const folded = text.normalize('NFKC').trim().toLowerCase();
  return !/[\p{L}\p{N}]/u.test(folded) || PLACEHOLDER.test(folded.replace(/[.!]+$/, ''));
}

function* findBlank(doubted: Doubted): Generator<Doubt> {
  for (const { party, id, text } of listTexts(doubted))
    if (isBlank(text)) yield { code: 'BLANK_TEXT', field: place(party, id), text: 'says nothing' };
}

/** What stands in the addressee's fields of that kind; undefined where the profile knows none. */
function textsHolding({ profile, contents }: Doubted, holds: 'IDENTIFIER' | 'TIME_RANGE') {
  const fields = profile.content.filter((field) => field.holds === holds);
  if (fields.length === 0) return undefined;
  return fields.flatMap(({ id }) => {
    const text = contents.ADDRESSEE?.[id];
    return text === undefined || isBlank(text) ? [] : [{ id, text }];
  });
}

function* findUnlimited(doubted: Doubted): Generator<Doubt> {
  const { profile, categories } = doubted;
  const named = textsHolding(doubted, 'IDENTIFIER');
  const timed = textsHolding(doubted, 'TIME_RANGE');
  if (named?.length === 0 && timed?.length === 0)
    yield {
      ...{ code: 'NO_LIMITS', field: 'contents.ADDRESSEE' },
      text: 'names neither whose data nor of which time',
    };
  const isEvery = profile.categories.length > 2 && profile.categories.length === categories.length;
  if (isEvery)
    yield {
      ...{ code: 'EVERY_CATEGORY', field: 'categories' },
      text: 'asks for every category at once: each must be necessary',
    };
}

function* findRangeDoubts(doubted: Doubted): Generator<Doubt> {
  for (const { id, text } of textsHolding(doubted, 'TIME_RANGE') ?? []) {
    const field = place('ADDRESSEE', id);
    const range = readTimeRange(text);
    if (range === undefined) {
      yield {
        ...{ code: 'RANGE_UNREADABLE', field },
        text: 'has no days such as 2026-01-31, or a time of day without its zone',
      };
      continue;
    }
    const { from, to } = range;
    if (to < from) yield { code: 'RANGE_REVERSED', field, text: 'ends before it begins' };
    if (to - from > MAX_RANGE_DAYS * DAY_MS)
      yield {
        ...{ code: 'RANGE_TOO_LONG', field },
        text: `is longer than ${MAX_RANGE_DAYS} days`,
      };
    if (to > doubted.at + DAY_MS)
      yield {
        ...{ code: 'RANGE_IN_FUTURE', field },
        text: 'ends in the future: what is not stored yet cannot be handed over',
      };
  }
}

function* findFormDoubts(doubted: Doubted): Generator<Doubt> {
  for (const { id, text } of textsHolding(doubted, 'IDENTIFIER') ?? [])
    for (const fault of listFormFaults(text))
      yield {
        ...{ code: 'IDENTIFIER_FORM', field: place('ADDRESSEE', id) },
        text: `entry ${fault.entry} ${fault.text}`,
      };
}

const fold = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** A sentence that is only for the enforcing authority, in what the addressee is to read. */
function* findShown({ profile, contents }: Doubted): Generator<Doubt> {
  const hidden = profile.content
    .filter(({ seenBy }) => !seenBy.includes('ADDRESSEE'))
    .flatMap(({ id }) => (contents.ENFORCING?.[id] ?? '').split(/[.!?;。！？；\n]/))
    .map(fold)
    .filter((sentence) => sentence.length >= MIN_SHOWN);
  for (const [id, text] of Object.entries(contents.ADDRESSEE ?? {}))
    if (hidden.some((sentence) => fold(text).includes(sentence)))
      yield {
        ...{ code: 'ENFORCING_TEXT_SHOWN', field: place('ADDRESSEE', id) },
        text: 'repeats what only the enforcing authority may see',
      };
}

/** What both are to read must be the same. */
function* findDifferences({ profile, contents }: Doubted): Generator<Doubt> {
  const { ADDRESSEE: one, ENFORCING: other } = contents;
  for (const { id, seenBy } of profile.content) {
    if (seenBy.length < 2 || other === undefined) continue;
    if (one?.[id] !== other[id])
      yield {
        ...{ code: 'COPIES_DIFFER', field: place('ENFORCING', id) },
        text: 'is not what the addressee is given to read',
      };
  }
}
