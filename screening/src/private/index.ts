/** Asking about an address without telling it: RFC 9497, and tables of buckets of one length. */
export {
  type Announcement,
  announcementBytes,
  chooseTable,
  MAX_KEYS,
  type SignedAnnouncement,
  signedAnnouncement,
  tableIdOf,
  verifyAnnouncement,
} from './announcement.ts';
export {
  answerAgain,
  askPrivately,
  type Held,
  MAX_BUCKETS,
  type PrivateAnswer,
  type PrivateAnswers,
  type PrivateAsking,
  type PrivateQuery,
  type PrivateTransport,
} from './ask.ts';
export { PRIVATE_ERROR_CODES, PrivateError, type PrivateErrorCode } from './error.ts';
export {
  type PrivateFinding,
  type PrivateLabel,
  privateLabel,
  readFinding,
  writeFinding,
} from './finding.ts';
export { answerLength } from './table/answer.ts';
export {
  type BucketLoad,
  type BuiltTable,
  buildBuckets,
  type Layout,
  planTable,
  slotsOf,
  type TableEntry,
  type TablePlan,
} from './table/build.ts';
export {
  parseTable,
  type TableDocument,
  type TableFacts,
  tableDocument,
} from './table/document.ts';
export { type EntryName, prefixOf } from './table/handle.ts';
export { assertBucket, type BucketReading, readBucket } from './table/read.ts';
export {
  type BlindedQuestion,
  type BlindingState,
  blind,
  finalise,
  restoreBlinding,
} from './voprf/client.ts';
export { evaluate, evaluateKnown } from './voprf/evaluate.ts';
export {
  assertInTime,
  deriveOprfKey,
  type OprfKey,
  type OprfKeyDocument,
  oprfKeyDocument,
  type PrivateOutput,
  parseOprfKey,
  selectOprfKey,
} from './voprf/key.ts';
export {
  type EvaluationAnswer,
  type EvaluationRequest,
  evaluationAnswer,
  evaluationRequest,
  MAX_POINTS,
} from './voprf/message.ts';
