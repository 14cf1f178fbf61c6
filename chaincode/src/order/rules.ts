/** The pure rules of the word `order`; safe to use outside a contract. */

export { Calendar } from './clock/calendar.ts';
export { type Fact, isLate, isOver, type Reading, readClocks } from './clocks.ts';
export { assertContent } from './content.ts';
export { ORDER_DECISIONS } from './decide.ts';
export { type IssueContext, issueOrder } from './issue.ts';
export { type OrderProfile, orderProfileBody } from './profile.ts';
export type { OrderStep } from './record.ts';
export { findClosure, type Treaty } from './route.ts';
export { type StepContext, takeOrderStep } from './step.ts';
