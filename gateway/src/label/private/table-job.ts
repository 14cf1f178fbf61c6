/** What is said between a gateway and the thread that makes its tables. */
import type { TableDocument, TableFacts } from '@tabellion/screening';

/** One labelled address. */
export interface FiledAddress {
  readonly key: Uint8Array;
  /** As `writeFinding` makes them. */
  readonly items: readonly Uint8Array[];
}

export interface TableOrder {
  readonly facts: TableFacts;
  /** For a table of the kind OPRF: the key's secret scalar and its document. */
  readonly key?: { readonly secretKey: Uint8Array; readonly document: unknown };
  readonly prefixBits: number;
  /** Where the answers go; the file must not be there. */
  readonly file: string;
}

export type TableCommand =
  /** Further addresses of the tables that are to be made. */
  | { readonly add: readonly FiledAddress[] }
  /** Makes one table of the addresses added so far; of another number than this, none. */
  | { readonly make: TableOrder; readonly addresses: number }
  /** Forgets the addresses, not what was computed of them. */
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
