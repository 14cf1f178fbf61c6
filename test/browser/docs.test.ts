/**
 * The pages of the gateway in a real browser: they show what they should, ask no other host for
 * anything, and leave no error in the console.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningNode, startNode } from '../../gateway/src/node/start-node.ts';
import { executablePath, launchBrowser, missing } from './chromium.ts';

const CONSORTIUM = fileURLToPath(new URL('../../node-config/consortium.yaml', import.meta.url));
const POLL = { timeout: 10_000 };

describe.skipIf(!executablePath)(`in a browser${missing}`, () => {
  let directory: string;
  let node: RunningNode;
  let browser: Browser;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-browser-'));
    const logger = pino({ level: 'silent' });
    node = await startNode({ directory, consortium: CONSORTIUM, port: 0, logger });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await node?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Opens a page and collects what it complains of and whom it asks. */
  async function open(path: string) {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const origins = new Set<string>();
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${node.address}${path}`);
    return { page, complaints, origins };
  }

  // Swagger UI 5.33 to 5.35 show nine operations as soon as there are more than 128 paths.
  it('the reference lists every operation', async () => {
    const { page, complaints, origins } = await open('/docs');
    await page.locator('.opblock').first().waitFor();
    const answer = await fetch(`${node.address}/v1/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    const operations = Object.values(paths).flatMap((path) =>
      Object.keys(path).filter((key) => ['get', 'post', 'put', 'delete'].includes(key)),
    );
    // The first is there before the last.
    await expect.poll(() => page.locator('.opblock').count(), POLL).toBe(operations.length);
    expect(complaints).toEqual([]);
    expect([...origins].filter((origin) => !origin.startsWith('data'))).toEqual([node.address]);
  });

  it('the sign-in page takes the code of a device, and refuses a wrong one', async () => {
    const { page, complaints, origins } = await open('/oidc/device');
    await page.getByRole('heading', { name: 'Connect a device' }).waitFor();
    expect(complaints).toEqual([]);
    await page.getByLabel('Code shown on the device').fill('BCDF-GHJK');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    expect([...origins]).toEqual([node.address]);
  });
});
