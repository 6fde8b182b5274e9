import { GkvMessageError } from './gkv-message-error.ts';
import type { XmlElement } from './xml-element.ts';

const SCHEMA_INSTANCE = '{http://www.w3.org/2001/XMLSchema-instance}';

/** One particle of a sequence: a name and how often it may occur. */
export interface Particle {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/**
 * Holds an element with element-only content against the sequence of its complex type: names, order, number, no text
 * between.
 * @throws GkvMessageError XML_STRUCTURE
 */
export function checkSequence(
  element: XmlElement,
  namespace: string,
  sequence: readonly Particle[],
): void {
  if (element.text.trim() !== '') throw structureError(element.name);
  let next = 0;
  for (const { name, min, max } of sequence) {
    let count = 0;
    while (isNamed(element.children[next], namespace, name)) {
      count += 1;
      next += 1;
    }
    if (count < min || count > max) throw structureError(`${element.name}/${name}`);
  }
  if (next !== element.children.length) throw structureError(element.name);
}

/**
 * Holds the attributes of an element against the names its type declares; those of XML Schema instance are free.
 * @throws GkvMessageError XML_STRUCTURE
 */
export function checkAttributes(element: XmlElement, names: readonly string[]): void {
  for (const name of element.attributes.keys()) {
    if (!names.includes(name) && !name.startsWith(SCHEMA_INSTANCE))
      throw structureError(element.name);
  }
}

/**
 * The text of an element of simple type: no children, no attributes, value by the pattern.
 * @throws GkvMessageError XML_STRUCTURE, XML_VALUE
 */
export function simpleValue(
  element: XmlElement,
  read: (text: string) => string,
  accepts: (value: string) => boolean,
): string {
  checkAttributes(element, []);
  if (element.children.length > 0) throw structureError(element.name);
  const value = read(element.text);
  if (!accepts(value)) throw new GkvMessageError('XML_VALUE', { path: element.name });
  return value;
}

function isNamed(element: XmlElement | undefined, namespace: string, name: string): boolean {
  return element?.namespace === namespace && element.name === name;
}

function structureError(path: string): GkvMessageError {
  return new GkvMessageError('XML_STRUCTURE', { path });
}
