import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  at,
  digest,
  expectRefusal,
  NOW,
  sampleAcquisition,
  sampleAct,
  sampleLocationHead,
} from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import { determineLocation, discloseLocation } from './locate.ts';
import { type Location, locationHeadRecord, locationRecord } from './record.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const location = at('DE');
const sealed = digestRecord({ location, salt: SALT });
const delayedNotice = { basis: { id: 'treaty', version: 1 }, latest: NOW, sealed };

const covert = () => ({
  acquisition: sampleAcquisition({ delayedNotice, crossBorder: 'SEALED' }),
  locationHead: sampleLocationHead({ location: null, crossBorder: 'SEALED', touched: [] }),
  timeWindowSeconds: 900,
});
const open = (known: Location) => ({
  acquisition: sampleAcquisition({ location: known }),
  locationHead: sampleLocationHead({ location: known, crossBorder: 'UNKNOWN', touched: [] }),
  timeWindowSeconds: 900,
});
const disclosure = (changes: object = {}) => ({
  acquisition: ACQUISITION,
  location,
  salt: SALT,
  reason: 'the measure has ended',
  ...changes,
});

describe('discloseLocation', () => {
  it('opens the place to the touched state, and later records see it', () => {
    const { key, record, also } = discloseLocation(disclosure(), covert(), sampleAct());
    expect(key).toBe(`location/${ACQUISITION}/${digest('1')}`);
    expect(locationRecord.parse(record)).toMatchObject({
      cause: 'DISCLOSED',
      touched: ['DE'],
      crossBorder: 'YES',
      overdue: false,
    });
    expect(also).toHaveLength(1);
    expect(locationHeadRecord.parse(also?.[0]?.record)).toMatchObject({
      location,
      touched: ['DE'],
    });
  });

  it.each([
    [NOW, false],
    [NOW + 1, true],
  ])('at %d is overdue: %s', (time, overdue) => {
    const { record } = discloseLocation(disclosure(), covert(), sampleAct({ at: time }));
    expect(locationRecord.parse(record).overdue).toBe(overdue);
  });

  it('measures foreignness from the collector, whoever discloses for it', () => {
    const act = sampleAct({ role: 'system', person: 'p-ffffffffffffffff' });
    const { record } = discloseLocation(disclosure(), covert(), act);
    expect(locationRecord.parse(record).touched).toEqual(['DE']);
  });

  it('refuses another place, another salt, a second time, another member', () => {
    const run =
      (changes: object, context = covert(), act = sampleAct()) =>
      () =>
        discloseLocation(disclosure(changes), context, act);
    expectRefusal(run({ location: at('CN') }), 'SEAL_MISMATCH');
    expectRefusal(run({ salt: 'BAAAAAAAAAAAAAAAAAAAAA' }), 'SEAL_MISMATCH');
    expectRefusal(run({}, { ...covert(), locationHead: sampleLocationHead() }), 'NOT_SEALED');
    expectRefusal(run({}, open(at('CN'))), 'NOT_SEALED');
    expectRefusal(run({}, covert(), sampleAct({ member: 'DeMSP' })), 'NOT_OWN_MEMBER');
  });
});

describe('determineLocation', () => {
  const determine = (before: Location, after: Location, act = sampleAct()) =>
    determineLocation(
      { acquisition: ACQUISITION, location: after, reason: 'the provider answered' },
      open(before),
      act,
    );
  const network = (...nodes: string[]): Location => ({
    ...at('CN'),
    source: {
      class: 'NETWORK',
      nodes: nodes.map((jurisdiction) => ({ kind: 'server', jurisdiction })),
    },
  });

  it('turns UNKNOWN into a notice', () => {
    const { record } = determine(at('UNKNOWN'), at('DE'));
    expect(locationRecord.parse(record)).toMatchObject({
      cause: 'DETERMINED',
      crossBorder: 'YES',
      touched: ['DE'],
    });
  });

  it('refuses to change what was known, the shape of the network, or nothing', () => {
    expectRefusal(() => determine(at('DE'), at('CN')), 'DETERMINATION_CONTRADICTS');
    expectRefusal(() => determine(at('DE', 'UNKNOWN'), at('CN')), 'DETERMINATION_CONTRADICTS');
    expectRefusal(() => determine(at('DE'), at('UNKNOWN')), 'DETERMINATION_CONTRADICTS');
    expectRefusal(
      () => determine(network('UNKNOWN', 'DE'), network('DE')),
      'DETERMINATION_CONTRADICTS',
    );
    expectRefusal(() => determine(network('UNKNOWN'), at('CN')), 'DETERMINATION_CONTRADICTS');
    expectRefusal(() => determine(at('UNKNOWN'), at('UNKNOWN')), 'NOTHING_TO_DETERMINE');
    expectRefusal(() => determine(at('DE'), at('DE')), 'NOTHING_TO_DETERMINE');
  });

  it('refuses another member, and a sealed place', () => {
    expectRefusal(
      () => determine(at('UNKNOWN'), at('DE'), sampleAct({ member: 'DeMSP' })),
      'NOT_OWN_MEMBER',
    );
    expectRefusal(
      () =>
        determineLocation(
          { acquisition: ACQUISITION, location, reason: 'the provider answered' },
          covert(),
          sampleAct(),
        ),
      'LOCATION_SEALED',
    );
  });

  it('never makes a touched state untouched', () => {
    const place = fc.constantFrom('CN', 'DE', 'SG', 'UNKNOWN');
    const places = fc.array(place, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(places, places, (before, after) => {
        try {
          const { record } = determine(network(...before), network(...after));
          const { touched } = locationRecord.parse(record);
          for (const known of before.filter((code) => code !== 'CN' && code !== 'UNKNOWN')) {
            expect(touched).toContain(known);
          }
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/DETERMIN/);
        }
      }),
    );
  });
});
