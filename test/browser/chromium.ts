/** The browser for the tests of pages. `CHROMIUM` names one that is not in its usual place. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));
/** For the title of what is skipped. */
export const missing = executablePath
  ? ''
  : ' (skipped: no Chromium is installed; CHROMIUM names one)';

/** For pages that are the test's own: root, as in a container, has no use of the sandbox. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath!,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
