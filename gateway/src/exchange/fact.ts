/** One thing that a record says, and where each export puts it. */

/** Columns of a time line, in their order; `details` holds what has no column of its own, with its name. */
export const FACT_COLUMNS = [
  'case',
  'legal_basis',
  'to_member',
  'to_person',
  'to',
  'content_checked',
  'found_seals',
  'seals',
  'witnesses',
  'pictures',
  'method',
  'tools',
  'report',
  'place',
  'conditions',
  'receipt',
  'lifts',
  'authority',
  'authority_document',
  'corrects',
  'statement',
  'position',
  'outcome',
  'made_from',
  'details',
] as const;
export type FactColumn = (typeof FACT_COLUMNS)[number];

export interface ToolUsed {
  readonly name: string;
  readonly version: string;
  readonly sha256?: string | undefined;
}
export interface ContentKnown {
  readonly sha256: string;
  readonly size?: number | undefined;
}

interface Named {
  readonly column: FactColumn;
  readonly name: string;
  /** For people and for cells. */
  readonly value: string;
}
export type Fact = Named &
  (
    | { readonly form: 'tag' | 'text' }
    /** A file that is known by its digest. */
    | { readonly form: 'content'; readonly content: ContentKnown }
    | { readonly form: 'tool'; readonly tool: ToolUsed }
  );

export const tag = (column: FactColumn, name: string, value: string | number): Fact => ({
  form: 'tag',
  column,
  name,
  value: `${value}`,
});
export const text = (column: FactColumn, name: string, value: string): Fact => ({
  form: 'text',
  column,
  name,
  value,
});
export const content = (
  column: FactColumn,
  name: string,
  { sha256, size }: ContentKnown,
): Fact => ({
  form: 'content',
  column,
  name,
  value: size === undefined ? sha256 : `${sha256} (${size} bytes)`,
  content: { sha256, size },
});
export const tool = (used: ToolUsed): Fact => ({
  form: 'tool',
  column: 'tools',
  name: 'tool',
  value: [used.name, used.version, used.sha256].filter((part) => part !== undefined).join(' '),
  tool: used,
});
