import type { SecurityEvent } from '../plugin/sdk.ts';
import type { AuditOutcome, AuditRow } from './audit-row.ts';

const OUTCOMES: Readonly<Record<SecurityEvent['outcome'], AuditOutcome>> = {
  success: 0,
  minor: 4,
  serious: 8,
  major: 12,
};

/** The ledger row of an event that is no access to a resource. */
export function securityEventRow(event: SecurityEvent, recorded: string): AuditRow {
  return {
    recorded,
    interaction: 'security',
    outcome: OUTCOMES[event.outcome],
    requestId: event.requestId ?? '',
    securityType: event.type,
    detail: event.description,
    ...(event.subtype === undefined ? {} : { securitySubtype: event.subtype }),
    ...(event.agent === undefined ? {} : { agent: event.agent }),
    ...(event.clientId === undefined ? {} : { clientId: event.clientId }),
    ...(event.network === undefined ? {} : { network: event.network }),
    ...(event.roles === undefined ? {} : { roles: event.roles }),
    ...(event.tokenId === undefined ? {} : { tokenId: event.tokenId }),
    // The column holds ids; plugins have references at hand.
    ...(event.patient === undefined ? {} : { patient: event.patient.replace(/^Patient\//, '') }),
  };
}
