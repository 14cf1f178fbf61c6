/**
 * Who takes each step of an order, and what it says besides its reason, by the options that say it: those in
 * brackets can be left out. Light enough for the help, which the contract's own forms are not.
 */
import type { StepVerb } from '@tabellion/chaincode/order/record';

interface Told {
  readonly by: string;
  readonly says: string;
}

const told = (by: string, says = ''): Told => ({ by, says });

export const VERBS: Readonly<Record<StepVerb, Told>> = {
  validate: told('issuer'),
  serve: told('issuer', '--channel [--proof]'),
  receive: told('addressee, issuer', '[--received] [--proof]'),
  takeNotice: told('enforcing, issuer', '[--received] [--proof]'),
  clear: told('enforcing, addressee, issuer', '--gate --legal-basis'),
  object: told('enforcing', '--ground --extent --legal-basis'),
  reportDefect: told('addressee', '--defect --preserved'),
  clarify: told('issuer, enforcing', '[--addressee] [--enforcing]'),
  reportImpossible: told('addressee'),
  refuse: told('addressee', '--ground --legal-basis'),
  accept: told('issuer'),
  maintain: told('issuer', '[--clock] [--due]'),
  raiseConflict: told('addressee', '--law --legal-basis'),
  decideConflict: told('issuer', '--outcome --legal-basis'),
  execute: told('addressee', '--extent [--acquisition]'),
  deliver: told('addressee', '--extent [--acquisition]'),
  extend: told('issuer', '--legal-basis'),
  confirmProduction: told('issuer', '--production'),
  release: told('issuer'),
  forfeit: told('issuer', '--legal-basis'),
  withdraw: told('issuer'),
  enforce: told('issuer', '--legal-basis'),
  recognise: told('enforcing', '--legal-basis'),
  denyRecognition: told('enforcing', '--ground --legal-basis'),
  ask: told('enforcing'),
  reply: told('issuer'),
  markOverdue: told('issuer, addressee, enforcing', '--clock'),
  close: told('issuer'),
};

/** A line for each verb. */
export const describeVerbs = (): string =>
  Object.entries(VERBS)
    .map(([verb, { by, says }]) => `  ${verb.padEnd(18)}${by.padEnd(30)}${says}`.trimEnd())
    .join('\n');
