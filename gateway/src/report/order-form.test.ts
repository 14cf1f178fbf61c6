/** Forms of orders whose texts were written by somebody who means whoever opens them no good. */
import { expect, it } from 'vitest';
import {
  actOf,
  at,
  OrderCase,
  plainCalendar,
  readProfile,
  sampleIssue,
  sampleIssueContext,
} from '../../../chaincode/test/order-case.ts';
import { renderHtml } from './html.ts';
import { buildOrderForm } from './order-form.ts';
import { renderPdf } from './pdf/render.ts';

const MOST = 4096;
const profile = readProfile('eu-2023-1543.yaml', 'epoc');
const { order, head } = new OrderCase(
  sampleIssue(),
  sampleIssueContext(profile),
  actOf('ISSUER', 'judicialReviewer', at('2026-09-01T08:00:00Z')),
);
const fill = (text: string) => text.repeat(Math.floor(MOST / text.length));

it.each([
  ['markup', fill('</bdi></td><script>alert(1)</script><img src=x onerror=alert(1)>"\'&')],
  ['steering characters', fill('\u0000\u0007\u001b[2J\u202e\u2066\u2028\ufeff')],
  ['nothing but lines', '\n'.repeat(MOST)],
  ['one endless word', 'A'.repeat(MOST)],
  ['marks upon marks', `a${'\u0301'.repeat(MOST - 1)}`],
])(
  'stay documents, with %s in every field',
  async (_title, text) => {
    const visible = profile.content.filter(({ seenBy }) => seenBy.includes('ADDRESSEE'));
    const report = buildOrderForm({
      ...{ order, head, steps: [], party: 'ADDRESSEE', language: 'en' },
      copies: [
        {
          ...{ type: 'tabellion.order-content', v: 1, order: order.id, for: 'ADDRESSEE' },
          ...{ salt: 'A'.repeat(43), fields: visible.map(({ id }) => ({ id, text })) },
        },
      ],
      references: [
        { register: 'orderProfile', id: 'epoc', version: 1, body: profile },
        { register: 'calendar', id: 'de', version: 1, body: plainCalendar('DE') },
        { register: 'calendar', id: 'fr', version: 1, body: plainCalendar('FR') },
      ],
    });
    const html = new TextDecoder().decode(renderHtml(report));
    expect(html).toContain("default-src 'none'".replaceAll("'", '&#39;'));
    expect(html).not.toMatch(/<script|<img/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(html).not.toMatch(/[\u0000-\u0008\u001b\u202e\u2066\u2028\ufeff]/);
    expect((await renderPdf(report)).length).toBeGreaterThan(1000);
  },
  60_000,
);
