import type { CompiledPolicy } from '../access/policy.ts';
import type { SearchExpression } from '../search/expression.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { AuditRow } from './audit-row.ts';

/**
 * What of a row the caller may see. Who may read the whole ledger sees all of it. Who sees it by a condition, a patient
 * their own access log, sees of the accesses of others who, when, what and why, but not what else was asked for (a query
 * may name other patients), nor from where or with which token: that is personal data of those who acted.
 */
export function visibleAuditRow(
  row: AuditRow,
  context: AccessContext,
  wholeLedger: boolean,
): AuditRow {
  if (wholeLedger || row.agent === context.principal.reference) return row;
  const { query: _query, network: _network, tokenId: _tokenId, rule: _rule, ...rest } = row;
  return rest;
}

/** True where a rule shows all rows of the ledger. */
export function isWholeLedger(policy: CompiledPolicy, interaction: 'read' | 'search'): boolean {
  return policy.rules('AuditEvent', interaction).some(({ where }) => where.kind === 'all');
}

/** Search parameters that would tell what {@link visibleAuditRow} leaves out. */
const UNSHOWN: ReadonlySet<string> = new Set(['address', 'policy']);

/** A search parameter that looks at what is not shown to those who see the ledger by a condition, if there is one. */
export function unshownParameter(expression: SearchExpression): string | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands.map(unshownParameter).find((name) => name !== undefined);
    case 'not':
      return unshownParameter(expression.operand);
    default:
      return 'param' in expression && UNSHOWN.has(expression.param) ? expression.param : undefined;
  }
}
