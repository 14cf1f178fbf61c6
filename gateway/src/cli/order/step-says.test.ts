import { expect, it } from 'vitest';
import { readSays } from './step-says.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

it.each([
  'receive',
  'takeNotice',
] as const)('takes the time of %s as people write it, or now', (verb) => {
  expect(readSays(verb, {}, NOW)).toEqual({ receivedAt: NOW });
  const said = { receivedAt: '2026-11-23T19:00:00+08:00' };
  expect(readSays(verb, said, NOW)).toEqual({ receivedAt: NOW - 3_600_000 });
  expect(readSays(verb, { receivedAt: 1 }, NOW)).toEqual({ receivedAt: 1 });
  expect(() => readSays(verb, { receivedAt: 'yesterday' }, NOW)).toThrow('is not a time');
});

it('takes a new deadline as people write it', () => {
  const deadline = { clock: 'produce', due: '2026-11-23T12:00:00Z' };
  expect(readSays('maintain', { deadline }, NOW)).toEqual({ deadline: { ...deadline, due: NOW } });
  expect(readSays('maintain', {}, NOW)).toEqual({});
});

it('leaves what other steps say as it is', () => {
  expect(readSays('serve', { channel: 'by hand' }, NOW)).toEqual({ channel: 'by hand' });
});
