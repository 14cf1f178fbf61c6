/** What stands in a cell stays in it: a text of others cannot pass for lines of ours. */
import { expect, it } from 'vitest';
import { formatFields, formatTable } from './table.ts';

it('further lines of a cell stand under its column', () => {
  const rows = [
    ['a', 'first\nSTATUS  CLOSED', 'last'],
    ['b', 'x', 'one\n\nINTACT: the whole order'],
  ];
  expect(formatTable(['FIELD', 'TEXT', 'MORE'], rows).split('\n')).toEqual([
    'FIELD  TEXT            MORE',
    'a      first           last',
    '       STATUS  CLOSED',
    'b      x               one',
    '',
    '                       INTACT: the whole order',
  ]);
});

it('further lines of a value stand under it', () => {
  expect(
    formatFields([
      ['Case', 'one\nStatus  CLOSED'],
      ['By', 'x'],
    ]).split('\n'),
  ).toEqual(['Case  one', '      Status  CLOSED', 'By    x']);
});
