import type { Definitions, ElementDefinition, StructureDefinition } from './model.ts';

/** How a value is written; the first four are primitives, and differ in JSON only. */
export type ValueKind =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'xhtml'
  | 'complex'
  | 'resource';

/** One property that an object has in JSON, and the element or attribute that it is in XML. */
export interface StructureProperty {
  /** JSON property and XML element alike: `valueQuantity`. */
  readonly name: string;
  /** `_birthDate` for `birthDate`. */
  readonly shadow: string;
  /** Name in FHIRPath: `value` for `valueQuantity`. */
  readonly path: string;
  /** Type code of the value: `Quantity`. */
  readonly type: string;
  /** Place in the sequence of XML; the types of a choice share theirs. */
  readonly order: number;
  readonly kind: ValueKind;
  readonly list: boolean;
  /** True if an instance without it is not valid. */
  readonly required: boolean;
  /** True if it is part of the summary of its structure. */
  readonly summary: boolean;
  /** True for `id` of an element and `url` of an Extension. */
  readonly attribute: boolean;
  /** Plan of the content of a complex element. @throws TypeError where the definitions lack the type */
  readonly content: () => StructurePlan;
}

/** One kind of object. */
export interface StructurePlan {
  /** By JSON property and XML element. */
  readonly properties: ReadonlyMap<string, StructureProperty>;
  /** By the JSON property with id and extensions of a primitive. */
  readonly shadows: ReadonlyMap<string, StructureProperty>;
  readonly attributes: readonly StructureProperty[];
}

/** Gives the plan of a structure; undefined for an unknown path. */
export type StructurePlans = (path: string) => StructurePlan | undefined;

const NUMBERS: Readonly<Record<string, ValueKind>> = {
  boolean: 'boolean',
  integer: 'integer',
  unsignedInt: 'integer',
  positiveInt: 'integer',
  decimal: 'decimal',
  xhtml: 'xhtml',
};

const MADE = new WeakMap<Definitions, StructurePlans>();

/**
 * Plans of all structures, each made when it is first needed; of one set of definitions there is one set of plans.
 * @see https://hl7.org/fhir/R4/xml.html
 * @see https://hl7.org/fhir/R4/json.html
 */
export function structurePlans(definitions: Definitions): StructurePlans {
  const made = MADE.get(definitions) ?? plansOf(definitions);
  MADE.set(definitions, made);
  return made;
}

function plansOf(definitions: Definitions): StructurePlans {
  const plans = new Map<string, StructurePlan>();
  const planOf: StructurePlans = (path) => {
    const known = plans.get(path);
    if (known !== undefined) return known;
    const structure = definitions.structure(path);
    if (structure === undefined) return undefined;
    const plan = compile(definitions, structure, planOf);
    plans.set(path, plan);
    return plan;
  };
  return planOf;
}

function compile(
  definitions: Definitions,
  structure: StructureDefinition,
  planOf: StructurePlans,
): StructurePlan {
  const properties = new Map<string, StructureProperty>();
  const shadows = new Map<string, StructureProperty>();
  const attributes: StructureProperty[] = [];
  let order = 0;
  for (const [elementName, element] of structure.elements) {
    const choice = elementName.endsWith('[x]');
    const path = choice ? elementName.slice(0, -3) : elementName;
    for (const type of element.max === 0 ? [] : element.types) {
      const name = choice ? path + type.charAt(0).toUpperCase() + type.slice(1) : path;
      const attribute = isAttribute(structure, path);
      const shadow = `_${name}`;
      const property: StructureProperty = {
        name,
        shadow,
        path,
        type,
        order,
        kind: kindOf(definitions, type),
        list: element.max > 1,
        required: element.min > 0,
        summary: element.summary,
        attribute,
        content: contentOf(element, type, planOf),
      };
      if (attribute) attributes.push(property);
      properties.set(name, property);
      if (!attribute && definitions.structure(type)?.kind === 'primitive') {
        shadows.set(shadow, property);
      }
    }
    order += 1;
  }
  return { properties, shadows, attributes };
}

/** @see https://hl7.org/fhir/R4/xml.html#1 "Infrastructural attributes" */
function isAttribute({ kind, path }: StructureDefinition, name: string): boolean {
  return (name === 'id' && kind !== 'resource') || (name === 'url' && path === 'Extension');
}

function kindOf(definitions: Definitions, type: string): ValueKind {
  if (type === 'Resource' || definitions.isResourceType(type)) return 'resource';
  if (definitions.structure(type)?.kind !== 'primitive') return 'complex';
  return NUMBERS[type] ?? 'text';
}

function contentOf(
  element: ElementDefinition,
  type: string,
  planOf: StructurePlans,
): () => StructurePlan {
  const path = element.structure ?? type;
  let plan: StructurePlan | undefined;
  return () => {
    plan ??= planOf(path);
    if (plan === undefined) throw new TypeError(`The definitions lack the type ${path}`);
    return plan;
  };
}
