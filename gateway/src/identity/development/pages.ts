/**
 * The development issuer's few pages: plain HTML that works without scripts, with a keyboard and with
 * a screen reader, and loads nothing.
 */
import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input, button { font: inherit; box-sizing: border-box; width: 100%; padding: 0.6rem; }
button { margin-top: 1rem; cursor: pointer; }
:focus-visible { outline: 3px solid #1a66d6; outline-offset: 2px; }
[role="alert"] { border-left: 4px solid #b3261e; padding-left: 0.8rem; }
code { font-size: 1.4rem; letter-spacing: 0.1em; }
.note { margin-top: 2rem; font-size: 0.85rem; }
`;

/**
 * `script-src` starts empty: oidc-provider adds the digest of the one script that it needs to hand a
 * form on. Nothing is loaded from anywhere.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  'script-src',
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `body` is HTML already; `title` is text. */
function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · Tabellion development sign-in</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
<p class="note">Development sign-in of an embedded consortium on this machine. Not for production.</p>
</main>
</body>
</html>
`;
}

const renderAlert = (message: string | undefined) =>
  message === undefined ? '' : `<p role="alert">${escapeHtml(message)}</p>`;

const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;

export function renderLogin(form: { action: string; client: string; alert?: string }): string {
  return renderPage(
    'Sign in',
    `<p>to continue to ${escapeHtml(form.client)}</p>
${renderAlert(form.alert)}
<form method="post" action="${escapeHtml(form.action)}">
<label for="user">User</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="128" autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128">
<button type="submit">Sign in</button>
</form>`,
  );
}

export function renderCodeEntry(form: { action: string; xsrf: string; alert?: string }): string {
  return renderPage(
    'Connect a device',
    `${renderAlert(form.alert)}
<form method="post" action="${escapeHtml(form.action)}">
${hidden('xsrf', form.xsrf)}
<label for="user_code">Code shown on the device</label>
<input id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="16" autofocus>
<button type="submit">Continue</button>
</form>`,
  );
}

export function renderCodeConfirmation(form: {
  action: string;
  xsrf: string;
  client: string;
  userCode: string;
}): string {
  return renderPage(
    'Confirm the device',
    `<p>${escapeHtml(form.client)} asks to act for you. It must show this code:</p>
<p><code>${escapeHtml(form.userCode)}</code></p>
<p>If you did not start this yourself, or the code differs, abort.</p>
<form method="post" action="${escapeHtml(form.action)}">
${hidden('xsrf', form.xsrf)}
${hidden('user_code', form.userCode)}
<button type="submit" name="confirm" value="yes">Continue</button>
<button type="submit" name="abort" value="yes">Abort</button>
</form>`,
  );
}

/** Asks before a session ends; `form` is oidc-provider's, with the ID `op.logoutForm`. */
export function renderLogout(form: string): string {
  return renderPage(
    'Sign out',
    `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`,
  );
}

export function renderMessage(title: string, message: string): string {
  return renderPage(title, `<p>${escapeHtml(message)}</p>`);
}

export function renderFailure(title: string, message: string): string {
  return renderPage(title, renderAlert(message));
}
