/** The reference page: Swagger UI from this machine, under a policy that lets nothing else in. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Router } from 'express';
import helmet from 'helmet';
import { EFFECTS, LANGUAGES, type Language } from '../explain/area.ts';
import { findPages } from '../explain/lookup.ts';
import type { Page } from '../explain/page.ts';
import { isProblemCode, PROBLEM_CODES, PROBLEMS } from './problem.ts';

const uiDirectory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}</head>
<body>${body}</body></html>
`;

const UI = page(
  'Tabellion API',
  `<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png">`,
  `<div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>`,
);
const START = `SwaggerUIBundle({
  url: '/v1/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null,
  syntaxHighlight: false, persistAuthorization: false,
});
`;

/** `/docs`, `/docs/problems` and `/docs/problems/CODE`. */
export function docsRouter(): Router {
  const router = express.Router();
  router.use(
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  router.get('/', (_request, response) => void response.type('html').send(UI));
  router.get('/start.js', (_request, response) => void response.type('js').send(START));
  for (const asset of ASSETS) {
    router.get(`/${asset}`, (_request, response) =>
      response.sendFile(asset, { root: uiDirectory, maxAge: '1h' }),
    );
  }
  router.get('/problems', (_request, response) => {
    const rows = PROBLEM_CODES.map((code) => `<li>${showProblem(code)}</li>`).join('\n');
    response.type('html').send(page('Problem codes', '', `<h1>Problem codes</h1><ul>${rows}</ul>`));
  });
  router.get('/problems/:code', (request, response, next) => {
    const { code } = request.params;
    if (!isProblemCode(code)) return next();
    response.type('html').send(page(code, '', `<p>${showProblem(code)}</p>${explain(code)}`));
  });
  return router;
}

const showProblem = (code: keyof typeof PROBLEMS) =>
  `<code>${code}</code> (${PROBLEMS[code][0]}): ${PROBLEMS[code][1]}`;

/** The same words as of `tabellion explain`, in both languages. */
const explain = (code: string) =>
  findPages(code)
    .flatMap((found) => LANGUAGES.map((language) => showPage(found, language)))
    .join('\n');

function showPage({ effect, ...texts }: Page, language: Language): string {
  const { title, meaning, remedy } = texts[language];
  const [heading, ...rest] = [title, meaning, remedy, EFFECTS[effect][language]].map(escapeHtml);
  const paragraphs = rest.map((text) => `<p>${text}</p>`).join('');
  return `<section lang="${language}"><h2>${heading}</h2>${paragraphs}</section>`;
}

const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
