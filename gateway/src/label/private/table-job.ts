/** What is said between a gateway and the thread that makes its tables. */
import type { OprfKey, TableDocument, TableFacts } from '@tabellion/screening';

/** What the thread is started with: directories that are there. */
export interface TablePlaces {
  /** Where what goes into tables waits. */
  readonly spool: string;
  /** Where it is kept what a key’s evaluations came to. */
  readonly outputs: string;
}

export interface TableOrder {
  readonly facts: TableFacts;
  /** For a table of the kind OPRF. */
  readonly key?: OprfKey;
  readonly prefixBits: number;
  /** Where the answers go; the file must not be there. */
  readonly file: string;
}

export type TableCommand =
  /** Further addresses of the tables that are to be made, packed: see `packed-entries.ts`. */
  | { readonly add: Uint8Array }
  /** Makes one table of the addresses added so far; of another number than this, none. */
  | { readonly make: TableOrder; readonly addresses: number }
  /** Forgets the addresses. */
  | { readonly clear: true };

/** What was asked for is done; with a table's document, where one was to be made. */
export interface TableDone {
  readonly done: true;
  readonly document?: TableDocument;
}

/** One for each command, in their order. */
export type TableReply =
  | TableDone
  | { readonly failed: { readonly code: string | undefined; readonly message: string } };
