/** Asking about an address without telling it: RFC 9497, and tables of buckets of one length. */
export { PRIVATE_ERROR_CODES, PrivateError, type PrivateErrorCode } from './error.ts';
export {
  type BuiltTable,
  buildBuckets,
  type Layout,
  type TableEntry,
} from './table/build.ts';
export {
  parseTable,
  type TableDocument,
  type TableFacts,
  tableDocument,
} from './table/document.ts';
export { type EntryName, prefixOf } from './table/handle.ts';
export { answerLength, type BucketReading, readBucket } from './table/read.ts';
export { type BlindedQuestion, type BlindingState, blind, finalise } from './voprf/client.ts';
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
