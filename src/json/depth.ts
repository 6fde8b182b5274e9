import { endOfString } from './string-end.ts';

/** Levels of lists and objects that a body may have; a valid resource has at most 64, and a Bundle adds some. */
export const MAX_JSON_DEPTH = 128;

const QUOTE = 0x22;

/**
 * True if a JSON text nests lists and objects deeper than {@link MAX_JSON_DEPTH}. Looked at before the text is parsed,
 * because whatever walks the result recursively would run out of stack.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        if (depth > MAX_JSON_DEPTH) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
    }
  }
  return false;
}
