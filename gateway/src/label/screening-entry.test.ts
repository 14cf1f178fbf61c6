/** What a screening commits to: one form, whoever writes it. */
import { canonicalBytes, canonicalText } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { commitOpening, digestAnswers } from '../journal/commitment.ts';
import type { ScreenAnswer, ShownLabel } from './screen.ts';
import { commitScreening, encodeOpening, writeAnswers } from './screening-entry.ts';

const queries = [
  { address: 'b"\\\u2028é', network: 'eip155:1', reference: 'customer 7' },
  { address: 'a', network: undefined },
];

it('is written in the canonical form, without the caller’s references', () => {
  const { opening, secret, commitment } = commitScreening(queries, '[]');
  const asked = [{ address: queries[0]!.address, network: 'eip155:1' }, { address: 'a' }];
  const document = { type: 'tabellion.screening', v: 1, secret, queries: asked };
  expect(Buffer.from(opening)).toEqual(Buffer.from(canonicalBytes(document)));
  expect(commitOpening(opening)).toBe(commitment);
});

it('is another for every other query, order or secret', () => {
  const secret = 'A'.repeat(43);
  const commit = (asked: typeof queries, of = secret) => commitOpening(encodeOpening(asked, of));
  const all = [
    commit(queries),
    commit(queries.toReversed()),
    commit(queries.slice(1)),
    commit(queries, 'B'.repeat(43)),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(commitScreening(queries, '[]').commitment).not.toBe(
    commitScreening(queries, '[]').commitment,
  );
});

it('answers are written in the canonical form, whatever is in them', () => {
  const label = { score: null, batch: 'b', leaf: 'a', supporters: ['Z', 'A'] };
  const answers: ScreenAnswer[] = [
    { submitted: 'x', verdict: 'NO_LABEL', networks: ['b', 'a'], address: 'X', labels: [] },
    { submitted: '\u2029"', verdict: 'INVALID', code: 'C', detail: 'd\n', reference: 'ü' },
    { submitted: 'y', verdict: 'LABELLED', labels: [label as unknown as ShownLabel], omitted: 3 },
    { submitted: 'z', verdict: 'ERROR', code: 'INTERNAL', test: true, burn: true },
  ];
  expect(writeAnswers(answers)).toBe(canonicalText(answers));
  const digest = digestAnswers(writeAnswers(answers), 's');
  expect(digest).not.toBe(digestAnswers(writeAnswers(answers), 't'));
  expect(digest).not.toBe(digestAnswers(writeAnswers(answers.toReversed()), 's'));
});
