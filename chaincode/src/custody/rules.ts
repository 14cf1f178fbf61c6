/** The pure rules of the word `custody`; safe to use outside a contract. */
export { CUSTODY_DECISIONS, type CustodyTransaction } from './decide.ts';
export { type Background, listItemFlags, listStepFlags } from './flags.ts';
export { deriveItem, openItem, registerExhibit } from './open.ts';
export { type Step, type StepContext, takeStep } from './step.ts';
export { applyStep, assertPossible } from './transition.ts';
