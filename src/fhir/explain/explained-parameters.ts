import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { describeExpression } from '../../access/explain/describe-expression.ts';
import type { PolicyRule } from '../../access/policy.ts';
import type { Asked } from './asked.ts';
import type { ExplainedCaller, Explanation } from './explain-request.ts';

/** An explanation as a Parameters resource. */
export function explainedParameters(
  caller: ExplainedCaller,
  asked: Asked,
  explanation: Explanation,
): Parameters {
  const { policies, entries, blocked, refusal, operation, policy, visible, without } = explanation;
  const parameter: ParametersParameter[] = [
    { name: 'identity', valueReference: { reference: caller.identity } },
    ...(asked.kind === 'operation'
      ? [{ name: 'operation', valueCode: asked.name }]
      : [
          { name: 'type', valueCode: asked.type },
          { name: 'interaction', valueCode: asked.interaction },
        ]),
    { name: 'outcome', valueCode: outcomeOf(asked, explanation) },
    ...(refusal === undefined
      ? []
      : [
          { name: 'status', valueInteger: refusal.status },
          { name: 'code', valueCode: refusal.code },
          { name: 'reason', valueString: refusal.outcome.issue[0]?.details?.text ?? refusal.code },
        ]),
    ...(without
      ? [note('the identity has no active membership that names a policy, or is not in use')]
      : []),
    ...(visible === false
      ? [note('the resource is not visible to you, so that nothing is said about it')]
      : []),
    ...policies.map(({ role, rests }) => ({
      name: 'policy',
      part: [
        { name: 'reference', valueReference: { reference: `AccessPolicy/${role}` } },
        { name: 'holds', valueBoolean: rests === undefined },
        ...(rests === undefined ? [] : [{ name: 'reason', valueString: rests }]),
      ],
    })),
    ...(operation === undefined ? [] : [{ name: 'rule', valueString: operation }]),
    ...(asked.kind === 'operation' || policy === undefined
      ? []
      : [
          {
            name: 'filter',
            valueString: describeExpression(policy.where(asked.type, asked.interaction)),
          },
        ]),
    ...entries.map(({ rule, holds, reason, filter, effective, shows }) => ({
      name: 'entry',
      part: [
        { name: 'rule', valueString: rule },
        { name: 'holds', valueBoolean: holds },
        { name: 'reason', valueString: reason },
        ...(filter === undefined
          ? []
          : [{ name: 'filter', valueString: describeExpression(filter) }]),
        ...(shows === undefined ? [] : [{ name: 'shows', valueBoolean: shows }]),
        ...(effective === undefined ? [] : fieldsOf(effective)),
      ],
    })),
    ...blocked.map(({ parameter: name, rules, used }) => ({
      name: 'blocked',
      part: [
        { name: 'parameter', valueString: name },
        { name: 'used', valueBoolean: used },
        ...rules.map((rule) => ({ name: 'rule', valueString: rule })),
      ],
    })),
  ];
  return { resourceType: 'Parameters', parameter };
}

/** `unknown` where it depends on a resource that the explaining one does not see, or on content that is not there yet. */
function outcomeOf(
  asked: Asked,
  { refusal, visible, entries }: Explanation,
): 'allowed' | 'denied' | 'step-up' | 'hidden' | 'unknown' {
  if (refusal !== undefined) {
    if (refusal.status === 404) return 'hidden';
    return refusal.status === 401 ? 'step-up' : 'denied';
  }
  if (asked.kind === 'operation') return 'allowed';
  if (visible === false) return 'unknown';
  if (asked.interaction === 'create' || asked.interaction === 'update') {
    const unconditional = entries.some(({ effective }) => effective?.where.kind === 'all');
    return unconditional ? 'allowed' : 'unknown';
  }
  return 'allowed';
}

function fieldsOf({ view, readonlyFields = [], writeConstraint = [] }: PolicyRule) {
  return [
    ...(view?.hidden ?? []).map((path) => ({ name: 'hidden', valueString: path })),
    ...(view?.masks ?? []).map(({ path, kind }) => ({
      name: 'masked',
      valueString: `${path} (${kind})`,
    })),
    ...readonlyFields.map((path) => ({ name: 'readonly', valueString: path })),
    ...writeConstraint.map((expression) => ({ name: 'constraint', valueString: expression })),
  ];
}

function note(text: string): ParametersParameter {
  return { name: 'note', valueString: text };
}
