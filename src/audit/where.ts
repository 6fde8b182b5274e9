import { fhirError } from '../outcome/codes.ts';
import type {
  ReferenceExpression,
  SearchExpression,
  TokenExpression,
} from '../search/expression.ts';
import { rangeCondition } from '../search/range.ts';
import { instantSql } from '../storage/search-sql/instant.ts';
import type { SqlParameters } from '../storage/search-sql/parameters.ts';
import type { EventId } from './event-id.ts';
import { interactionsOfAction } from './restful-interaction.ts';

const RESTFUL = 'http://hl7.org/fhir/restful-interaction';

/**
 * Prints an expression as a condition on a row `a` of the ledger, whose columns are the search parameters.
 * @throws FhirError `SEARCH_UNSUPPORTED_PARAMETER` for a parameter of AuditEvent that the ledger has no column for
 */
export function auditWhereSql(
  expression: SearchExpression,
  parameters: SqlParameters,
  eventId: EventId,
): string {
  const print = (inner: SearchExpression): string =>
    `(${auditWhereSql(inner, parameters, eventId)})`;
  switch (expression.kind) {
    case 'all':
      return 'true';
    case 'none':
      return 'false';
    case 'and':
      return expression.operands.map(print).join(' and ');
    case 'or':
      return expression.operands.map(print).join(' or ');
    case 'not':
      // A row without the value satisfies the negation.
      return `${print(expression.operand)} is not true`;
    case 'id': {
      const rows = expression.ids.map((id) => eventId.open(id)).filter((seq) => seq !== undefined);
      return `a.seq = any(${parameters.add(rows, 'bigint[]')})`;
    }
    case 'compartment':
      return `a.patient = ${parameters.add(expression.patient, 'text')}`;
    case 'reference':
      return referenceSql(expression, parameters);
    case 'token':
      return tokenSql(expression, parameters);
    case 'date': {
      if (expression.param !== 'date' && expression.param !== '_lastUpdated')
        throw unsupported(expression);
      return rangeCondition(expression.comparator, expression.low, expression.high, 'point')
        .map((conditions) =>
          conditions
            .map(({ op, value }) => instantSql('a.recorded', op, value, parameters))
            .join(' and '),
        )
        .map((conditions) => `(${conditions})`)
        .join(' or ');
    }
    default:
      throw unsupported(expression);
  }
}

function referenceSql(expression: ReferenceExpression, parameters: SqlParameters): string {
  const { param, type, id } = expression;
  if (id === undefined) throw unsupported(expression);
  // Each branch adds what it prints: PostgreSQL refuses a statement with a parameter that stands nowhere in it.
  switch (param) {
    case 'patient':
      return type === undefined || type === 'Patient'
        ? `a.patient = ${parameters.add(id, 'text')}`
        : 'false';
    case 'agent':
      return type === undefined
        ? `split_part(a.agent, '/', 2) = ${parameters.add(id, 'text')}`
        : `a.agent = ${parameters.add(`${type}/${id}`, 'text')}`;
    case 'entity': {
      const value = parameters.add(id, 'text');
      const resource = `a.resource_id = ${value}${type === undefined ? '' : ` and a.type = ${parameters.add(type, 'text')}`}`;
      return type === undefined || type === 'Patient'
        ? `(${resource}) or a.patient = ${value}`
        : resource;
    }
    default:
      throw unsupported(expression);
  }
}

function tokenSql(expression: TokenExpression, parameters: SqlParameters): string {
  const { param, system, code } = expression;
  if (code === undefined) throw unsupported(expression);
  switch (param) {
    case 'outcome':
      return /^(?:0|4|8|12)$/.test(code)
        ? `a.outcome = ${parameters.add(Number(code), 'smallint')}`
        : 'false';
    case 'action': {
      const { only, not } = interactionsOfAction(code);
      if (only !== undefined) return `a.interaction = any(${parameters.add(only, 'text[]')})`;
      return `a.interaction <> all(${parameters.add(not, 'text[]')})`;
    }
    case 'subtype': {
      if (typeof system === 'string' && system !== RESTFUL)
        return `a.security_subtype = ${parameters.add(code, 'text')}`;
      const value = parameters.add(code, 'text');
      return `(a.security_type is null and split_part(a.interaction, ':', 1) = ${value}) or a.security_subtype = ${value}`;
    }
    case 'type':
      return code === 'rest'
        ? 'a.security_type is null'
        : `a.security_type = ${parameters.add(code, 'text')}`;
    default:
      throw unsupported(expression);
  }
}

function unsupported(expression: SearchExpression) {
  const name = 'param' in expression ? expression.param : expression.kind;
  return fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind: expression.kind, name });
}
