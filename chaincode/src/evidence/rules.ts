/** The pure rules of the word `evidence`; safe to use outside a contract. */
export { type AcquireContext, acquire } from './acquire.ts';
export { anchorBatch, type BatchContext, buildBatchRecord } from './anchor.ts';
export { answerNotice } from './answer.ts';
export { closeAcquisition } from './close.ts';
export { computeReach, listPlaces, type Reach } from './cross-border.ts';
export { anchorJournal } from './journal.ts';
export { determineLocation, discloseLocation, type LocateContext } from './locate.ts';
export { assertMethodObligations, assertRoute, isPublic } from './obligations.ts';
export { isStandardAdopted, judgeAuthorisation } from './recipient.ts';
export { segregateCopy } from './segregate.ts';
