/** Ledger keys of the word `label`. */
import type { LabelSubject } from './record.ts';

export const labelBatchKey = (digest: string) => `label-batch/${digest}`;
export const labelManifestKey = (mspId: string, manifest: string) =>
  `label-manifest/${mspId}/${manifest}`;
/** A label of a batch, or all of it. */
const subjectPath = ({ batch, label }: LabelSubject) => `${batch}/${label?.leaf ?? 'all'}`;
export const corroborationKey = (subject: LabelSubject, mspId: string) =>
  `corroboration/${subjectPath(subject)}/${mspId}`;
/** What one member has said of it: keys by number, from 1. */
export const opinionPrefix = (subject: LabelSubject, mspId: string) =>
  `opinion/${subjectPath(subject)}/${mspId}/`;
export const sightingPrefix = (subject: LabelSubject, mspId: string) =>
  `sighting/${subjectPath(subject)}/${mspId}/`;
export const withdrawalKey = (subject: LabelSubject) => `withdrawal/${subjectPath(subject)}`;
/** How often a member has disputed it. */
export const disputeHeadKey = (subject: LabelSubject, mspId: string) =>
  `dispute-head/${subjectPath(subject)}/${mspId}`;
export const disputeKey = (id: string) => `dispute/${id}`;
export const disputeAnswerPrefix = (dispute: string) => `dispute-answer/${dispute}/`;
export const disputeAnswerKey = (dispute: string, txId: string) =>
  disputeAnswerPrefix(dispute) + txId;
