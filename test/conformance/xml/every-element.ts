import type { Definitions, ElementDefinition } from '../../../src/definitions/model.ts';

/** A number as its text, which no double would print like that. */
function raw(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

const DIV =
  '<div xmlns="http://www.w3.org/1999/xhtml">a &amp; b <b title="&quot;x&quot;">ü</b><br/><!-- c --></div>';

/** Values of the primitive types; whatever is not listed is a text with all that XML must escape. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  integer: [0, -3, 2147483647],
  unsignedInt: [0, 12],
  positiveInt: [1, 99],
  decimal: [raw('1.10'), raw('1e-3'), raw('-0.0000001'), 12.5, raw('123456789012345678.90')],
  code: ['x', 'a b'],
  id: ['a-1'],
  date: ['2024-02', '2024-02-29'],
  dateTime: ['2024', '2024-02-29T10:00:00.120+01:00'],
  instant: ['2024-02-29T10:00:00.100Z'],
  time: ['10:00:00'],
  base64Binary: ['QUJD', 'QUJDRA=='],
  xhtml: [DIV],
};
const TEXTS = ['x', ' a<b>&"c"\n\tü 𝄞 \r\n', "it's ]]> &amp; &#10;"];

type Json = Record<string, unknown>;

/**
 * Resources that use every element of a type: each element, lists with two items, every type of each choice in turn,
 * primitives with value, with value and extension, and with an extension alone. Members stand in the order of the
 * definitions.
 * @param turn which of the types and values is taken where there are several
 */
export function everyElement(definitions: Definitions, type: string, turn: number): Json {
  let counter = turn;
  const next = (): number => (counter += 1);

  const extension = (): Json => ({ url: 'urn:test:extension', valueDecimal: raw('2.50') });

  function object(path: string, within: readonly string[]): Json {
    const result: Json = {};
    for (const [name, element] of definitions.structure(path)?.elements ?? []) {
      if (element.max === 0) continue;
      const types = element.types;
      const one = types[turn % types.length] ?? '';
      const key = name.endsWith('[x]')
        ? name.slice(0, -3) + one.charAt(0).toUpperCase() + one.slice(1)
        : name;
      property(result, key, one, element, path, within);
    }
    return result;
  }

  function property(
    result: Json,
    key: string,
    type: string,
    element: ElementDefinition,
    path: string,
    within: readonly string[],
  ): void {
    const list = element.max > 1;
    const isAttribute =
      (key === 'id' && definitions.structure(path)?.kind !== 'resource') ||
      (key === 'url' && path === 'Extension');
    if (isAttribute) {
      result[key] = key === 'id' ? `e${String(next())}` : 'urn:test:extension';
      return;
    }
    if (key === 'extension' || key === 'modifierExtension') {
      if (within.length < 3) result[key] = [extension(), extension()];
      return;
    }
    if (definitions.structure(type)?.kind === 'primitive') {
      primitive(result, key, type, list);
      return;
    }
    const made = list ? [complex(type, element, within)] : complex(type, element, within);
    if (Array.isArray(made) ? made[0] !== undefined : made !== undefined) result[key] = made;
  }

  function primitive(result: Json, key: string, type: string, list: boolean): void {
    const values = VALUES[type] ?? TEXTS;
    const value = (): unknown => values[next() % values.length];
    const beside = { id: 'p', extension: [extension()] };
    if (type === 'xhtml') result[key] = value();
    else if (list) {
      result[key] = [value(), null, value()];
      result[`_${key}`] = [null, { extension: [extension()] }, beside];
    } else {
      const kind = next() % 3;
      if (kind < 2) result[key] = value();
      if (kind > 0) result[`_${key}`] = beside;
    }
  }

  function complex(type: string, element: ElementDefinition, within: readonly string[]): unknown {
    if (type === 'Resource' || definitions.isResourceType(type))
      return { resourceType: 'Basic', id: 'b', code: { text: 'x' } };
    const path = element.structure ?? type;
    // Structures contain themselves: once more is enough, and deep ones end with an extension.
    if (within.filter((outer) => outer === path).length > 1) return undefined;
    if (within.length > 4) return { extension: [extension()] };
    return object(path, [...within, path]);
  }

  return { resourceType: type, ...object(type, [type]) };
}
