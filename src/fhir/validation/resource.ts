import { checkObject } from './check-object.ts';
import { checkContainer } from './contained.ts';
import type { JsonObject } from './invariants.ts';
import type { ObjectPlan } from './plan.ts';
import type { ValueCheck } from './primitives.ts';
import { containerOf, MAX_CONTAINED, pathOf, report, type ValidationState } from './state.ts';

/** Gives the plan of a structure. */
export type PlanOf = (path: string) => ObjectPlan | undefined;

/** Check of a resource that stands for itself: the root, and the entries of a Bundle. */
export function resourceCheck(isType: (name: string) => boolean, planOf: PlanOf): ValueCheck {
  return (value, state) => {
    const plan = planOfResource(value, isType, planOf, state);
    if (plan === undefined) return;
    const { container, within } = state;
    state.container = undefined;
    state.within = undefined;
    checkObject(plan, value as JsonObject, state);
    // Checking the members may have opened it.
    const opened = (state as { readonly container: ValidationState['container'] }).container;
    if (opened !== undefined) checkContainer(state, opened);
    state.container = container;
    state.within = within;
  };
}

/**
 * Check of a contained resource: it has an id, contains nothing itself (dom-2), and has no version and no security
 * label of its own (dom-4, dom-5). @see https://hl7.org/fhir/R4/domainresource.html#invs
 */
export function containedCheck(isType: (name: string) => boolean, planOf: PlanOf): ValueCheck {
  return (value, state) => {
    if (state.within !== undefined) {
      return report(state, 'invariant', 'dom-2: a contained resource contains no others');
    }
    const plan = planOfResource(value, isType, planOf, state);
    if (plan === undefined) return;
    const { id, meta } = value as JsonObject;
    if (typeof id !== 'string') report(state, 'required', 'A contained resource needs an id');
    else {
      const { contained } = containerOf(state);
      if (contained.length === MAX_CONTAINED) {
        const text = `At most ${MAX_CONTAINED} contained resources allowed`;
        report(state, 'too-long', text);
      }
      contained.push({ id, path: pathOf(state) });
      if (contained.length > MAX_CONTAINED) return;
    }
    if (typeof meta === 'object' && meta !== null) checkMeta(meta as JsonObject, state);
    state.within = typeof id === 'string' ? id : '';
    checkObject(plan, value as JsonObject, state);
    state.within = undefined;
  };
}

function checkMeta(meta: JsonObject, state: ValidationState): void {
  if (meta['versionId'] !== undefined || meta['lastUpdated'] !== undefined) {
    report(state, 'invariant', 'dom-4: a contained resource has no version');
  }
  if (meta['security'] !== undefined) {
    report(state, 'invariant', 'dom-5: a contained resource has no security label');
  }
}

function planOfResource(
  value: unknown,
  isType: (name: string) => boolean,
  planOf: PlanOf,
  state: ValidationState,
): ObjectPlan | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(state, 'structure', 'Expected a resource');
    return undefined;
  }
  const type = (value as JsonObject)['resourceType'];
  if (typeof type === 'string' && isType(type)) return planOf(type);
  report(state, 'structure', 'The resourceType is missing or unknown');
  return undefined;
}
