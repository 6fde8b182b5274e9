import type { ReferenceExpression, SearchExpression } from '../../search/expression.ts';
import {
  bareCodeKey,
  codeKey,
  referenceIdKey,
  referenceKey,
  systemCodeKey,
  systemKey,
  urlKey,
} from '../index-keys.ts';

/** True if a reference may be one to the patient of the row, which has no key. */
export function mayBePatient(
  expression: SearchExpression,
): expression is ReferenceExpression & { id: string } {
  return (
    expression.kind === 'reference' &&
    expression.id !== undefined &&
    (expression.type === undefined || expression.type === 'Patient')
  );
}

/** The key of a reference that is not the one patient of its row. */
export function referenceKeyOf(
  { param, type: target, id, url }: ReferenceExpression,
  type: string,
): string {
  if (id === undefined) return urlKey(type, param, url ?? '');
  return target === undefined
    ? referenceIdKey(type, param, id)
    : referenceKey(type, param, target, id);
}

/** The index key that an expression asks for, or undefined where it is more than one key. */
export function keyOf(expression: SearchExpression, type: string): string | undefined {
  switch (expression.kind) {
    case 'token': {
      const { param, system, code } = expression;
      if (code === undefined) return systemKey(type, param, system ?? '');
      if (system === undefined) return codeKey(type, param, code);
      return system === null
        ? bareCodeKey(type, param, code)
        : systemCodeKey(type, param, system, code);
    }
    case 'reference':
      return mayBePatient(expression) ? undefined : referenceKeyOf(expression, type);
    case 'uri':
      return urlKey(type, expression.param, expression.value);
    default:
      return undefined;
  }
}

/** The keys of those operands that are single keys. */
export function keysOf(operands: readonly SearchExpression[], type: string): readonly string[] {
  return operands.map((operand) => keyOf(operand, type)).filter((key) => key !== undefined);
}
