import type { SearchRequest } from '../search/expression.ts';
import type { JsonResource } from '../storage/content.ts';
import type { Definitions } from '../definitions/model.ts';
import {
  type StructurePlan,
  type StructureProperty,
  structurePlans,
} from '../definitions/structure-plan.ts';
import { parseExact } from '../json/exact.ts';
import { isSubsetted, SUBSETTED } from '../access/view/subsetted.ts';
import { type ShownText, shownText } from '../storage/repository/shown/shown-text.ts';

/** What is asked for; nothing means the whole resource. */
export type SubsetWish = Pick<SearchRequest, 'elements' | 'summary'>;

type JsonObject = Readonly<Record<string, unknown>>;

/** Members that are never left out: who reads without them takes the rest for something else. */
const ALWAYS = new Set(['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension']);

/**
 * The part of a resource that `_elements` or `_summary` asks for, as JSON text; the very same text where neither does.
 * Mandatory elements stay, and the tag SUBSETTED says that others may be missing.
 * @see https://hl7.org/fhir/R4/search.html#elements
 * @see https://hl7.org/fhir/R4/search.html#summary
 */
export function subset(definitions: Definitions, content: ShownText, wish: SubsetWish): ShownText {
  if (isWhole(wish)) return content;
  return shownText(
    JSON.stringify(part(definitions, parseExact(content).exact as JsonObject, wish)),
  );
}

/** The same for every resource of a Bundle; for another resource as {@link subset}. */
export function subsetBundle(definitions: Definitions, content: string, wish: SubsetWish): string {
  if (isWhole(wish)) return content;
  const bundle = parseExact(content).exact as JsonObject;
  const { resourceType, entry } = bundle;
  if (resourceType === 'OperationOutcome' || resourceType === 'Parameters') return content;
  if (resourceType !== 'Bundle') return JSON.stringify(part(definitions, bundle, wish));
  if (!Array.isArray(entry)) return content;
  return JSON.stringify({
    ...bundle,
    entry: entry.map((item: JsonObject) =>
      isObject(item['resource'])
        ? { ...item, resource: part(definitions, item['resource'], wish) }
        : item,
    ),
  });
}

function isWhole({ elements, summary }: SubsetWish): boolean {
  return (
    elements === undefined && (summary === undefined || summary === 'false' || summary === 'count')
  );
}

function part(
  definitions: Definitions,
  resource: JsonObject,
  { elements, summary }: SubsetWish,
): JsonObject {
  const type = String(resource['resourceType']);
  const plan = structurePlans(definitions)(type);
  // An OperationOutcome of the answer is no data that somebody could ask less of.
  if (plan === undefined || type === 'OperationOutcome') return resource;
  let kept = resource;
  if (summary === 'true') kept = summaryOf(plan, kept);
  else if (summary === 'text') kept = members(plan, kept, ({ name }) => name === 'text');
  else if (summary === 'data') kept = members(plan, kept, ({ name }) => name !== 'text');
  if (elements !== undefined) {
    const names = namesFor(type, elements);
    // Names that are qualified by other types ask nothing of this one.
    if (names.size > 0)
      kept = members(plan, kept, ({ name, path }) => names.has(name) || names.has(path));
  }
  const { meta } = kept as { readonly meta?: JsonResource['meta'] };
  const tags = (meta?.tag ?? []).filter((tag) => !isSubsetted(tag));
  return { ...kept, meta: { ...meta, tag: [...tags, SUBSETTED] } };
}

/** Names of root elements: `name`, or `Patient.name` for Patients alone; a longer path keeps all of its root element. */
function namesFor(type: string, elements: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const element of elements) {
    const [first = '', second] = element.split('.');
    if (!/^[A-Z]/.test(first)) names.add(first);
    else if (first === type && second !== undefined) names.add(second);
  }
  return names;
}

/** Members that are wanted, mandatory, or never left out. */
function members(
  plan: StructurePlan,
  resource: JsonObject,
  wanted: (property: StructureProperty) => boolean,
): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => {
      if (ALWAYS.has(key)) return true;
      const property = propertyOf(plan, key);
      return property !== undefined && (property.required || wanted(property));
    }),
  );
}

/** Elements of the summary at every level, and the mandatory ones. */
function summaryOf(plan: StructurePlan, object: JsonObject): JsonObject {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const property = propertyOf(plan, key);
    if (property === undefined || ALWAYS.has(key) || property.attribute) result[key] = value;
    else if (!property.required && !property.summary) continue;
    else if (property.kind !== 'complex') result[key] = value;
    else {
      const content = property.content();
      result[key] = Array.isArray(value)
        ? value.map((item: JsonObject) => summaryOf(content, item))
        : summaryOf(content, value as JsonObject);
    }
  }
  return result;
}

function propertyOf(plan: StructurePlan, key: string): StructureProperty | undefined {
  return plan.properties.get(key) ?? plan.shadows.get(key);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
