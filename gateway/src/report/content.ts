/**
 * What a report says, apart from how it looks: sections of paragraphs, lists, tables and commands, which
 * the HTML and the PDF writer both render. What comes from others is `quoted`, never mixed into our words.
 */

export type Inline =
  /** Our own words. */
  | string
  | { readonly kind: 'strong'; readonly text: string }
  /** From a record or a file: shown as it is, with nothing in it that could steer the page. */
  | { readonly kind: 'quoted'; readonly text: string }
  /** Digests, identifiers, codes: fixed pitch, left to right. */
  | { readonly kind: 'code'; readonly text: string }
  /** ISO 8601 in UTC, kept on one line. */
  | { readonly kind: 'time'; readonly text: string };

/** One paragraph of a cell or block. */
export type Line = readonly Inline[];
/** Lines one below the other. */
export type Cell = readonly Line[];
export type Tone = 'plain' | 'warning';

export interface Column {
  readonly title: string;
  /** Share of the width, beside the other columns' shares. */
  readonly share: number;
}

export type Block =
  | { readonly kind: 'paragraph'; readonly line: Line; readonly tone: Tone }
  | { readonly kind: 'list'; readonly items: readonly Line[]; readonly tone: Tone }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'fields'; readonly caption: string; readonly rows: readonly Field[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      readonly rows: readonly { readonly cells: readonly Cell[]; readonly tone: Tone }[];
    }
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  | { readonly kind: 'qr'; readonly text: string; readonly caption: string };

export interface Field {
  readonly name: string;
  readonly value: Cell;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A proof that travels with the report. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

export interface Report {
  /** BCP 47. */
  readonly language: 'en' | 'zh-Hans';
  readonly title: string;
  /** What every page repeats. */
  readonly footer: string;
  readonly contentsTitle: string;
  /** `page 3 of 7`, in the report's language. */
  readonly page: (number: number, count: number) => string;
  /** What to say where the installed fonts lack characters. */
  readonly unprintable: (count: number) => string;
  readonly attachmentsTitle: string;
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
  readonly attachments: readonly Attachment[];
  /** Milliseconds since 1970 of the latest record that went into it: the only date the file itself has. */
  readonly at: number;
}

export const strong = (text: string): Inline => ({ kind: 'strong', text });
export const quoted = (text: string): Inline => ({ kind: 'quoted', text });
export const code = (text: string): Inline => ({ kind: 'code', text });
/** @param milliseconds since 1970. */
export const time = (milliseconds: number): Inline => ({
  kind: 'time',
  text: new Date(milliseconds).toISOString().replace('.000Z', 'Z'),
});

export const paragraph = (...line: readonly Inline[]): Block => ({
  kind: 'paragraph',
  line,
  tone: 'plain',
});
export const warning = (...line: readonly Inline[]): Block => ({
  kind: 'paragraph',
  line,
  tone: 'warning',
});
export const list = (items: readonly Line[], tone: Tone = 'plain'): Block => ({
  kind: 'list',
  items,
  tone,
});
export const heading = (text: string): Block => ({ kind: 'heading', text });

export const table = (
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Block => ({
  kind: 'table',
  caption,
  columns,
  rows: rows.map((cells) => ({ cells, tone: 'plain' as const })),
});

export const column = (title: string, share: number): Column => ({ title, share });
/** A cell of one line. */
export const cell = (...line: readonly Inline[]): Cell => [line];

/** Leaves out what has no value. */
export const fields = (
  caption: string,
  rows: readonly (readonly [name: string, value: Cell | undefined])[],
): Block => ({
  kind: 'fields',
  caption,
  rows: rows.flatMap(([name, value]) =>
    value === undefined || value.length === 0 ? [] : [{ name, value }],
  ),
});

/** Puts `separator` between the parts. */
export const join = (parts: readonly Line[], separator: string): Line =>
  parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
