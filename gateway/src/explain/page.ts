/**
 * The explanations of codes. They stand in `pages/AREA.md`, a block a code: a heading with code and
 * effect, then three lines in English and three in Chinese: title, meaning and cause, what to do.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AREA_NAMES, type Area, EFFECTS, type Effect, type Language } from './area.ts';

export interface Explanation {
  readonly title: string;
  /** What it means, and why it happens. */
  readonly meaning: string;
  /** What to do now. */
  readonly remedy: string;
}

export interface Page extends Readonly<Record<Language, Explanation>> {
  readonly area: Area;
  readonly code: string;
  readonly effect: Effect;
}

/** @throws Error naming file and code where a page does not have the form above. */
export function readPages(area: Area): Page[] {
  const text = readFileSync(join(import.meta.dirname, 'pages', `${area}.md`), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((block) => parsePage(area, block));
}

export const readAllPages = (): Page[] => AREA_NAMES.flatMap(readPages);

function parsePage(area: Area, block: string): Page {
  const [heading = '', ...lines] = block.trim().split('\n');
  const [code = '', effect = ''] = heading.split(' ');
  const [en, zh, ...rest] = lines.join('\n').split('\n\n');
  if (!Object.hasOwn(EFFECTS, effect) || rest.length > 0) {
    throw new Error(`pages/${area}.md: ${code} does not have the form of a page`);
  }
  const explain = (paragraph = ''): Explanation => {
    const [title, meaning, remedy, ...more] = paragraph.split('\n');
    if (!title || !meaning || !remedy || more.length > 0) {
      throw new Error(`pages/${area}.md: ${code} needs three lines in each language`);
    }
    return { title, meaning, remedy };
  };
  return { area, code, effect: effect as Effect, en: explain(en), zh: explain(zh) };
}
