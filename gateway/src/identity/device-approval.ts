/**
 * Does what a person does in a browser to approve a device at the development issuer: for tests and
 * demonstrations that have no browser. It reads the pages' forms as they are and knows no back door.
 */
import { IdentityError } from './error.ts';
import { FormBrowser, toRefusal } from './form-browser.ts';
import { isLoopbackHost } from './loopback.ts';

export interface DeviceApproval {
  readonly verificationUri: string;
  readonly userCode: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Enters the code, confirms it and signs in.
 * @throws IdentityError `SIGN_IN_REFUSED` (the page shows why), `SIGN_IN_FAILED` (unknown page),
 * `INSECURE_ISSUER` (a password is only sent to this machine).
 */
export async function approveDevice(approval: DeviceApproval): Promise<void> {
  const start = new URL(approval.verificationUri);
  if (!isLoopbackHost(start.hostname)) {
    throw new IdentityError('INSECURE_ISSUER', 'devices are approved on this machine only');
  }
  const browser = new FormBrowser(start.origin);
  let page = await browser.open(start);
  for (const fields of [
    { user_code: approval.userCode },
    { confirm: 'yes' },
    { user: approval.user, password: approval.password },
  ]) {
    page = await browser.submit(page, fields);
  }
  if (!page.html.includes('<h1>Signed in</h1>')) throw toRefusal(page);
}
