import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from '../../test/samples.ts';
import { computeReach } from './cross-border.ts';
import { type Location, location, locationHeadRecord } from './record.ts';

const network = (system: string, ...nodes: string[]): Location => ({
  systemJurisdiction: system,
  mediumLocation: system,
  source: {
    class: 'NETWORK',
    nodes: nodes.map((jurisdiction) => ({ kind: 'router', jurisdiction })),
  },
});

describe('computeReach', () => {
  it.each<[Location, string, string[]]>([
    [at('CN'), 'NO', []],
    [at('DE'), 'YES', ['DE']],
    [at('CN', 'DE'), 'YES', ['DE']],
    [at('UNKNOWN'), 'UNKNOWN', []],
    [at('CN', 'UNKNOWN'), 'UNKNOWN', []],
    [at('UNKNOWN', 'DE'), 'YES', ['DE']],
    [network('CN', 'CN', 'SG', 'DE', 'SG'), 'YES', ['DE', 'SG']],
    [network('CN', 'CN', 'UNKNOWN'), 'UNKNOWN', []],
  ])('%o', (place, crossBorder, touched) => {
    expect(computeReach(place, 'CN')).toEqual({ crossBorder, touched });
  });

  const place = fc.constantFrom('CN', 'DE', 'SG', 'UNKNOWN');
  const anywhere = fc
    .tuple(place, place, fc.array(place, { maxLength: 5 }))
    .map(
      ([system, medium, nodes]): Location =>
        nodes.length === 0
          ? at(system, medium)
          : { ...network(system, ...nodes), mediumLocation: medium },
    );

  it('fits its record however many places there are', () => {
    const codes = Array.from(
      { length: 66 },
      (_, index) => `A${String.fromCharCode(65 + (index % 26), 65 + Math.floor(index / 26))}`,
    );
    const [system, medium, ...nodes] = codes as [string, string, ...string[]];
    const { touched } = computeReach(
      { ...network(system, ...nodes), mediumLocation: medium },
      'CN',
    );
    expect(touched).toHaveLength(66);
    expect(locationHeadRecord.shape.touched.safeParse(touched).success).toBe(true);
    expect(location.safeParse(network('DE', ...codes)).success).toBe(false);
  });

  it('says NO only where every place is known and its own', () => {
    fc.assert(
      fc.property(anywhere, (place) => {
        const { crossBorder, touched } = computeReach(place, 'CN');
        const text = JSON.stringify(place);
        expect(crossBorder === 'NO').toBe(!/DE|SG|UNKNOWN/.test(text));
        expect(crossBorder === 'YES').toBe(/DE|SG/.test(text));
        expect(touched).toEqual(['DE', 'SG'].filter((code) => text.includes(`"${code}"`)));
      }),
    );
  });
});
