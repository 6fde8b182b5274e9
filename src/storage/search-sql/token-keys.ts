import type { ReferenceExpression, SearchExpression } from '../../search/expression.ts';
import {
  bareCodeKey,
  codeKey,
  referenceHash,
  referenceIdKey,
  systemCodeKey,
  systemKey,
  urlKey,
} from '../index-keys.ts';
import type { TokenHash } from '../token-hash.ts';

/** True if a reference may be one to the patient of the row, which has no token. */
export function mayBePatient(
  expression: SearchExpression,
): expression is ReferenceExpression & { id: string } {
  return (
    expression.kind === 'reference' &&
    expression.id !== undefined &&
    (expression.type === undefined || expression.type === 'Patient')
  );
}

/** The token of a reference that is not the one patient of its row. */
export function referenceToken(
  { param, type: target, id, url }: ReferenceExpression,
  type: string,
  hash: TokenHash,
): bigint {
  if (id === undefined) return hash(urlKey(type, param, url ?? ''));
  return target === undefined
    ? hash(referenceIdKey(type, param, id))
    : referenceHash(hash, type, param, target, id);
}

/** The token that an expression asks for, or undefined where it is no single one. */
export function tokenOf(
  expression: SearchExpression,
  type: string,
  hash: TokenHash,
): bigint | undefined {
  switch (expression.kind) {
    case 'token': {
      const { param, system, code } = expression;
      if (code === undefined) return hash(systemKey(type, param, system ?? ''));
      if (system === undefined) return hash(codeKey(type, param, code));
      return hash(
        system === null ? bareCodeKey(type, param, code) : systemCodeKey(type, param, system, code),
      );
    }
    case 'reference':
      return mayBePatient(expression) ? undefined : referenceToken(expression, type, hash);
    case 'uri':
      if (expression.mode === 'below') return undefined;
      return hash(urlKey(type, expression.param, expression.value));
    default:
      return undefined;
  }
}
