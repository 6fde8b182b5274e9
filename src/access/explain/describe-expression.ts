import type { SearchExpression } from '../../search/expression.ts';

/**
 * A condition in words that a reader of FHIR searches understands: `(code = http://loinc.org|8480-6 or status = final)`.
 * It is for people; nothing reads it back.
 */
export function describeExpression(expression: SearchExpression): string {
  switch (expression.kind) {
    case 'all':
      return 'everything';
    case 'none':
      return 'nothing';
    case 'and':
    case 'or':
      return `(${expression.operands.map(describeExpression).join(` ${expression.kind} `)})`;
    case 'not':
      return `not ${describeExpression(expression.operand)}`;
    case 'id':
      return `_id = ${expression.ids.join(', ')}`;
    case 'token': {
      const { param, system, code = '' } = expression;
      return `${param} = ${system === undefined ? code : `${system ?? ''}|${code}`}`;
    }
    case 'reference': {
      const { param, type, id, url } = expression;
      return `${param} = ${url ?? [type, id].filter((part) => part !== undefined).join('/')}`;
    }
    case 'string':
      return `${expression.param} ${expression.mode} ${JSON.stringify(expression.value)}`;
    case 'uri':
      return `${expression.param} ${expression.mode ?? '='} ${expression.value}`;
    case 'date':
      return expression.relative !== undefined
        ? `${expression.param} ${expression.comparator} the time of the request`
        : `${expression.param} ${expression.comparator} ${interval(expression, instantText)}`;
    case 'number':
    case 'quantity':
      return `${expression.param} ${expression.comparator} ${interval(expression, String)}`;
    case 'token-text':
      return `${expression.param}:text contains ${JSON.stringify(expression.value)}`;
    case 'token-set':
      return `${expression.param} ${expression.relation} ${expression.value}`;
    case 'composite':
      return `${expression.param} = (${expression.components.map(describeExpression).join(' and ')})`;
    case 'text':
      return `${expression.scope} contains ${JSON.stringify(expression.query)}`;
    case 'missing':
      return `${expression.param} is ${expression.missing ? 'absent' : 'present'}`;
    case 'compartment':
      return `in the compartment of Patient/${expression.patient}`;
    case 'chain':
      return `${expression.param} leads to a ${expression.target} with ${describeExpression(expression.where)}`;
    case 'has':
      return `a ${expression.source} refers to it by ${expression.param}, with ${describeExpression(expression.where)}`;
  }
}

function interval(
  { low, high }: { readonly low: number; readonly high: number },
  print: (value: number) => string,
): string {
  return `[${print(low)}, ${print(high)})`;
}

function instantText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
