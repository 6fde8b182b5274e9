import type { CompiledPolicy, PolicyInteraction } from '../../access/policy.ts';
import { rulesElsewhere } from '../../access/blocked/rules-elsewhere.ts';
import { blockedError } from '../../access/blocked/refuse-blocked.ts';
import type { SearchedName } from '../../access/blocked/searched-name.ts';
import { type LeafExpression, searchedName } from '../../access/blocked/searched-names.ts';
import { typeGuard } from '../../access/blocked/type-guard.ts';
import type { Definitions } from '../../definitions/model.ts';
import {
  and,
  type ChainExpression,
  type CompartmentExpression,
  type HasExpression,
  NONE,
  not,
  or,
  type SearchExpression,
} from '../expression.ts';

/** Under which rules a caller's conditions are judged. */
export interface FieldGuardOptions {
  /** Interaction whose rules show the resources that are searched; `search` unless told. Behind links it is always `search`. */
  readonly interaction?: PolicyInteraction;
  /**
   * What holds for no resource where all rules block it, instead of being refused: the membership in a patient's compartment,
   * or everything, where the caller has not written the conditions.
   */
  readonly silent?: 'compartments' | 'all';
}

/**
 * Makes a caller's conditions ask the resources as the caller sees them. A condition on an element that a rule hides or
 * masks holds only for resources that another rule shows with that element: for all others the element is as if it were
 * not there, so that the condition is false, and `:missing` and `:not` are true. Where all rules hide it, it is refused.
 *
 * Behind every link, forwards and backwards, stand the rules of the type there, for its rows as well as for its elements;
 * the reference of the link itself is an element of the type that has it. What may not be searched at all is, behind a
 * link, as if it were not there. The policy's own conditions are put in as they are.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`, which depends on the policy alone
 */
export function guardFields(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules' | 'where'>,
  type: string,
  expression: SearchExpression,
  { interaction = 'search', silent }: FieldGuardOptions = {},
): SearchExpression {
  return visit(type, expression, interaction);

  function visit(of: string, e: SearchExpression, by: PolicyInteraction): SearchExpression {
    switch (e.kind) {
      case 'all':
      case 'none':
        return e;
      case 'and':
        return and(...e.operands.map((operand) => visit(of, operand, by)));
      case 'or':
        return or(...e.operands.map((operand) => visit(of, operand, by)));
      case 'not':
        return not(visit(of, e.operand, by));
      case 'chain':
        return chain(of, e, by);
      case 'has':
        return has(e);
      case 'missing':
        // What is missing is what does not have it.
        return e.missing ? not(leaf(of, { ...e, missing: false }, by)) : leaf(of, e, by);
      default:
        return leaf(of, e, by);
    }
  }

  function leaf(of: string, e: LeafExpression, by: PolicyInteraction): SearchExpression {
    const name = searchedName(e);
    const hiding = rulesElsewhere(definitions, policy, of, name);
    if (hiding.length > 0) throw blockedError(of, name, hiding);
    const blocking = typeGuard(definitions, of, policy.rules(of, by)).blocking(name);
    if (blocking === undefined) return e;
    const said = [
      ...blocking.demanding(e),
      // A patient is in their own compartment, whatever else they refer to.
      ...(of === 'Patient' && e.kind === 'compartment' ? [ownId(e)] : []),
    ];
    if (blocking.shown.kind === 'none' && said.length === 0) {
      if (silent === 'all' || (silent !== undefined && e.kind === 'compartment')) return NONE;
      throw blockedError(of, shownName(name), blocking.by);
    }
    return or(and(blocking.shown, e), ...said);
  }

  function chain(of: string, e: ChainExpression, by: PolicyInteraction): SearchExpression {
    const reference = link(of, e.param, by);
    const where = behind(e.target, e.where);
    return where.kind === 'none' ? NONE : and(reference, { ...e, where });
  }

  function has(e: HasExpression): SearchExpression {
    const where = and(behind(e.source, e.where), link(e.source, e.param, 'search'));
    return where.kind === 'none' ? NONE : { ...e, where };
  }

  function behind(of: string, where: SearchExpression): SearchExpression {
    const shown = policy.where(of, 'search');
    return shown.kind === 'none' ? NONE : and(visit(of, where, 'search'), shown);
  }

  /** Which resources of a type show the reference that a link goes by. */
  function link(of: string, param: string, by: PolicyInteraction): SearchExpression {
    const blocking = typeGuard(definitions, of, policy.rules(of, by)).blocking(param);
    if (blocking === undefined) return { kind: 'all' };
    if (blocking.shown.kind === 'none') throw blockedError(of, param, blocking.by);
    return blocking.shown;
  }
}

function ownId({ patient }: CompartmentExpression): SearchExpression {
  return { kind: 'id', ids: [patient] };
}

/** `:missing` and `:text` are named without their modifier, which blocks nothing by itself. */
function shownName(name: SearchedName): string {
  return name.replace(/:(?:missing|text)$/, '');
}
