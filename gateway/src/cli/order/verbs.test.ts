/** The help of `order step` against the contract’s own forms. */
import { stepInputs } from '@tabellion/chaincode/order/record';
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

it('names each verb, what it says, and what of it may be left out', () => {
  expect(Object.keys(VERBS)).toEqual(Object.keys(stepInputs));
  for (const [verb, { shape }] of Object.entries(stepInputs)) {
    const told = VERBS[verb as keyof typeof VERBS].map((option) => {
      const name = option.replace(/^\[?--|\]$/g, '');
      return [FIELDS[name] ?? name, option.startsWith('[')] as const;
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
