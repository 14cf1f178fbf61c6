import { acquireInput } from '@tabellion/chaincode/evidence/record';
import { describe, expect, it } from 'vitest';
import {
  type AcquireFlags,
  draftAcquisition,
  draftLocation,
  parseGoverned,
} from './acquisition-input.ts';
import { parseTime } from './document.ts';
import { CliError } from './failure.ts';

const known = { document: {}, id: 'a'.repeat(32), now: 1_790_000_000_000, recordings: [] };
const flags: AcquireFlags = {
  case: '2026/117',
  legalBasis: ['cn-cpl-136@1'],
  method: 'device-imaging@1',
  standard: 'iso-iec-27037@1',
  route: 'DOMESTIC',
  reason: 'search of the office',
  system: 'CN',
};
const draft = (changes: AcquireFlags, document = {}) =>
  draftAcquisition({ ...flags, ...changes }, { ...known, document });

describe('draftAcquisition', () => {
  it('makes a whole input of the common flags', () => {
    const input = acquireInput.parse(draft({}));
    expect(input).toMatchObject({
      id: known.id,
      startedAt: known.now,
      publiclyReleased: 'UNKNOWN',
      extent: { kind: 'SELECTIVE' },
      volatility: 'ORDINARY',
      location: {
        systemJurisdiction: 'CN',
        mediumLocation: 'CN',
        source: { class: 'STANDALONE' },
      },
    });
  });

  it('takes every kind of flag', () => {
    const input = acquireInput.parse(
      draft({
        order: ['O/1'],
        treaty: ['T/2'],
        authorisation: 'JUDICIAL:J/3',
        tool: ['imager@4.2', '@scope/tool@1'],
        node: ['server@SG', 'router@UNKNOWN'],
        fullCopy: 'encrypted disk',
        volatile: true,
        clockOffset: '-1500',
        started: '2026-11-22T15:00:00+08:00',
        purpose: ['JUDGE_CASE'],
      }),
    );
    expect(input).toMatchObject({
      grounds: [
        { kind: 'ORDER', reference: 'O/1' },
        { kind: 'TREATY', reference: 'T/2' },
      ],
      authorisation: { kind: 'JUDICIAL', reference: 'J/3' },
      tools: [
        { name: 'imager', version: '4.2' },
        { name: '@scope/tool', version: '1' },
      ],
      extent: { kind: 'FULL_COPY', justification: 'encrypted disk' },
      volatility: 'VOLATILE',
      clockOffsetMs: -1500,
      startedAt: Date.UTC(2026, 10, 22, 7),
    });
    expect(input.location?.source).toEqual({
      class: 'NETWORK',
      nodes: [
        { kind: 'server', jurisdiction: 'SG' },
        { kind: 'router', jurisdiction: 'UNKNOWN' },
      ],
    });
  });

  it('lets flags replace single fields of a document, and its id never', () => {
    const drafted = draft({ case: 'X/1' }, { case: 'Y/2', volatility: 'VOLATILE', id: 'b' });
    expect(drafted).toMatchObject({ case: 'X/1', volatility: 'VOLATILE', id: known.id });
  });

  it('guesses no fact that nobody stated', () => {
    const { location: _, ...stated } = draft({});
    expect(acquireInput.safeParse(stated).success).toBe(false);
    expect(() => draftLocation({ medium: 'CN' })).toThrow(CliError);
  });
});

describe('what people type', () => {
  it.each(['no-version', '@1', 'id@', 'id@x', 'id@1.5'])('%s is no governed entry', (text) => {
    expect(() => parseGoverned(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it.each([
    '2026-11-22',
    '2026-11-22T15:00:00',
    'now',
    '2026-13-01T00:00:00Z',
    '1790000000',
  ])('%s is no time: the zone must be said', (text) => {
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
