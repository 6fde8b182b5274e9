import type { JsonResource } from './content.ts';
import type { TextRow } from './text-row.ts';

/** What is indexed as words: nothing, the narrative, or also all strings of a resource. */
export type FullTextScope = 'off' | 'narrative' | 'content';

/** Characters of a text that are indexed: PostgreSQL holds a megabyte of words in one value. */
const MAX_LENGTH = 100_000;

/** Members whose strings are no words. */
const NO_WORDS: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'data']);

const TAG = /<[^<>]*>/g;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-zA-Z]{1,8}));/g;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  szlig: 'ß',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
};

/** The text of a resource that is indexed as words. @returns null where it has none */
export function textRow(resource: JsonResource, scope: FullTextScope): TextRow | null {
  if (scope === 'off') return null;
  const { div } = (resource['text'] ?? {}) as { readonly div?: unknown };
  const narrative = typeof div === 'string' ? clean(withoutMarkup(div)) : '';
  const content = scope === 'content' ? clean(`${narrative} ${stringsOf(resource)}`) : '';
  if (narrative === '' && content === '') return null;
  return {
    narrative: narrative === '' ? null : narrative,
    content: content === '' ? null : content,
  };
}

/** The text of XHTML: elements become spaces, entities the characters they stand for. */
export function withoutMarkup(xhtml: string): string {
  return xhtml
    .slice(0, 4 * MAX_LENGTH)
    .replace(TAG, ' ')
    .replace(ENTITY, (entity, decimal?: string, hexadecimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? ' ';
      const code = Number.parseInt(decimal ?? hexadecimal ?? '', decimal === undefined ? 16 : 10);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
        ? String.fromCodePoint(code)
        : entity;
    });
}

function stringsOf(resource: JsonResource): string {
  const parts: string[] = [];
  let length = 0;
  const visit = (value: unknown, depth: number): void => {
    if (length > MAX_LENGTH) return;
    if (typeof value === 'string') {
      parts.push(value);
      length += value.length + 1;
    } else if (Array.isArray(value)) {
      for (const item of value) visit(item, depth);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        // The narrative has been taken; the text of a concept or a name is a string like others.
        if (key !== 'text' ? !NO_WORDS.has(key) : depth > 0) visit(member, depth + 1);
      }
    }
  };
  visit(resource, 0);
  return parts.join(' ');
}

/** White space as one blank each; nothing that PostgreSQL cannot store. */
function clean(text: string): string {
  return text
    .replaceAll('\u0000', ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .toWellFormed();
}
