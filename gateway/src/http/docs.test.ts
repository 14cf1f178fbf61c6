import express from 'express';
import { expect, it } from 'vitest';
import { serveTest } from '../cli/testing.ts';
import { docsRouter } from './docs.ts';
import { PROBLEM_CODES } from './problem.ts';

it('explains every problem where its type leads, in English and Chinese', async () => {
  const app = express().use('/docs', docsRouter());
  const server = await serveTest(app);
  const load = (path: string) => fetch(new URL(path, server));
  for (const code of PROBLEM_CODES) {
    const response = await load(`/docs/problems/${code}`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text, code).toMatch(/<section lang="en"><h2>.+<section lang="zh"><h2>/s);
  }
  expect((await load('/docs/problems/NO_SUCH_CODE')).status).toBe(404);
});
