/** What a page has answered. */
export interface Visit {
  readonly status: number;
  readonly body: string;
  /** Where the way ended: a page, or the app that was called back. */
  readonly url: URL;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const MAX_REDIRECTS = 10;

/** As much of a browser as signing in takes: cookies with their paths, redirects within one origin, forms. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, Cookie>();

  /** @param origin of the pages; a redirect that leaves it ends the way */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Opens a page or sends a form, and follows the redirects. */
  async open(url: URL | string, form?: Readonly<Record<string, string>>): Promise<Visit> {
    let target = new URL(url, this.#origin);
    let fields = form;
    for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
      const response = await this.#request(target, fields);
      const location = response.headers.get('location');
      if (location === null) {
        return { status: response.status, body: await response.text(), url: target };
      }
      target = new URL(location, target);
      if (target.origin !== this.#origin) return { status: response.status, body: '', url: target };
      fields = undefined;
    }
    throw new TypeError(`More than ${String(MAX_REDIRECTS)} redirects`);
  }

  async #request(url: URL, form?: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = [...this.#cookies.values()]
      .filter(({ path }) => isBelow(url.pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        'accept-language': 'en',
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { origin: this.#origin, 'sec-fetch-site': 'same-origin' }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((part) => /^path=/i.test(part))?.slice('path='.length) ?? '/';
    const key = `${name} ${path}`;
    if (value === '') this.#cookies.delete(key);
    else this.#cookies.set(key, { name, value, path });
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4 */
function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/** Value of a form field of a page, or undefined. */
export function fieldOf(page: string, name: string): string | undefined {
  return new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page)?.[1];
}
