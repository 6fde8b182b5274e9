/** Names that a document has given to values, such as an id the server chose. */
export type Names = Map<string, string>;

const NAME = /\{\{([a-z][a-z-]*)\}\}/g;

/** Puts the values in place of their names. @throws TypeError for a name that nothing has given a value */
export function resolved(text: string, names: Names): string {
  return text.replaceAll(NAME, (_, name: string) => {
    const value = names.get(name);
    if (value === undefined) throw new TypeError(`{{${name}}} is not known yet`);
    return value;
  });
}

/**
 * What an answer says differently from the document, as paths; empty where it agrees. In the document `…` stands for any
 * text, `{{name}}` for one that keeps its value, and what an object has beside the members shown does not count. Lists
 * have the entries shown and no others, unless the last one is `…`.
 */
export function differences(shown: unknown, actual: unknown, names: Names, path = ''): string[] {
  if (typeof shown === 'string') {
    return typeof actual === 'string' && textAgrees(shown, actual, names)
      ? []
      : [`${path}: ${JSON.stringify(shown)} is ${JSON.stringify(actual)}`];
  }
  if (Array.isArray(shown)) return listDifferences(shown, actual, names, path);
  if (typeof shown === 'object' && shown !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${path}: there is no object`];
    return Object.entries(shown).flatMap(([key, value]) =>
      differences(value, (actual as Record<string, unknown>)[key], names, `${path}.${key}`),
    );
  }
  return shown === actual ? [] : [`${path}: ${String(shown)} is ${JSON.stringify(actual)}`];
}

function listDifferences(
  shown: readonly unknown[],
  actual: unknown,
  names: Names,
  path: string,
): string[] {
  if (!Array.isArray(actual)) return [`${path}: there is no list`];
  const open = shown.at(-1) === '…';
  const expected = open ? shown.slice(0, -1) : shown;
  if (open ? actual.length < expected.length : actual.length !== expected.length) {
    return [`${path}: ${String(expected.length)} entries are ${String(actual.length)}`];
  }
  return expected.flatMap((item, index) =>
    differences(item, actual[index], names, `${path}[${String(index)}]`),
  );
}

function textAgrees(shown: string, actual: string, names: Names): boolean {
  const groups: string[] = [];
  const pattern = shown
    .split(/(…|\{\{[a-z][a-z-]*\}\})/)
    .map((part) => {
      if (part === '…') return '.*';
      const name = /^\{\{(.*)\}\}$/.exec(part)?.[1];
      if (name === undefined) return literal(part);
      const known = names.get(name);
      if (known !== undefined) return literal(known);
      groups.push(name);
      return '([A-Za-z0-9._~-]+)';
    })
    .join('');
  const match = new RegExp(`^${pattern}$`, 's').exec(actual);
  if (match === null) return false;
  for (const [index, name] of groups.entries()) names.set(name, match[index + 1] ?? '');
  return true;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
