/**
 * The custody report as HTML in a real browser: opened from the disk it asks nobody for anything, runs
 * nothing, and stays within its pages.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../gateway/src/report/build-report.ts';
import { renderHtml } from '../../gateway/src/report/html.ts';
import { makeInput } from '../../gateway/src/report/testing.ts';
import { executablePath, launchBrowser, missing } from './chromium.ts';

const HOSTILE =
  '<script>document.title="run"</script><img src="http://127.0.0.1:9/x" onerror="document.title=\'run\'"> \u202eexe.fdp';

describe.skipIf(!executablePath)(`the report in a browser${missing}`, () => {
  let directory: string;
  let browser: Browser;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-report-'));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(input = makeInput(12, { path: HOSTILE, reason: 'Передача عربي 移送' })) {
    const file = join(directory, 'report.html');
    await writeFile(file, renderHtml(buildReport(input)));
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    return { page, complaints, requests };
  }

  it('asks for nothing but itself, runs nothing, complains of nothing', async () => {
    const { page, complaints, requests } = await open();
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(await page.title()).toContain('Custody report');
    expect(await page.locator('script, img, iframe').count()).toBe(0);
    expect(await page.locator('main').innerText()).toContain(
      '<script>document.title="run"</script>',
    );
    // The policy in the file lets its own style in.
    const border = await page.evaluate(
      "getComputedStyle(document.querySelector('h2')).borderBottomStyle",
    );
    expect(border).toBe('solid');
  });

  it('has headings in order, a name for each section and table, and links that lead somewhere', async () => {
    const { page } = await open();
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((found) => found.map(({ tagName }) => Number(tagName.slice(1))));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, index) => {
      expect(level - levels[index]!).toBeLessThanOrEqual(1);
    });
    expect(await page.getByRole('region').count()).toBe(10);
    const tables = page.getByRole('table');
    for (let index = 0; index < (await tables.count()); index += 1) {
      expect(await tables.nth(index).locator('caption').innerText()).not.toBe('');
    }
    for (const link of await page.locator('nav a').all()) {
      await link.click();
      const target = (await link.getAttribute('href'))!;
      expect(await page.locator(target).count()).toBe(1);
    }
  });

  it('stays within the width of screen and paper', async () => {
    const { page } = await open();
    const overhang = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overhang()).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 420, height: 800 });
    expect(await overhang()).toBeLessThanOrEqual(0);
    const printed = await page.pdf({ format: 'A4' });
    expect(printed.length).toBeGreaterThan(10_000);
  });
});
