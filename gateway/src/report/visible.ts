import { makePrintable } from '../text/printable.ts';

/** Nothing in a text may steer the page or hide: what a terminal must not see, and line ends. */
export const makeVisible = (text: string): string =>
  makePrintable(text.toWellFormed()).replaceAll('\n', '\\u000a');
