import type { CompiledPolicy } from '../access/policy.ts';
import type { ReferenceExpression, SearchExpression } from '../search/expression.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { isStaff } from './access-log/staff-code.ts';
import type { AuditRow } from './audit-row.ts';

/** Stands in front of the code of a member of staff where their reference was. */
const STAFF = 'staff-code:';

/** The code that {@link visibleAuditRow} put in the place of a member of staff; undefined for all others. */
export function codeOfStaff(agent: string): string | undefined {
  return agent.startsWith(STAFF) ? agent.slice(STAFF.length) : undefined;
}

/**
 * What of a row the caller may see. Who may read the whole ledger sees all of it. Who sees it by a condition, a patient
 * their own access log, sees of the accesses of others who, when, what and why, but not what else was asked for (a query
 * may name other patients), nor from where or with which token: that is personal data of those who acted. Members of staff
 * stand under the code of `$access-log`, unless the caller's policy lets them read all Practitioners.
 */
export function visibleAuditRow(
  store: Pick<ClinicalStore, 'staffCode'>,
  context: Pick<AccessContext, 'principal'>,
  row: AuditRow,
  wholeLedger: boolean,
): AuditRow {
  const { principal } = context;
  if (wholeLedger || row.agent === principal.reference) return row;
  const { query: _query, network: _network, tokenId: _tokenId, rule: _rule, ...rest } = row;
  if (rest.agent === undefined || !isStaff(rest.agent) || knowsStaff(principal.policy)) return rest;
  const log = rest.patient ?? principal.reference;
  return { ...rest, agent: `${STAFF}${store.staffCode(log, rest.agent)}` };
}

/** True for who may read all Practitioners: to them, a reference tells what they can find anyway. */
function knowsStaff(policy: CompiledPolicy): boolean {
  return policy.rules('Practitioner', 'read').some(({ where }) => where.kind === 'all');
}

/** True where a rule shows all rows of the ledger. */
export function isWholeLedger(policy: CompiledPolicy, interaction: 'read' | 'search'): boolean {
  return policy.rules('AuditEvent', interaction).some(({ where }) => where.kind === 'all');
}

/** Search parameters that would tell what {@link visibleAuditRow} leaves out. */
const UNSHOWN: ReadonlySet<string> = new Set(['address', 'policy']);

/**
 * A search parameter that looks at what is not shown to those who see the ledger by a condition, if there is one: `agent` too,
 * where it may ask for a member of staff other than the caller. What is asked decides, never what would be found.
 */
export function unshownParameter(
  expression: SearchExpression,
  context: Pick<AccessContext, 'principal'>,
): string | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands
        .map((operand) => unshownParameter(operand, context))
        .find((name) => name !== undefined);
    case 'not':
      return unshownParameter(expression.operand, context);
    case 'reference':
      return expression.param === 'agent' && asksForStaff(expression, context)
        ? expression.param
        : undefined;
    default:
      return 'param' in expression && UNSHOWN.has(expression.param) ? expression.param : undefined;
  }
}

function asksForStaff(
  { type, id }: ReferenceExpression,
  { principal }: Pick<AccessContext, 'principal'>,
): boolean {
  if (knowsStaff(principal.policy)) return false;
  // Without a type, any: also that of a member of staff.
  const asked = `${type ?? 'Practitioner'}/${id ?? ''}`;
  return isStaff(asked) && asked !== principal.reference;
}
