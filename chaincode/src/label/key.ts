/** Ledger keys of the word `label`. */
import type { LabelSubject } from './record.ts';

export const labelBatchKey = (digest: string) => `label-batch/${digest}`;
export const labelManifestKey = (mspId: string, manifest: string) =>
  `label-manifest/${mspId}/${manifest}`;
/** Who declared that the batch's manifest is kept back: one after the other for each member. */
export const labelMissPrefix = (batch: string) => `label-miss/${batch}/`;
export const labelMissKey = (batch: string, mspId: string, number: number) =>
  `${labelMissPrefix(batch)}${mspId}/${number}`;
export const labelWithheldKey = (batch: string) => `label-withheld/${batch}`;
/** A label of a batch, or all of it. */
const subjectPath = ({ batch, label }: LabelSubject) => `${batch}/${label?.leaf ?? 'all'}`;
/** `path` here and below: batch, `/`, and the leaf or `all`. */
export const corroborationPrefix = (path: string) => `corroboration/${path}/`;
export const corroborationKey = (subject: LabelSubject, mspId: string) =>
  corroborationPrefix(subjectPath(subject)) + mspId;
export const opinionsPrefix = (path: string) => `opinion/${path}/`;
/** What one member has said of it: keys by number, from 1. */
export const opinionPrefix = (subject: LabelSubject, mspId: string) =>
  `${opinionsPrefix(subjectPath(subject))}${mspId}/`;
export const sightingsPrefix = (path: string) => `sighting/${path}/`;
export const sightingPrefix = (subject: LabelSubject, mspId: string) =>
  `${sightingsPrefix(subjectPath(subject))}${mspId}/`;
export const withdrawalKeyAt = (path: string) => `withdrawal/${path}`;
export const withdrawalKey = (subject: LabelSubject) => withdrawalKeyAt(subjectPath(subject));
export const disputeHeadPrefix = (path: string) => `dispute-head/${path}/`;
/** The disputes that a member has brought of it. */
export const disputeHeadKey = (subject: LabelSubject, mspId: string) =>
  disputeHeadPrefix(subjectPath(subject)) + mspId;
export const disputeKey = (id: string) => `dispute/${id}`;
export const disputeAnswerPrefix = (dispute: string) => `dispute-answer/${dispute}/`;
export const disputeAnswerKey = (dispute: string, txId: string) =>
  disputeAnswerPrefix(dispute) + txId;
