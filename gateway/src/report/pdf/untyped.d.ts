/** Packages that bring no types: only what is used here. */
declare module 'linebreak' {
  /** Unicode line breaking, UAX #14. */
  export default class LineBreaker {
    constructor(text: string);
    /** The next opportunity, at a UTF-16 index; null after the end of the text. */
    nextBreak(): { readonly position: number; readonly required?: boolean } | null;
  }
}

declare module 'subset-font' {
  /** A font with what `text` needs of `font`, its variations fixed. */
  export default function subsetFont(
    font: Uint8Array,
    text: string,
    options: {
      readonly targetFormat: 'truetype';
      readonly variationAxes: Readonly<Record<string, number>>;
      readonly noHinting: boolean;
    },
  ): Promise<Buffer>;
}
