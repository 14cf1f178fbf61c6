/**
 * What others said of an entry of a list: never part of its label. Whoever takes the list is told all of it, and
 * makes none of it its own unasked.
 */

/** Of the address itself, of another field of its object, of the object, the whole event, or another remark. */
export type RemarkSubject = 'ADDRESS' | 'FIELD' | 'OBJECT' | 'EVENT' | 'REMARK';

export const SIGHTING_KINDS = ['SEEN', 'FALSE_POSITIVE', 'EXPIRED'] as const;

export interface Sighting {
  readonly remark: 'SIGHTING';
  readonly of: RemarkSubject;
  readonly kind: (typeof SIGHTING_KINDS)[number];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly source?: string;
}

/** 0 strongly against, 50 neutral, 100 strongly for. */
export interface Opinion {
  readonly remark: 'OPINION';
  readonly of: RemarkSubject;
  readonly value: number;
  readonly comment?: string;
  readonly author?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
}

export interface Note {
  readonly remark: 'NOTE';
  readonly of: RemarkSubject;
  readonly text: string;
  readonly author?: string;
}

/** One of them that does not say what it must. */
export interface UnreadableRemark {
  readonly remark: 'UNREADABLE';
  readonly of: RemarkSubject;
  readonly detail: string;
}

export type Remark = Sighting | Opinion | Note | UnreadableRemark;
