/** The help of `order step` against the contract’s own forms. */
import { type OrderStep, stepInputs } from '@tabellion/chaincode/order/record';
import { eventOf } from '@tabellion/chaincode/order/says';
import { STEPS } from '@tabellion/chaincode/order/transition';
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { expect, it } from 'vitest';
import { VERBS } from './verbs.ts';

/** Option → field of the form, where its name does not say it. */
const FIELDS: Readonly<Record<string, string>> = {
  received: 'receivedAt',
  acquisition: 'acquisitions',
  'legal-basis': 'legalBasis',
  due: 'deadline',
  addressee: 'contents',
  enforcing: 'contents',
};
/** Those that are filled in where nobody says them. */
const FILLED = ['receivedAt', 'acquisitions'];

it('names each verb, who takes it, what it says, and what of it may be left out', () => {
  expect(Object.keys(VERBS)).toEqual(Object.keys(stepInputs));
  for (const [verb, { shape }] of Object.entries(stepInputs)) {
    const { by, says } = VERBS[verb as keyof typeof VERBS];
    const event = eventOf({ verb, extent: 'WHOLE' } as OrderStep);
    const parties = event === 'OVERDUE' || event === 'ISSUED' ? PARTIES : STEPS[event].by;
    expect(by, verb).toBe(parties.join(', ').toLowerCase());
    const told = says.split(/ +/).flatMap((option) => {
      if (option === '') return [];
      const name = option.replace(/^\[?--|\]$/g, '');
      return [[FIELDS[name] ?? name, option.startsWith('[')] as const];
    });
    const { order, sequence, previous, reason, ...fields } = shape;
    const asked = Object.entries(fields).map(
      ([field, schema]) =>
        [field, FILLED.includes(field) || schema.safeParse(undefined).success] as const,
    );
    // The deadline of `maintain` takes two options, a clock and its instant.
    const named = new Map(told.filter(([field]) => verb !== 'maintain' || field !== 'clock'));
    expect([...named].sort(), verb).toEqual(asked.sort());
  }
});
