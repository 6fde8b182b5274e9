/**
 * The smallest text that is greater than every text beginning with `prefix`, in the byte order of UTF-8 (collation "C"):
 * a prefix search becomes a range, which an index serves whatever the parameter is.
 */
export function upperBound(prefix: string): string {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const code = (last.codePointAt(0) ?? 0) + 1;
    // U+10FFFF has no successor: the character before it is raised instead. Surrogates are no characters.
    if (code <= 0x10ffff)
      return points.join('') + String.fromCodePoint(code === 0xd800 ? 0xe000 : code);
  }
  return '\u{10ffff}\u{10ffff}';
}
