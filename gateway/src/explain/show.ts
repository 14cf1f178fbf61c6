/** A page as people read it. */
import { AREAS, EFFECTS, type Language } from './area.ts';
import type { Page } from './page.ts';

const LABELS = {
  en: { meaning: 'What it means', remedy: 'What to do', certain: 'What is certain' },
  zh: { meaning: '含义与原因', remedy: '处理办法', certain: '可以确定的是' },
} as const;

const STATUS = {
  en: { http: 'HTTP', exit: 'exit code' },
  zh: { http: 'HTTP', exit: '退出码' },
} as const;

export interface PageStatus {
  /** HTTP status with which the gateway answers it. */
  readonly http?: number;
  /** Exit code with which a command ends. */
  readonly exit?: number;
}

export function showPage(page: Page, language: Language, status: PageStatus): string {
  const { title, meaning, remedy } = page[language];
  const labels = LABELS[language];
  const certain = EFFECTS[page.effect][language];
  const facts = [
    AREAS[page.area][language],
    ...(['http', 'exit'] as const).flatMap((kind) =>
      status[kind] === undefined ? [] : [`${STATUS[language][kind]} ${status[kind]}`],
    ),
  ];
  return [
    `${page.code}: ${title}`,
    language === 'zh' ? `（${facts.join('，')}）` : `(${facts.join(', ')})`,
    '',
    ...[labels.meaning, `  ${meaning}`],
    ...[labels.remedy, `  ${remedy}`],
    ...(certain === '' ? [] : [labels.certain, `  ${certain}`]),
  ].join('\n');
}
