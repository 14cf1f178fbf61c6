/** Text that cannot steer whoever reads it, nor hide from them. */

/**
 * JSON of what may come from others, for a terminal as well: JSON escapes C0 itself, and the escapes of
 * the other control characters, which stand in strings only, mean the same to whoever parses it.
 */
export const toPrintableJson = (value: unknown): string => makePrintable(JSON.stringify(value));

/**
 * Text that cannot steer a terminal or hide: control, direction, invisible and tag characters are shown as
 * escapes. Line feeds stay; whatever comes from others (names, problem details) passes here before it is
 * printed.
 */
export function makePrintable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\udb40[\udc00-\udc7f]/g,
    (characters) => characters.split('').map(escapeUnit).join(''),
  );
}

const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
