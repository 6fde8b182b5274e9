import type { SearchExpression } from '../../search/expression.ts';
import {
  bareCodeKey,
  codeKey,
  compartmentKey,
  referenceIdKey,
  referenceKey,
  systemCodeKey,
  systemKey,
  urlKey,
} from '../index-keys.ts';

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
    case 'reference': {
      const { param, url, id } = expression;
      if (id === undefined) return urlKey(type, param, url ?? '');
      if (expression.type === undefined) return referenceIdKey(type, param, id);
      return referenceKey(type, param, expression.type, id);
    }
    case 'uri':
      return urlKey(type, expression.param, expression.value);
    case 'compartment':
      return compartmentKey(expression.patient);
    default:
      return undefined;
  }
}

/** The keys of those operands that are single keys. */
export function keysOf(operands: readonly SearchExpression[], type: string): readonly string[] {
  return operands.map((operand) => keyOf(operand, type)).filter((key) => key !== undefined);
}
