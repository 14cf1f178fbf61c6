/**
 * What each step of an order says besides its reason, by the options that say it: those in brackets can be
 * left out. Light enough for the help, which the contract's own forms are not.
 */
import type { StepVerb } from '@tabellion/chaincode/order/record';

const BASED = ['--legal-basis'];
const GROUNDED = ['--ground', ...BASED];
const YIELDED = ['--extent', '[--acquisition]'];
const TOLD = ['[--received]', '[--proof]'];

export const VERBS: Readonly<Record<StepVerb, readonly string[]>> = {
  validate: [],
  serve: ['--channel', '[--proof]'],
  receive: TOLD,
  takeNotice: TOLD,
  clear: ['--gate', ...BASED],
  object: [...GROUNDED, '--extent'],
  reportDefect: ['--defect', '--preserved'],
  clarify: ['[--addressee]', '[--enforcing]'],
  reportImpossible: [],
  refuse: GROUNDED,
  accept: [],
  maintain: ['[--clock]', '[--due]'],
  raiseConflict: ['--law', ...BASED],
  decideConflict: ['--outcome', ...BASED],
  execute: YIELDED,
  deliver: YIELDED,
  extend: BASED,
  confirmProduction: ['--production'],
  release: [],
  forfeit: BASED,
  withdraw: [],
  enforce: BASED,
  recognise: BASED,
  denyRecognition: GROUNDED,
  ask: [],
  reply: [],
  markOverdue: ['--clock'],
  close: [],
};

/** A line for each verb. */
export const describeVerbs = (): string =>
  Object.entries(VERBS)
    .map(([verb, options]) => `  ${verb.padEnd(18)}${options.join(' ')}`.trimEnd())
    .join('\n');
