import type { StructureProperty } from '../../definitions/structure-plan.ts';
import { maskText } from './mask-text.ts';
import { masksOf, type Sight } from './sight.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A primitive in JSON: the value, and beside it its id and extensions. */
interface Primitive {
  readonly value?: unknown;
  readonly shadow?: unknown;
}

/**
 * Projects a primitive element with what stands beside it under its name with `_`: masked without ids and extensions, which
 * may say what the mask takes away (the time of birth stands beside the date).
 * @param sights of the element, at least one
 * @param projectElement projects id and extensions; undefined where nothing is left
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
export function projectPrimitive(
  object: JsonObject,
  property: StructureProperty,
  sights: readonly Sight[],
  projectElement: (element: JsonObject) => unknown,
): Primitive {
  const value = object[property.name];
  const masks = masksOf(sights);
  if (masks !== undefined) {
    if (!Array.isArray(value)) return { value: maskText(value, property.type, masks) };
    const shown = value
      .map((item) => maskText(item, property.type, masks))
      .filter((item) => item !== undefined);
    return shown.length === 0 ? {} : { value: shown };
  }
  const shadow = object[property.shadow];
  if (shadow === undefined) return { value };
  if (!Array.isArray(shadow)) return { value, shadow: projectElement(shadow as JsonObject) };
  return projectList(value, shadow, projectElement);
}

/** Both lists run in parallel; what is empty in both is left out of both. */
function projectList(
  value: unknown,
  shadow: readonly unknown[],
  projectElement: (element: JsonObject) => unknown,
): Primitive {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  const pairs = Array.from({ length: Math.max(values.length, shadow.length) }, (_, index) => {
    const element = shadow[index];
    return {
      value: values[index] ?? null,
      shadow: isElement(element) ? (projectElement(element) ?? null) : null,
    };
  }).filter((pair) => pair.value !== null || pair.shadow !== null);
  return {
    ...(pairs.some((pair) => pair.value !== null)
      ? { value: pairs.map((pair) => pair.value) }
      : {}),
    ...(pairs.some((pair) => pair.shadow !== null)
      ? { shadow: pairs.map((pair) => pair.shadow) }
      : {}),
  };
}

function isElement(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
