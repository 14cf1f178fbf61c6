/** The pure rules of the word `member`; safe to use outside a contract. */
export { assertMayAct, type Caller } from './caller.ts';
export { applyChange, type Consortium } from './change.ts';
export { declareProfile } from './declare.ts';
export { foundConsortium } from './found.ts';
export { listRoles, mayAct, PERMISSIONS, type TransactionName } from './permission.ts';
export { assertEndorsable, leastEndorsements, tallyVotes } from './threshold.ts';
export { castVote, proposeChange } from './vote.ts';
