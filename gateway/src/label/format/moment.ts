/** Times as lists of others write them. */

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970; a time without a zone is taken as UTC. NaN for what is no time. */
export function readMoment(text: string): number {
  const trimmed = text.trim();
  const zone = ISO.exec(trimmed);
  if (zone === null) return Number.NaN;
  const iso = trimmed.replace(' ', 'T');
  return Date.parse(zone[1] !== undefined && zone[4] === undefined ? `${iso}Z` : iso);
}

/** Latest time that Date can tell, milliseconds: later than any label may state. */
export const writeMoment = (milliseconds: number): string => new Date(milliseconds).toISOString();
