import { ENGLISH } from './texts-en.ts';
import { GERMAN } from './texts-de.ts';
import type { Texts } from './texts.ts';

const LANGUAGES: ReadonlyMap<string, Texts> = new Map([
  ['de', GERMAN],
  ['en', ENGLISH],
]);

/**
 * Texts in the first language we have: `ui_locales` of the request, then Accept-Language, else German.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
 */
export function textsFor(uiLocales: unknown, acceptLanguage: string | undefined): Texts {
  const wanted = [
    ...(typeof uiLocales === 'string' ? uiLocales.slice(0, 200).split(' ') : []),
    ...byQuality((acceptLanguage ?? '').slice(0, 500)),
  ];
  for (const tag of wanted) {
    const texts = LANGUAGES.get(tag.toLowerCase().split('-')[0] ?? '');
    if (texts !== undefined) return texts;
  }
  return GERMAN;
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
