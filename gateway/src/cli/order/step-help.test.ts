import { type OrderStep, type StepVerb, stepInputs } from '@tabellion/chaincode/order/record';
import { eventOf } from '@tabellion/chaincode/order/says';
import { STEPS } from '@tabellion/chaincode/order/transition';
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { expect, it } from 'vitest';
import { STEP_HELP } from './step-help.ts';

/** What every step says, which the command itself fills in. */
const COMMON = ['order', 'sequence', 'previous', 'reason', 'contents'];
/** What people may leave out, though the ledger is told. */
const FILLED = ['receivedAt'];

function partiesOf(verb: StepVerb): string {
  const event = eventOf({ verb, extent: 'WHOLE' } as OrderStep);
  const by = event === 'OVERDUE' || event === 'ISSUED' ? PARTIES : STEPS[event].by;
  return by.map((party) => party.toLowerCase()).join(', ');
}

it.each(Object.keys(stepInputs) as StepVerb[])('says who may %s, and what it says', (verb) => {
  const line = STEP_HELP.split('\n').find((each) => each.startsWith(`  ${verb} `)) ?? '';
  const [, parties, says = ''] = /^ {2}\w+ +([a-z]+(?:, [a-z]+)*)(?: {2,}(.*))?$/.exec(line) ?? [];
  expect(parties).toBe(partiesOf(verb));
  const fields = Object.entries(stepInputs[verb].shape).filter(([name]) => !COMMON.includes(name));
  const told = fields.map(([name, field]) =>
    FILLED.includes(name) || field.safeParse(undefined).success ? `[${name}]` : name,
  );
  const names = says.replaceAll(/\([^)]*\)/g, '').split(/ +/);
  if (verb !== 'clarify') expect(names.filter((name) => name !== '')).toEqual(told);
  for (const [, field] of fields)
    for (const option of 'options' in field ? (field.options as string[]) : [])
      expect(says).toContain(option);
});
