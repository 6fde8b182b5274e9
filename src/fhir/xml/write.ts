import { parseExact } from '../../json/exact.ts';
import { escapeXml } from './escape.ts';
import { FHIR_NAMESPACE } from './names.ts';
import { narrativeXml } from './narrative.ts';
import type {
  StructurePlan,
  StructurePlans,
  StructureProperty,
} from '../../definitions/structure-plan.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** How XML is laid out. */
export interface XmlLayout {
  /** True for a line per element. */
  readonly pretty?: boolean;
}

/**
 * A resource as XML: elements in the order of the definitions, decimals digit by digit, narratives as they are. What the
 * definitions do not know cannot be said in XML and is left out.
 * @param text JSON text of a resource
 * @throws SyntaxError, TypeError where the text is no resource that the definitions know
 * @see https://hl7.org/fhir/R4/xml.html
 */
export function writeXml(
  plans: StructurePlans,
  text: string,
  { pretty = false }: XmlLayout = {},
): string {
  const resource = parseExact(text).exact as JsonObject;
  const writer = new XmlWriter(plans, pretty);
  return `<?xml version="1.0" encoding="UTF-8"?>${writer.resource(resource, pretty ? '\n' : '', ` xmlns="${FHIR_NAMESPACE}"`)}`;
}

class XmlWriter {
  readonly #plans: StructurePlans;
  readonly #indent: string;
  readonly #extension: StructurePlan;

  constructor(plans: StructurePlans, pretty: boolean) {
    this.#plans = plans;
    this.#indent = pretty ? '  ' : '';
    this.#extension = required(plans('Extension'), 'Extension');
  }

  /** @param line line feed and indentation before the element; '' where it follows directly */
  resource(resource: JsonObject, line: string, attributes = ''): string {
    const { resourceType } = resource;
    const type = typeof resourceType === 'string' ? resourceType : '';
    const plan = required(this.#plans(type), type);
    return this.#element(
      type,
      attributes,
      this.#children(plan, resource, line + this.#indent),
      line,
    );
  }

  #element(name: string, attributes: string, children: string, line: string): string {
    return children === ''
      ? `${line}<${name}${attributes}/>`
      : `${line}<${name}${attributes}>${children}${line}</${name}>`;
  }

  #children(plan: StructurePlan, object: JsonObject, line: string): string {
    let text = '';
    for (const property of inOrder(plan, object)) {
      const { name, shadow, list } = property;
      const value = object[name];
      const beside = object[shadow];
      if (!list) text += this.#item(property, value, beside, line);
      else {
        const values = Array.isArray(value) ? value : [];
        const besides = Array.isArray(beside) ? beside : [];
        const length = Math.max(values.length, besides.length);
        for (let index = 0; index < length; index += 1) {
          text += this.#item(property, values[index], besides[index], line);
        }
      }
    }
    return text;
  }

  #item(property: StructureProperty, value: unknown, beside: unknown, line: string): string {
    const { name, kind } = property;
    switch (kind) {
      case 'complex':
        return isObject(value) ? this.#complex(name, property.content(), value, line) : '';
      case 'resource':
        if (!isObject(value)) return '';
        return this.#element(name, '', this.resource(value, line + this.#indent), line);
      case 'xhtml':
        return typeof value === 'string' ? line + narrativeXml(value) : '';
      default:
        return this.#primitive(name, value, isObject(beside) ? beside : {}, line);
    }
  }

  #complex(name: string, plan: StructurePlan, value: JsonObject, line: string): string {
    let attributes = '';
    for (const attribute of plan.attributes) {
      const given = value[attribute.name];
      if (typeof given === 'string') attributes += ` ${attribute.name}="${escapeXml(given)}"`;
    }
    return this.#element(name, attributes, this.#children(plan, value, line + this.#indent), line);
  }

  #primitive(name: string, value: unknown, beside: JsonObject, line: string): string {
    const { id, extension } = beside;
    let attributes = typeof id === 'string' ? ` id="${escapeXml(id)}"` : '';
    if (value !== undefined && value !== null) attributes += ` value="${lexical(value)}"`;
    let children = '';
    for (const item of Array.isArray(extension) ? (extension as unknown[]) : []) {
      if (isObject(item))
        children += this.#complex('extension', this.#extension, item, line + this.#indent);
    }
    return attributes === '' && children === ''
      ? ''
      : this.#element(name, attributes, children, line);
  }
}

/** Properties that an object has, in the order of XML; stored resources mostly have that order already. */
function inOrder(plan: StructurePlan, object: JsonObject): readonly StructureProperty[] {
  const found: StructureProperty[] = [];
  let sorted = true;
  let last = -1;
  for (const key of Object.keys(object)) {
    const shadowed = key.charCodeAt(0) === UNDERSCORE ? plan.shadows.get(key) : undefined;
    if (shadowed !== undefined && object[shadowed.name] !== undefined) continue;
    const property = shadowed ?? plan.properties.get(key);
    if (property === undefined || property.attribute) continue;
    sorted &&= property.order >= last;
    last = property.order;
    found.push(property);
  }
  return sorted ? found : found.sort((a, b) => a.order - b.order);
}

const UNDERSCORE = 95;

/** Numbers that a double cannot hold are raw JSON here, which keeps their digits. */
function lexical(value: unknown): string {
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const { rawJSON } = value as { readonly rawJSON?: unknown };
  return typeof rawJSON === 'string' ? escapeXml(rawJSON) : '';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function required(plan: StructurePlan | undefined, type: string): StructurePlan {
  if (plan === undefined) throw new TypeError(`The definitions lack the type ${type}`);
  return plan;
}
