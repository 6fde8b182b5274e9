import type {
  Definitions,
  ElementDefinition,
  StructureDefinition,
} from '../../definitions/model.ts';
import { checkObject } from './check-object.ts';
import { boundConcept } from './bound-concept.ts';
import { dataTypeInvariants, type JsonObject } from './invariants.ts';
import type { ObjectPlan, PropertyPlan } from './plan.ts';
import { PRIMITIVES, type ValueCheck } from './primitives.ts';
import { containedCheck, type PlanOf, resourceCheck } from './resource.ts';
import { report } from './state.ts';

/**
 * Makes plans from definitions, each when it is first needed.
 * @returns the plan of a structure by its path; undefined for an unknown path.
 * @throws TypeError from the returned function where the definitions name a type that they do not define.
 */
export function planCompiler(definitions: Definitions): PlanOf {
  const plans = new Map<string, ObjectPlan>();
  const invariants = dataTypeInvariants(definitions.isResourceType);
  const planOf: PlanOf = (path) => {
    const known = plans.get(path);
    if (known !== undefined) return known;
    const structure = definitions.structure(path);
    if (structure === undefined) return undefined;
    const plan: ObjectPlan = {
      path,
      ...properties(structure, checks),
      element: structure.kind !== 'resource',
      shadow: false,
      invariant: invariants.get(path),
    };
    plans.set(path, plan);
    return plan;
  };
  const checks = checkFactory(definitions, planOf);
  return planOf;
}

/** Makes the checks of values; plans are resolved when first used, because structures contain themselves. */
interface CheckFactory {
  of(type: string, element: ElementDefinition, name: string): ValueCheck;
  readonly shadow: ValueCheck;
}

function checkFactory(definitions: Definitions, planOf: PlanOf): CheckFactory {
  const resource = resourceCheck(definitions.isResourceType, planOf);
  const contained = containedCheck(definitions.isResourceType, planOf);
  return {
    shadow: objectCheck(() => shadowPlan(planOf)),
    of(type, element, name) {
      const primitive = PRIMITIVES.get(type);
      if (primitive !== undefined) return bound(primitive, type, element, definitions);
      if (type === 'Resource') return name === 'contained' ? contained : resource;
      if (definitions.isResourceType(type)) return resource;
      const path = element.structure ?? type;
      const object = objectCheck(() => {
        const plan = planOf(path);
        if (plan === undefined) throw new TypeError(`The definitions lack the type ${path}`);
        return plan;
      });
      return boundConcept(object, type, element, definitions);
    },
  };
}

function objectCheck(resolve: () => ObjectPlan): ValueCheck {
  let plan: ObjectPlan | undefined;
  return (value, state) => {
    if (typeof value !== 'object' || value === null) {
      return report(state, 'structure', 'Expected an object');
    }
    plan ??= resolve();
    checkObject(plan, value as JsonObject, state);
  };
}

/** The object beside a primitive, with its id and extensions. */
function shadowPlan(planOf: PlanOf): ObjectPlan {
  const plan = planOf('Element');
  if (plan === undefined) throw new TypeError('The definitions lack the type Element');
  return { ...plan, shadow: true };
}

function bound(
  check: ValueCheck,
  type: string,
  { requiredBinding }: ElementDefinition,
  definitions: Definitions,
): ValueCheck {
  if (type !== 'code' || requiredBinding === undefined) return check;
  const codes = definitions.requiredCodes(requiredBinding);
  if (codes === undefined) return check;
  return (value, state) => {
    if (typeof value !== 'string' || value === '') check(value, state);
    else if (!codes.has(value)) {
      report(state, 'code-invalid', `The code is not in the required ValueSet ${requiredBinding}`);
    }
  };
}

const RESOURCE_TYPE: PropertyPlan = {
  name: 'resourceType',
  kind: 'resourceType',
  list: false,
  max: 1,
  primitive: true,
  partner: '',
  content: false,
  choice: -1,
  check: () => undefined,
};

/** Elements that are attributes in XML, and so have no extensions. */
function isAttribute(path: string, name: string): boolean {
  return name === 'id' || (path === 'Extension' && name === 'url');
}

function properties(
  structure: StructureDefinition,
  checks: CheckFactory,
): Pick<ObjectPlan, 'properties' | 'required'> {
  const all = new Map<string, PropertyPlan>();
  const required: { name: string; properties: string[] }[] = [];
  if (structure.kind === 'resource') all.set('resourceType', RESOURCE_TYPE);
  let choices = 0;
  for (const [elementName, element] of structure.elements) {
    const choice = elementName.endsWith('[x]') ? choices++ : -1;
    const name = choice < 0 ? elementName : elementName.slice(0, -3);
    const made: string[] = [];
    for (const type of element.max === 0 ? [] : element.types) {
      const property = choice < 0 ? name : name + type.charAt(0).toUpperCase() + type.slice(1);
      const primitive = PRIMITIVES.has(type) && !isAttribute(structure.path, name);
      const shadow = `_${property}`;
      const plan: PropertyPlan = {
        name,
        kind: 'element',
        list: element.max > 1,
        max: element.max,
        primitive,
        partner: primitive ? shadow : '',
        content: name !== 'id',
        choice,
        check: checks.of(type, element, name),
      };
      all.set(property, plan);
      made.push(property);
      if (!primitive) continue;
      all.set(shadow, { ...plan, kind: 'shadow', partner: property, check: checks.shadow });
      made.push(shadow);
    }
    if (element.min > 0) required.push({ name: elementName, properties: made });
  }
  return { properties: all, required };
}
