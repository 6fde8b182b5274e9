import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';

/** One token of a `_filter`; a string is one in quotes, without them and unescaped. */
export interface FilterToken {
  readonly kind: 'word' | 'string' | 'symbol';
  readonly text: string;
  /** Position of its first character, from 1. */
  readonly position: number;
}

const SPACE = /\s/;
const SYMBOL = /[()[\]]/;

/**
 * Cuts a `_filter` into words, strings in quotes, and the brackets around them. A string is one of JSON. A dot behind a
 * closing bracket begins the rest of a path.
 * @throws FhirError `SEARCH_INVALID_FILTER`
 */
export function filterTokens(text: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (SPACE.test(character)) at += 1;
    else if (SYMBOL.test(character)) {
      tokens.push({ kind: 'symbol', text: character, position: at + 1 });
      at += 1;
    } else if (character === '"') {
      const end = stringEnd(text, at);
      tokens.push({ kind: 'string', text: unquoted(text.slice(at, end), at), position: at + 1 });
      at = end;
    } else {
      const end = wordEnd(text, at);
      tokens.push({ kind: 'word', text: text.slice(at, end), position: at + 1 });
      at = end;
    }
  }
  return tokens;
}

/** The error for an expression that cannot be read. @param position from 1 */
export function invalidFilter(position: number, reason: string): FhirError {
  return fhirError('SEARCH_INVALID_FILTER', { position, reason });
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !SPACE.test(text.charAt(end)) && !SYMBOL.test(text.charAt(end))) {
    end += 1;
  }
  return end;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  throw invalidFilter(start + 1, 'the quotes are not closed');
}

function unquoted(text: string, start: number): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw invalidFilter(start + 1, 'the text in quotes is not one of JSON');
  }
}
