import type { IncomingMessage } from 'node:http';
import { LANGUAGES } from './texts.ts';
import type { Language } from './texts.ts';

/** Cookie that keeps what the language link chose. */
const LANGUAGE_COOKIE = 'language';
const COOKIE_SECONDS = 365 * 86_400;

/**
 * The first language we have: `ui_locales` of the request, then Accept-Language, else German.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
 */
export function languageFor(uiLocales: unknown, acceptLanguage: string | undefined): Language {
  const wanted = [
    ...(typeof uiLocales === 'string' ? uiLocales.slice(0, 200).split(' ') : []),
    ...byQuality((acceptLanguage ?? '').slice(0, 500)),
  ];
  for (const tag of wanted) {
    const language = known(tag.toLowerCase().split('-')[0]);
    if (language !== undefined) return language;
  }
  return 'de';
}

/** Language of a request: what the person chose with the link goes before what app and browser say. */
export function requestLanguage(
  headers: IncomingMessage['headers'],
  uiLocales?: unknown,
): Language {
  return (
    known(cookie(headers, LANGUAGE_COOKIE)) ?? languageFor(uiLocales, headers['accept-language'])
  );
}

/** The language that a link asks for with `?lang=`, and the cookie that keeps it. */
export function chosenLanguage(
  query: URLSearchParams,
  secure: boolean,
): { readonly language: Language; readonly cookie: string } | undefined {
  const language = known(query.get('lang') ?? undefined);
  if (language === undefined) return undefined;
  const attributes = `Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`;
  return {
    language,
    cookie: `${LANGUAGE_COOKIE}=${language}; ${attributes}${secure ? '; Secure' : ''}`,
  };
}

/** Value of a cookie of a request. */
export function cookie(headers: IncomingMessage['headers'], name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').slice(0, 8192).split(';')) {
    const [key = '', ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

function known(tag: string | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === tag);
}

function byQuality(header: string): string[] {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag, quality: quality === undefined ? 1 : Number(quality.trim().slice(2)) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
