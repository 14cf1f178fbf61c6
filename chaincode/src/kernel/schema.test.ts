import { describe, expect, it } from 'vitest';
import { act, jurisdiction, mspId, plainText } from './schema.ts';

describe('plainText', () => {
  const text = plainText(60);
  it.each([
    'Seizure under warrant 12/2026',
    'Regulation (EU) 2023/1543 as of 2026-08-18',
    'Durchsuchung in Köln',
    '现场勘验，依据第二十七条',
  ])('takes %s', (value) => {
    expect(text.safeParse(value).success).toBe(true);
  });
  it.each([
    ['an e-mail address', 'ask jane.doe@example.org'],
    ['a telephone number', 'call +49 170 1234567'],
    ['a number after a date', '2026-11-22 123 4567'],
    ['an account number', 'account 4111-1111-1111-1111'],
    ['a line break', 'two\nlines'],
    ['a lone surrogate', 'x\ud800'],
    ['nothing', ''],
    ['too much', 'x'.repeat(61)],
  ])('refuses %s (O-1)', (_what, value) => {
    expect(text.safeParse(value).success).toBe(false);
  });
});

it('UNKNOWN names no jurisdiction, so no member can have it', () => {
  expect(jurisdiction.safeParse('DE').success).toBe(true);
  expect(jurisdiction.safeParse('UNKNOWN').success).toBe(false);
});

it('an MSP ID cannot reach into another key', () => {
  expect(mspId.safeParse('A/B').success).toBe(false);
});

it('a person is a pseudonym: no name with blanks, no address', () => {
  expect(act.shape.person.safeParse('p-0011223344556677').success).toBe(true);
  expect(act.shape.person.safeParse('Jane Doe').success).toBe(false);
  expect(act.shape.person.safeParse('jane@example.org').success).toBe(false);
});
