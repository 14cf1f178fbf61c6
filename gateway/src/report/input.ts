/** What a custody report is made from; nothing else enters it, so the same input gives the same bytes. */
import type { MemberRecord, ReferenceEntry } from '@tabellion/chaincode/member/record';
import type { ItemLife } from '../custody/life.ts';
import type { Language } from '../explain/area.ts';

export const SECTIONS = [
  'parties',
  'item',
  'timeline',
  'digests',
  'legal',
  'sovereignty',
  'reviews',
  'authenticity',
  'proof',
  'verify',
] as const;
export type SectionId = (typeof SECTIONS)[number];

export interface ReportInput {
  readonly life: ItemLife;
  /** Blocks of the ledger that the life rests on. */
  readonly height: number;
  readonly ledger: {
    readonly consortium: string;
    readonly kind: 'embedded' | 'fabric';
    readonly channel: string;
    /** Hexadecimal SHA-256 of the genesis block's header. */
    readonly genesis: string;
  };
  /** Those that the life names, at least. */
  readonly members: readonly MemberRecord[];
  /** Titles of the governed entries that the life names; an entry that is missing is shown by its id. */
  readonly references: readonly ReferenceEntry[];
  /** MSP ID of the member for which the report is made. */
  readonly reader: string;
  /**
   * Proof bundles of the item, or commitments that were handed over with it. Their names are for errors
   * only: in the report, whose commands people copy, they get names of our own.
   */
  readonly bundles: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly language: Language;
  /** In this order whatever the order given; what is left out is named in the report. */
  readonly sections: readonly SectionId[];
}
