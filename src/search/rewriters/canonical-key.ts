import type { SearchExpression } from '../expression.ts';

/**
 * A text that two expressions share exactly if they are the same, field by field and operand by operand. Used to order
 * and compare expressions; it contains search values, so it never goes into a log.
 */
export function canonicalKey(expression: SearchExpression): string {
  return JSON.stringify(fields(expression));
}

/** Absent stands as 0, which no text field can be, because null is a meaning of its own for a system. */
const ABSENT = 0;

function fields(e: SearchExpression): readonly unknown[] {
  switch (e.kind) {
    case 'all':
    case 'none':
      return [e.kind];
    case 'and':
    case 'or':
      return [e.kind, ...e.operands.map(fields)];
    case 'not':
      return [e.kind, fields(e.operand)];
    case 'id':
      return [e.kind, ...e.ids];
    case 'compartment':
      return [e.kind, e.patient];
    case 'missing':
      return [e.kind, e.param, e.missing];
    case 'chain':
      return [e.kind, e.param, e.target, fields(e.where)];
    case 'has':
      return [e.kind, e.source, e.param, fields(e.where)];
    case 'uri':
      return [e.kind, e.param, e.value, e.mode ?? ABSENT];
    case 'token-set':
      return [e.kind, e.param, e.relation, e.system ?? ABSENT, e.value];
    case 'token-text':
      return [e.kind, e.param, e.value];
    case 'composite':
      return [e.kind, e.param, ...e.components.map(fields)];
    case 'text':
      return [e.kind, e.scope, e.query];
    case 'string':
      return [e.kind, e.param, e.mode, e.value];
    case 'token':
      return [e.kind, e.param, e.system === undefined ? ABSENT : e.system, e.code ?? ABSENT];
    case 'reference':
      return [e.kind, e.param, e.type ?? ABSENT, e.id ?? ABSENT, e.url ?? ABSENT];
    case 'date':
    case 'number':
      if (e.relative !== undefined)
        return [e.kind, e.param, e.comparator, 'relative', e.relative.low, e.relative.high];
      return [e.kind, e.param, e.comparator, String(e.low), String(e.high)];
    case 'quantity':
      return [
        e.kind,
        e.param,
        e.comparator,
        String(e.low),
        String(e.high),
        e.system ?? ABSENT,
        e.unit ?? ABSENT,
        e.canonical ?? ABSENT,
      ];
  }
}
