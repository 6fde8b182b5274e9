import { isIP } from 'node:net';
import { fhirError } from '../outcome/codes.ts';
import type {
  ReferenceExpression,
  SearchExpression,
  StringExpression,
  TokenExpression,
} from '../search/expression.ts';
import { rangeCondition } from '../search/range.ts';
import { instantSql } from '../storage/search-sql/instant.ts';
import type { SqlParameters } from '../storage/search-sql/parameters.ts';
import type { AuditSource } from './audit-source.ts';
import { entityCodeSql } from './entity-code.ts';
import type { EventId } from './event-id.ts';
import { readPolicyUrn } from './policy-urn.ts';
import { interactionsOfAction } from './restful-interaction.ts';

const RESTFUL = 'http://hl7.org/fhir/restful-interaction';

/** What the conditions of the ledger are printed with; the store is one. */
export interface LedgerNaming {
  readonly eventId: EventId;
  readonly auditSource: AuditSource;
}

/**
 * Prints an expression as a condition on a row `a` of the ledger, whose columns are the search parameters.
 * @throws FhirError `SEARCH_UNSUPPORTED_PARAMETER` for a parameter of AuditEvent that the ledger has no column for
 */
export function auditWhereSql(
  expression: SearchExpression,
  parameters: SqlParameters,
  naming: LedgerNaming,
): string {
  const { eventId } = naming;
  const print = (inner: SearchExpression): string =>
    `(${auditWhereSql(inner, parameters, naming)})`;
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
      return referenceSql(expression, parameters, naming);
    case 'token':
      return tokenSql(expression, parameters, naming);
    case 'uri':
      if (expression.param !== 'policy' || expression.mode !== undefined)
        throw unsupported(expression);
      return policySql(expression.value, parameters);
    case 'string':
      return addressSql(expression, parameters);
    case 'missing':
      return missingSql(expression.param, expression.missing) ?? fail(expression);
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

function referenceSql(
  expression: ReferenceExpression,
  parameters: SqlParameters,
  { auditSource }: LedgerNaming,
): string {
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
    case 'source':
      // All rows are of this server: it is the source of each or of none.
      return auditSource.observer === (type === undefined ? `Device/${id}` : `${type}/${id}`)
        ? 'true'
        : 'false';
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

function tokenSql(
  expression: TokenExpression,
  parameters: SqlParameters,
  { auditSource }: LedgerNaming,
): string {
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
    case 'subtype':
      return subtypeSql(system, parameters.add(code, 'text'));
    case 'agent-role':
      return `${parameters.add(code, 'text')} = any(string_to_array(a.roles, ' '))`;
    case 'entity-type':
    case 'entity-role':
      return entityCodeSql(param, code);
    case 'site':
      return code === auditSource.address ? 'true' : 'false';
    case 'type':
      return code === 'rest'
        ? 'a.security_type is null'
        : `a.security_type = ${parameters.add(code, 'text')}`;
    default:
      throw unsupported(expression);
  }
}

/** @param value placeholder of the code */
function subtypeSql(system: string | null | undefined, value: string): string {
  const restful = `(a.interaction <> 'security' and (split_part(a.interaction, ':', 1) = ${value}
    or a.interaction = 'operation:graphql' and ${value} = 'search-system'))`;
  const denied = `(${value} = 'AuthZ-Role' and a.outcome = 8 and a.agent is not null and a.interaction <> 'security')`;
  const security = `a.security_subtype = ${value}`;
  if (system === RESTFUL) return restful;
  if (typeof system === 'string') return `${security} or ${denied}`;
  return `${restful} or ${security} or ${denied}`;
}

function policySql(value: string, parameters: SqlParameters): string {
  const asked = readPolicyUrn(value);
  return 'tokenId' in asked
    ? `a.token_id = ${parameters.add(asked.tokenId, 'text')}`
    : `${parameters.add(asked.rule, 'text')} = any(string_to_array(a.rule, '|'))`;
}

/** Addresses are shown as networks, and found by any address in them. */
function addressSql(expression: StringExpression, parameters: SqlParameters): string {
  const { param, mode, value } = expression;
  if (param !== 'address' || (mode !== 'starts' && mode !== 'exact')) throw unsupported(expression);
  const family = isIP(value);
  if (family === 0) return 'false';
  const network = parameters.add(`${value}/${family === 4 ? '24' : '48'}`, 'text');
  // A case, because PostgreSQL may look at the parts of a conjunction in any order, and not every text can be cast.
  return `case when a.network ~ '^(::ffff:)?[0-9.]+$' or a.network ~* '^[0-9a-f:]+$'
    then replace(a.network, '::ffff:', '')::inet <<= ${network}::inet else false end`;
}

const MISSING: Readonly<Record<string, string>> = {
  patient: 'a.patient is null',
  agent: 'a.agent is null',
  'agent-role': "coalesce(a.roles, '') = ''",
};

function missingSql(param: string, missing: boolean): string | undefined {
  const condition = Object.hasOwn(MISSING, param) ? MISSING[param] : undefined;
  return condition === undefined || missing ? condition : `not (${condition})`;
}

function fail(expression: SearchExpression): never {
  throw unsupported(expression);
}

function unsupported(expression: SearchExpression) {
  const name = 'param' in expression ? expression.param : expression.kind;
  return fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind: expression.kind, name });
}
