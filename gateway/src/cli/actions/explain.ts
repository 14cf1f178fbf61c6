/** `explain`: what a code means and what to do, from the pages that come with the program. */
import { VERDICTS, type VerdictCode } from '@tabellion/proof';
import { AREA_NAMES, AREAS, EFFECTS, LANGUAGES, type Language } from '../../explain/area.ts';
import { EXIT } from '../../explain/exit-code.ts';
import { findNearest, findPages } from '../../explain/lookup.ts';
import { type Page, readPages } from '../../explain/page.ts';
import { type PageStatus, showPage } from '../../explain/show.ts';
import { isProblemCode, PROBLEMS } from '../../http/problem.ts';
import type { Context, Invocation } from '../context.ts';
import { CliError, foreignExit, ownExit } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { VERDICT_EXITS } from './verify.ts';

export interface ExplainOptions {
  readonly lang?: Language | 'both';
  readonly list?: true;
}

export async function explain(invocation: Invocation<ExplainOptions>): Promise<Outcome> {
  const { args, options, context } = invocation;
  const [code] = args;
  if ((code === undefined) !== (options.list === true)) {
    throw new CliError('USAGE', 'give one code, or --list');
  }
  const languages = chooseLanguages(options.lang, context, options.json === true);
  return code === undefined ? listCodes(languages) : explainCode(code, languages);
}

/** A script gets both languages; a person the one of the environment. */
function chooseLanguages(
  asked: ExplainOptions['lang'],
  { environment }: Context,
  json: boolean,
): readonly Language[] {
  if (asked === 'both' || (asked === undefined && json)) return LANGUAGES;
  if (asked !== undefined) return [asked];
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return [locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'];
}

function explainCode(typed: string, languages: readonly Language[]): Outcome {
  const pages = findPages(typed);
  if (pages.length === 0) {
    const nearest = findNearest(typed);
    const meant = nearest.length > 0 ? `: did you mean ${nearest.join(', ')}?` : '';
    throw new CliError('USAGE', `there is no code ${typed}${meant} (explain --list shows all)`);
  }
  return {
    document: { code: pages[0]!.code, pages: pages.map((page) => describe(page, languages)) },
    text: languages
      .flatMap((language) => pages.map((page) => showPage(page, language, statusOf(page))))
      .join('\n\n'),
  };
}

function describe(page: Page, languages: readonly Language[]) {
  const texts = languages.map((language) => {
    const certain = EFFECTS[page.effect][language];
    return [language, { area: AREAS[page.area][language], ...page[language], certain }];
  });
  const { area, code } = page;
  return { area, code, ...statusOf(page), ...Object.fromEntries(texts) };
}

/** How the gateway and the commands tell this code; what is not told by one has no status. */
function statusOf({ area, code }: Page): PageStatus {
  switch (area) {
    case 'contract':
    case 'ledger':
    case 'http':
    case 'input':
      return { ...httpStatus(code), exit: foreignExit(code) };
    case 'validation':
      return httpStatus(code);
    case 'cli':
      return { exit: ownExit(code) ?? foreignExit(code) };
    case 'identity':
    case 'list':
    case 'data':
    case 'wallet':
    case 'system':
      return { exit: foreignExit(code) };
    case 'verdict':
      return { exit: VERDICT_EXITS[VERDICTS[code as VerdictCode]] };
    case 'break':
      return { exit: EXIT.mismatch };
    default:
      return {};
  }
}

const httpStatus = (code: string): PageStatus =>
  isProblemCode(code) ? { http: PROBLEMS[code][0] } : {};

function listCodes(languages: readonly Language[]): Outcome {
  const areas = AREA_NAMES.map((area) => ({ area, pages: readPages(area) }));
  const text = areas
    .map(({ area, pages }) =>
      [
        languages.map((language) => AREAS[area][language]).join(' / '),
        ...pages.map((page) => {
          const titles = languages.map((language) => page[language].title);
          return `  ${page.code.padEnd(32)} ${titles.join(' / ')}`;
        }),
      ].join('\n'),
    )
    .join('\n\n');
  const document = areas.flatMap(({ pages }) =>
    pages.map(({ area, code, en, zh }) => ({ area, code, en: en.title, zh: zh.title })),
  );
  return { document: { codes: document }, text };
}
