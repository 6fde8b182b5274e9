/** Most parameters of a statement: the protocol counts them in 16 bits. */
const MOST = 65_535;

/**
 * Values of a statement in the text format of PostgreSQL, or undefined where one is of a kind that the driver has to
 * print: bytes, dates, nested arrays.
 */
export function textValues(values: readonly unknown[]): readonly (string | null)[] | undefined {
  if (values.length > MOST) return undefined;
  const texts: (string | null)[] = [];
  for (const value of values) {
    const text = Array.isArray(value) ? arrayText(value) : scalarText(value);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

function scalarText(value: unknown): string | null | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return null;
    default:
      return value === null ? null : undefined;
  }
}

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(items: readonly unknown[]): string | undefined {
  let text = '{';
  for (const [index, item] of items.entries()) {
    const scalar = scalarText(item);
    if (scalar === undefined) return undefined;
    if (index > 0) text += ',';
    text += scalar === null ? 'NULL' : typeof item === 'string' ? quoted(scalar) : scalar;
  }
  return `${text}}`;
}

function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
