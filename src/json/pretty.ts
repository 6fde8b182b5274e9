import { endOfString } from './string-end.ts';

/**
 * A JSON text with a line per member, indented by two. Works on the text: numbers keep their digits.
 * @param text JSON without white space between its tokens, or with some
 */
export function prettyJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  const flush = (end: number): void => {
    const piece = text.slice(from, end).trim();
    if (piece !== '') parts.push(piece);
    from = end + 1;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') index = endOfString(text, index);
    else if (character === '{' || character === '[') {
      flush(index);
      const end = emptyUntil(text, index + 1);
      if (end > 0) {
        parts.push(character, text.charAt(end));
        index = end;
        from = end + 1;
      } else {
        depth += 1;
        parts.push(character, lineOf(depth));
      }
    } else if (character === '}' || character === ']') {
      flush(index);
      depth -= 1;
      parts.push(lineOf(depth), character);
    } else if (character === ',') {
      flush(index);
      parts.push(',', lineOf(depth));
    } else if (character === ':') {
      flush(index);
      parts.push(': ');
    }
  }
  flush(text.length);
  return parts.join('');
}

function lineOf(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

/** Position of the bracket that closes an empty list or object; -1 where it is not empty. */
function emptyUntil(text: string, start: number): number {
  let index = start;
  while (/\s/.test(text.charAt(index))) index += 1;
  return text.charAt(index) === '}' || text.charAt(index) === ']' ? index : -1;
}
