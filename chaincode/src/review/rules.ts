/** The pure rules of the word `review`; safe to use outside a contract. */
export { examineAuthenticity, weighEvidence } from './assess.ts';
export { REVIEW_DECISIONS } from './decide.ts';
export { judgeRegularity } from './judge.ts';
export { raiseObjection } from './object.ts';
export { replyToObjection } from './reply.ts';
export type { Reviewed, ReviewedLineage } from './subject.ts';
