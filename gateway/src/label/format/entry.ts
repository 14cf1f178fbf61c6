/** What a reader makes of each entry of a list, and why it takes none of it. */
import { CodedError, type LabelFacts, type Provenance } from '@tabellion/proof';
import type { AddressErrorCode, TransferErrorCode } from '@tabellion/screening';
import type { Remark } from './remark.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Why a whole list is not read. What came before it was yielded already stays refused with it. */
export const LABEL_FORMAT_ERROR_CODES = [
  /** Not of the format at all. */
  'PACK_MALFORMED',
  /** Aliases, anchors, types of its own, or more depth than any list has. */
  'PACK_UNSAFE',
  /** Larger than is read whole. */
  'PACK_TOO_LARGE',
] as const;
export type LabelFormatErrorCode = (typeof LABEL_FORMAT_ERROR_CODES)[number];

export class LabelFormatError extends CodedError<LabelFormatErrorCode> {
  override readonly name = 'LabelFormatError';
}

/** Why one entry is not taken; beside these the codes of addresses. */
export const ENTRY_REFUSAL_CODES = [
  /** The line, or what stands for one, cannot be read: encoding, quotes, length, shape. */
  'ENTRY_MALFORMED',
  /** There is no address in it. */
  'ADDRESS_MISSING',
  /** The currency or network named is not known here. */
  'NETWORK_UNKNOWN',
  /** No category is given and none was set for the import. */
  'CATEGORY_MISSING',
  /** No category of the taxonomy has that word. */
  'CATEGORY_UNKNOWN',
  /** A confidence that is none of GraphSense's. */
  'PROVENANCE_UNKNOWN',
  /** Nobody says where it comes from: a confidence without a source weighs nothing. */
  'LABEL_SOURCE_MISSING',
  /** Nothing says what the address is called. */
  'LABEL_MISSING',
  /** A field does not hold what a label can carry; `detail` names it. */
  'FIELD_INVALID',
  /** The same transfer as an earlier line, and another sum, time or end. */
  'TRANSFER_CONTRADICTED',
] as const;
export type EntryRefusalCode =
  | (typeof ENTRY_REFUSAL_CODES)[number]
  | AddressErrorCode
  | TransferErrorCode;

interface Remarked {
  /** What others said of it. */
  readonly remarks?: readonly Remark[];
}

export interface AcceptedEntry<F = LabelFacts> extends Remarked {
  /** Of the file, from 1; in MISP, which has none, the entry's place. */
  readonly line: number;
  readonly facts: F;
  /** What the list does not say so, or what of it is not carried, in words. */
  readonly derived: readonly string[];
  /** Nobody holds the address's key. */
  readonly burn?: true;
}
export interface RefusedEntry extends Remarked {
  readonly line: number;
  readonly refused: EntryRefusalCode;
  readonly detail: string;
}
/** Says the same as the entry of an earlier line. */
export interface MergedEntry extends Remarked {
  readonly line: number;
  readonly merged: number;
}
export type Entry<F = LabelFacts> = AcceptedEntry<F> | RefusedEntry | MergedEntry;

export interface ReadOptions {
  readonly taxonomy: Taxonomy;
  /** Markings of entries that bear none. */
  readonly tlp: LabelFacts['tlp'];
  readonly pap: LabelFacts['pap'];
  /** Taken where an entry says nothing, and told as derived. */
  readonly category?: string;
  readonly provenance?: Provenance;
  readonly source?: string;
  readonly label?: string;
}
