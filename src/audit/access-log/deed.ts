import type { AuditRow } from '../audit-row.ts';

/** What was done, in the kinds that the plain log has words for. */
export const DEEDS = [
  'read',
  'search',
  'history',
  'create',
  'update',
  'delete',
  'everything',
  'statistics',
  'export',
  'import',
  'delivery',
  'bundle',
  'expunge',
  'readLog',
  'operation',
  'login',
  'logout',
  'clientLogin',
  'emergencyStart',
  'emergencyEnd',
  'securitySettings',
  'software',
  'restricted',
  'roles',
  'credentials',
  'serverStart',
  'serverStop',
  'recordStop',
  'recordStart',
  'security',
] as const;

/** One of {@link DEEDS}. */
export type Deed = (typeof DEEDS)[number];

/** By interaction. */
export const INTERACTION_DEEDS: Readonly<Record<string, Deed>> = {
  read: 'read',
  vread: 'read',
  'operation:meta': 'read',
  'search-type': 'search',
  'search-system': 'search',
  'operation:lastn': 'search',
  'operation:graphql': 'search',
  'history-instance': 'history',
  'history-type': 'history',
  'history-system': 'history',
  create: 'create',
  update: 'update',
  patch: 'update',
  delete: 'delete',
  'operation:everything': 'everything',
  'operation:stats': 'statistics',
  'operation:export': 'export',
  'operation:import': 'import',
  'operation:subscription-delivery': 'delivery',
  'operation:expunge': 'expunge',
  'operation:access-log': 'readLog',
  batch: 'bundle',
  transaction: 'bundle',
};

/** By DCM subtype, or type where there is none, of a security event. */
export const SECURITY_DEEDS: Readonly<Record<string, Deed>> = {
  '110114': 'login',
  '110122': 'login',
  '110123': 'logout',
  '110126': 'clientLogin',
  '110127': 'emergencyStart',
  '110138': 'emergencyEnd',
  '110129': 'securitySettings',
  '110131': 'software',
  '110132': 'restricted',
  '110136': 'roles',
  '110137': 'credentials',
  '110101': 'readLog',
  '110106': 'export',
  '110107': 'import',
  '110100': 'security',
  '110113': 'security',
  '110120': 'serverStart',
  '110121': 'serverStop',
  '110133': 'recordStop',
  '110134': 'recordStart',
};

/** What a row of the ledger says was done. */
export function deedOf(
  row: Pick<AuditRow, 'interaction' | 'securityType' | 'securitySubtype'>,
): Deed {
  const { interaction, securityType, securitySubtype } = row;
  if (securityType !== undefined) {
    const code = securitySubtype ?? securityType;
    return Object.hasOwn(SECURITY_DEEDS, code) ? (SECURITY_DEEDS[code] as Deed) : 'security';
  }
  return Object.hasOwn(INTERACTION_DEEDS, interaction)
    ? (INTERACTION_DEEDS[interaction] as Deed)
    : 'operation';
}
