/** Why no report could be made. */
export const REPORT_ERROR_CODES = [
  /** A file given as proof is none. */
  'BUNDLE_MALFORMED',
  /** A proof belongs to neither the item nor what it was made from, or tells its custody otherwise. */
  'BUNDLE_OF_ANOTHER_ITEM',
  /** No font for the language of the report is installed. */
  'FONTS_MISSING',
] as const;
export type ReportErrorCode = (typeof REPORT_ERROR_CODES)[number];

export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly code: ReportErrorCode;

  constructor(code: ReportErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
