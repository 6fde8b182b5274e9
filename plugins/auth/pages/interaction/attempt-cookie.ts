import { cookie } from '../locale.ts';

/** Names the sign-in that goes on in this browser. */
const NAME = 'attempt';

/** What a page of several steps is answered with, and for which of its paths. */
export interface AttemptCookie {
  /** The attempt that the browser goes on with. */
  read(headers: Parameters<typeof cookie>[0]): string | undefined;
  /** Value of Set-Cookie. */
  set(path: string, attempt: string): string;
}

/** The attempt stays in a cookie and out of the page: a page that is saved or shown to somebody does not carry it. */
export function attemptCookie(secure: boolean): AttemptCookie {
  const attributes = (path: string): string =>
    `Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    read(headers) {
      const value = cookie(headers, NAME);
      return value !== undefined && /^[\w-]{1,200}$/.test(value) ? value : undefined;
    },
    set: (path, attempt) => `${NAME}=${attempt}; ${attributes(path)}`,
  };
}
