/** Answer to a browser that does not follow redirects by itself. */
export interface Visited {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  readonly url: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** As much of a browser as a sign-in needs: cookies with paths, redirects within the origin, forms. */
export class Browser {
  readonly cookies = new Map<string, Cookie>();
  readonly #origin: string;
  readonly #headers: Record<string, string>;

  constructor(origin: string, headers: Record<string, string> = { 'accept-language': 'en' }) {
    this.#origin = origin;
    this.#headers = headers;
  }

  /** Follows redirects until one leaves the server: that one is returned. */
  async open(url: string, form?: Record<string, string>): Promise<Visited> {
    let target = new URL(url, this.#origin);
    let body = form;
    for (let hop = 0; hop < 10; hop += 1) {
      const visited = await this.request(target, body);
      const location = visited.headers.get('location');
      if (location === null) return visited;
      target = new URL(location, target);
      if (target.origin !== this.#origin) return { ...visited, url: target.href };
      body = undefined;
    }
    throw new TypeError('Too many redirects');
  }

  async request(
    url: URL,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Visited> {
    const cookie = [...this.cookies.values()]
      .filter(
        ({ path }) => url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/')),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...this.#headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { origin: this.#origin, 'sec-fetch-site': 'same-origin' }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return {
      status: response.status,
      body: await response.text(),
      headers: response.headers,
      url: url.href,
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((part) => /^path=/i.test(part))?.slice(5) ?? '/';
    const key = `${name} ${path}`;
    if (value === '') this.cookies.delete(key);
    else this.cookies.set(key, { name, value, path });
  }
}

/** Value of a form field in a page. */
export function fieldValue(page: string, name: string): string {
  const value = new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page)?.[1];
  if (value === undefined) throw new TypeError(`The page has no field ${name}`);
  return value;
}
