/** Latest time that Date can tell, milliseconds. */
const LAST_TIME = 8_640_000_000_000_000;

/** ISO 8601 in UTC; milliseconds where no date can tell them. */
export const formatTime = (milliseconds: number): string =>
  milliseconds > LAST_TIME ? `${milliseconds} ms` : new Date(milliseconds).toISOString();
