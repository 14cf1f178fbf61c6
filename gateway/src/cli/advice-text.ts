/** Advice on orders as people read it. */
import type { Advice, ClosedRoute, OpenRoute, Routes } from '../order/advice-shape.ts';
import { formatTime } from './table.ts';

export function describeAdvice({ at, asked, preserveFirst, ...routes }: Advice): string {
  return [
    `To ${asked.kind} ${asked.categories.join(', ')}, issued ${formatTime(at)}:`,
    ...(preserveFirst === null
      ? []
      : ['FIRST HAVE THE DATA KEPT: they may soon be lost.', ...describeRoutes(preserveFirst)]),
    ...(preserveFirst === null ? [] : [`THEN ${asked.kind}.`]),
    ...describeRoutes(routes),
  ].join('\n\n');
}

function describeRoutes({ open, openIf, closed }: Routes): string[] {
  return [
    open.length === 0 ? 'No way is open for certain.' : 'Open, fastest first:',
    ...open.map(describeOpen),
    ...(openIf.length === 0 ? [] : ['Open only if every question is answered with yes:']),
    ...openIf.map(describeOpen),
    ...(closed.length === 0 ? [] : ['Closed:']),
    ...closed.map(describeClosed),
  ];
}

const nameRoute = ({ profile, title, instrument, article, addressee }: OpenRoute | ClosedRoute) =>
  `${profile.id}@${profile.version}  ${title}, ${instrument}, ${article}; to ${addressee}`;

const lines = (label: string, texts: readonly string[]): string[] =>
  texts.map((text) => `  ${label.padEnd(9)} ${text}`);

const cite = ({ article, text }: { article: string | null; text: string }): string =>
  article === null ? text : `${text} (${article})`;

function describeOpen(route: OpenRoute): string {
  const { speed, steps, restsOn, questions, risks } = route;
  return [
    nameRoute(route),
    ...lines('if', questions.map(cite)),
    ...lines('speed', [speed.text]),
    ...lines('step', steps.map(cite)),
    ...lines('rests on', restsOn.map(cite)),
    ...lines('risk', risks.map(cite)),
  ].join('\n');
}

function describeClosed(route: ClosedRoute): string {
  const reasons = route.reasons.flatMap(({ reason, code, mend, ...why }) => [
    `${code === null ? reason : `${reason} (${code})`}: ${cite(why)}`,
    ...(mend === null ? [] : [`instead: ${mend}`]),
  ]);
  return [nameRoute(route), ...lines('closed', reasons)].join('\n');
}
