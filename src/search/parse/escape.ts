/**
 * Cuts a value at a separator that no backslash escapes. The pieces stay escaped.
 * @see https://hl7.org/fhir/R4/search.html#escaping
 */
export function splitUnescaped(value: string, separator: ',' | '|' | '$'): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\') i++;
    else if (value[i] === separator) {
      pieces.push(value.slice(start, i));
      start = i + 1;
    }
  }
  pieces.push(value.slice(start));
  return pieces;
}

/** Takes the escapes away: `\,` `\|` `\$` `\\`. Any other backslash stands for itself. */
export function unescapeValue(value: string): string {
  return value.includes('\\') ? value.replace(/\\([,|$\\])/g, '$1') : value;
}

/** Writes a text so that it is read as one value, whatever it contains. */
export function escapeValue(text: string): string {
  return text.replace(/[,|$\\]/g, '\\$&');
}
