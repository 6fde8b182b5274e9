import type { Definitions } from '../../definitions/model.ts';
import { ALL, type SearchExpression } from '../../search/expression.ts';
import type { CompiledPolicy } from '../policy.ts';
import { COMPARTMENT } from './rule-blocks.ts';
import { typeGuard } from './type-guard.ts';

/** Which resources of a type show the caller in whose compartment they are; patients are always in their own. */
export function shownWithCompartment(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
): SearchExpression {
  if (type === 'Patient') return ALL;
  const guard = typeGuard(definitions, type, policy.rules(type, 'search'));
  return guard.blocking(COMPARTMENT)?.shown ?? ALL;
}
