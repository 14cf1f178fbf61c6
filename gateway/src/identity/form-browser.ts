/** As much of a browser as a page of plain forms needs: cookies, redirects, hidden fields. */
import { IdentityError } from './error.ts';

const MAX_STEPS = 12;

export interface Page {
  readonly url: URL;
  readonly html: string;
}

/**
 * Follows redirects within one origin and keeps its cookies. Errors are IdentityError:
 * `SIGN_IN_REFUSED` with what the page says, `SIGN_IN_FAILED` for a page that is not understood.
 */
export class FormBrowser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async open(url: URL, body?: URLSearchParams): Promise<Page> {
    let request: { url: URL; body?: URLSearchParams } = body ? { url, body } : { url };
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (request.url.origin !== this.#origin) {
        throw new IdentityError('SIGN_IN_FAILED', 'the issuer leads to another site');
      }
      const response = await this.#fetch(request.url, request.body);
      const location = response.headers.get('location');
      if (location === null) return { url: request.url, html: await response.text() };
      await response.body?.cancel();
      request = { url: new URL(location, request.url) };
    }
    throw new IdentityError('SIGN_IN_FAILED', 'the issuer redirects in circles');
  }

  /** Sends the page's form with its hidden fields and `fields`, which it must have. */
  async submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const action = /<form[^>]* action="([^"]*)"/.exec(page.html)?.[1];
    const asked = Object.keys(fields).every((name) => page.html.includes(` name="${name}"`));
    if (action === undefined || !asked) throw toRefusal(page);
    const hidden = [...page.html.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams(fields);
    for (const [, name = '', value = ''] of hidden) if (!body.has(name)) body.set(name, value);
    return this.open(new URL(action, page.url), body);
  }

  async #fetch(url: URL, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(body && { method: 'POST', body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

export function toRefusal({ html }: Page): IdentityError {
  const alert = /role="alert">([^<]*)</.exec(html)?.[1];
  return alert === undefined
    ? new IdentityError('SIGN_IN_FAILED', 'the issuer shows a page that is not known')
    : new IdentityError('SIGN_IN_REFUSED', alert);
}
