import { GERMAN_WORDS } from './de.ts';
import { ENGLISH_WORDS } from './en.ts';
import type { Words } from './words.ts';

/** The languages of the plain access log. */
export const LANGUAGES: ReadonlyMap<string, Words> = new Map(
  [GERMAN_WORDS, ENGLISH_WORDS].map((words) => [words.language, words]),
);

/** Longest header that is looked at. */
const MAX_HEADER = 500;

/** The words in the first language that the reader wants and we have, else German. @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-language */
export function wordsFor(acceptLanguage: string | undefined): Words {
  const wanted = (acceptLanguage ?? '')
    .slice(0, MAX_HEADER)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag, quality: quality === undefined ? 1 : Number(quality.trim().slice(2)) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const words = LANGUAGES.get(tag.toLowerCase().split('-', 1)[0] ?? '');
    if (words !== undefined) return words;
  }
  return GERMAN_WORDS;
}
