import type { JsonObject } from './invariants.ts';
import type { ObjectPlan, PropertyPlan } from './plan.ts';
import { MAX_ELEMENTS, MAX_ISSUES, MAX_NESTING, report, type ValidationState } from './state.ts';

/** Checks an object against its plan: known properties, cardinality, choices, ele-1, and all that is inside. */
export function checkObject(plan: ObjectPlan, value: JsonObject, state: ValidationState): void {
  if (state.issues.length >= MAX_ISSUES) return;
  if (state.nesting >= MAX_NESTING) {
    return report(state, 'structure', `More than ${MAX_NESTING} levels deep`);
  }
  state.nesting += 1;
  checkProperties(plan, value, state);
  for (const { name, properties } of plan.required) {
    if (!properties.some((property) => value[property] !== undefined)) {
      report(state, 'required', `${plan.path}.${name} is required`);
    }
  }
  plan.invariant?.(value, state);
  state.nesting -= 1;
}

function checkProperties(plan: ObjectPlan, value: JsonObject, state: ValidationState): void {
  const keys = Object.keys(value);
  let content = plan.shadow ? keys.length : 0;
  let chosen: string[] | undefined;
  for (const key of keys) {
    const item = value[key];
    if (item === undefined) continue;
    if (countElement(state)) return;
    const property = plan.properties.get(key);
    if (property === undefined) {
      report(state, 'structure', unknownProperty(key));
      continue;
    }
    if (property.content) content += 1;
    if (property.choice >= 0) {
      const option = property.kind === 'shadow' ? property.partner : key;
      chosen ??= [];
      if ((chosen[property.choice] ?? option) !== option) {
        report(state, 'structure', `More than one type of ${plan.path}.${property.name}[x]`);
      }
      chosen[property.choice] = option;
    }
    checkProperty(property, item, value, state);
  }
  if (content === 0 && plan.element) report(state, 'invariant', 'ele-1: empty element');
}

function checkProperty(
  property: PropertyPlan,
  item: unknown,
  parent: JsonObject,
  state: ValidationState,
): void {
  state.path[state.top] = property.name;
  state.top += 1;
  if (property.list) checkList(property, item, parent, state);
  else if (item === null) report(state, 'structure', 'null is no value');
  else if (Array.isArray(item)) report(state, 'structure', 'Expected one value, not a list');
  else {
    property.check(item, state);
    if (property.kind === 'shadow' && parent[property.partner] === undefined) {
      requireContent(item, state);
    }
  }
  state.top -= 1;
}

function checkList(
  property: PropertyPlan,
  list: unknown,
  parent: JsonObject,
  state: ValidationState,
): void {
  if (!Array.isArray(list)) return report(state, 'structure', 'Expected a list');
  if (list.length === 0) return report(state, 'structure', 'Empty list');
  if (list.length > property.max) {
    report(state, 'structure', `At most ${property.max} allowed`);
  }
  for (let index = 0; index < list.length; index += 1) {
    if (countElement(state)) return;
    const item: unknown = list[index];
    state.path[state.top] = index;
    state.top += 1;
    if (item === null || item === undefined) {
      if (!property.primitive || !hasItem(parent[property.partner], index)) {
        report(state, 'structure', 'null is no value');
      }
    } else if (Array.isArray(item)) report(state, 'structure', 'A list inside a list');
    else {
      property.check(item, state);
      if (property.kind === 'shadow' && !hasItem(parent[property.partner], index)) {
        requireContent(item, state);
      }
    }
    state.top -= 1;
  }
}

/** ele-1 for a primitive without a value: it needs an extension, an id alone says nothing. */
function requireContent(item: unknown, state: ValidationState): void {
  const extension = (item as { readonly extension?: unknown }).extension;
  if (extension === undefined) report(state, 'invariant', 'ele-1: empty element');
}

function hasItem(list: unknown, index: number): boolean {
  return Array.isArray(list) && list[index] !== undefined && list[index] !== null;
}

/** True when the validation must stop. */
function countElement(state: ValidationState): boolean {
  state.elements += 1;
  if (state.elements <= MAX_ELEMENTS) return state.issues.length >= MAX_ISSUES;
  if (state.elements === MAX_ELEMENTS + 1) {
    report(state, 'too-long', `More than ${MAX_ELEMENTS} elements`);
  }
  return true;
}

function unknownProperty(key: string): string {
  return /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(key)
    ? `Unknown property "${key}"`
    : 'Unknown property';
}
