import { describe, expect, it } from 'vitest';
import { draftFromLetter, readLetter } from './letter-template.ts';

const FIELDS = {
  Date: '2026-11-02',
  reference: 'CCU/2026/44',
  status: 'new',
  'requesting authority': 'Cyber Crime Unit',
  'Requesting-Person': 'Officer Example',
  contacts: 'desk@example.org',
  time_zone: 'Europe/Berlin',
  Seal: 'red',
};
const JSON_LETTER = JSON.stringify(FIELDS);
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csvOf = (fields: Record<string, string>) =>
  `\uFEFF${Object.keys(fields).map(quote).join(',')}\r\n${Object.values(fields).map(quote).join(',')}\r\n`;

describe('a letter by the T-CY template', () => {
  it('is the same from JSON and from CSV, whatever way its names are written', () => {
    expect(readLetter(csvOf(FIELDS))).toEqual(readLetter(JSON_LETTER));
    expect([...readLetter(JSON_LETTER).keys()]).toEqual([
      ...['date', 'reference', 'status', 'requestingAuthority', 'requestingPerson', 'contacts'],
      ...['timeZone', 'Seal'],
    ]);
  });

  it('becomes a draft without people in it, and says what it did not take', () => {
    const fields = [
      { id: 'a', name: 'requesting authority' },
      { id: 'a', name: 'contacts' },
      { id: 'b', name: 'requestingPerson' },
    ];
    const letter = `acquisition/${'0a'.repeat(16)}`;
    const found = draftFromLetter(readLetter(JSON_LETTER), { fields, letter });
    expect(found.draft).toEqual({
      case: 'CCU/2026/44',
      reason: `As a letter asks, of 2026-11-02, recorded as ${letter}`,
    });
    expect(JSON.stringify(found.draft)).not.toMatch(/example|Cyber/i);
    expect(found.contents).toEqual({
      a: 'Cyber Crime Unit\ndesk@example.org',
      b: 'Officer Example',
    });
    expect(found.unmapped).toEqual(['timeZone', 'Seal']);
    expect([...found.missing].sort()).toEqual([
      ...['addressee', 'calendars', 'categories', 'legalBasis', 'profile'],
    ]);
    expect(found.notes).toEqual([]);
  });

  it('that goes on with an order is no new one', () => {
    const letter = readLetter(
      JSON.stringify({ status: 'extension', ticket: 'T-9', reference: 'a b' }),
    );
    const found = draftFromLetter(letter, { fields: [] });
    expect(found.notes).toEqual([expect.stringContaining('extension')]);
    expect(found.unmapped).toEqual(['status', 'ticket', 'reference']);
    expect(found.missing).toContain('case');
  });

  it.each([
    ['an array', '[]'],
    ['a number in it', '{"date": 1}'],
    ['JSON cut off', '{"date": "2026'],
    ['nothing', ''],
    ['a heading alone', 'date,reference\n'],
    ['two rows', 'date\n1\n2\n'],
    ['a cell too many', 'date\n1,2\n'],
    ['a column twice', 'date,date\n1,2\n'],
    ['a name twice, written otherwise', '{"time zone": "x", "timeZone": "y"}'],
    [
      'far too many fields',
      JSON.stringify(Object.fromEntries([...Array(65).keys()].map((n) => [`f${n}`, 'x']))),
    ],
  ])('is refused as %s', (_, text) => {
    expect(() => readLetter(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('has to have what a field is said to take', () => {
    const letter = readLetter('{"date": "2026-11-02"}');
    const fields = [{ id: 'a', name: 'contacts' }];
    expect(() => draftFromLetter(letter, { fields })).toThrow('no field contacts');
  });
});
