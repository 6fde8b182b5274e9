/**
 * Reduces the FHIRPath of a search parameter to what concerns one resource type: unions at the top are split, also
 * behind parentheses (`(A | B).where(x)` is `A.where(x) | B.where(x)`), branches of other types are dropped, and the
 * abstract types are replaced by the type itself (`Resource.meta.tag` is `Patient.meta.tag`).
 * @returns '' where nothing concerns the type.
 */
export function reduceExpression(
  expression: string,
  resourceType: string,
  isTypeName: (name: string) => boolean,
): string {
  return branches(expression)
    .map((branch) => ofType(branch, resourceType, isTypeName))
    .filter((branch) => branch !== undefined)
    .join(' | ');
}

/** The branches of the union, each without needless parentheses. */
function branches(expression: string): readonly string[] {
  return splitUnion(expression).flatMap((part) => {
    const close = part.startsWith('(') ? closing(part) : -1;
    if (close < 0) return [part];
    const suffix = part.slice(close + 1);
    // Only a path may follow: `(a | b) = c` is no union.
    if (suffix !== '' && !suffix.startsWith('.')) return [part];
    return branches(part.slice(1, close)).map((inner) => `${inner}${suffix}`);
  });
}

function ofType(
  branch: string,
  resourceType: string,
  isTypeName: (name: string) => boolean,
): string | undefined {
  const root = /^[A-Z]\w*/.exec(branch)?.[0];
  if (root === undefined || root === resourceType || !isTypeName(root)) return branch;
  if (root !== 'Resource' && root !== 'DomainResource') return undefined;
  return branch.replace(/(?<![\w.'])(?:Domain)?Resource(?=\.)/g, resourceType);
}

function splitUnion(expression: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  forEachOutside(expression, (character, index, depth) => {
    if (character !== '|' || depth !== 0) return;
    parts.push(expression.slice(start, index).trim());
    start = index + 1;
  });
  return [...parts, expression.slice(start).trim()].filter((part) => part !== '');
}

/** Index of the parenthesis that closes the one at the start, or -1. */
function closing(text: string): number {
  let found = -1;
  forEachOutside(text, (character, index, depth) => {
    if (found < 0 && character === ')' && depth === 0) found = index;
  });
  return found;
}

/** Visits the characters outside of string literals, with the depth of parentheses after each. */
function forEachOutside(
  text: string,
  visit: (character: string, index: number, depth: number) => void,
): void {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "'" && text.charAt(index - 1) !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    visit(character, index, depth);
  }
}
